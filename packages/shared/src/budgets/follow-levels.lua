-- follow-levels.lua: bring the levels to what Claude says remains, as far as they are too high both now and when the request was reserved, or both too low.
-- KEYS  1 budgets hash {<budget> level, updatedAtMs, writingPerSecond, othersPerSecond, othersAtMs}
-- ARGV  1 now in ms, or "" for the server's own clock (only tests pass a number),
--       then six values a budget: name, capacity, refill per second, lowest and highest level that are believed or "", level after the reservation
-- Returns  1
-- Work  one read and one write, five budgets
local nowMs = tonumber(ARGV[1])
if not nowMs then
  local time = redis.call('TIME')
  nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
end

local names = {}
for i = 2, #ARGV, 6 do names[#names + 1] = ARGV[i] end
local known = redis.call('HMGET', KEYS[1], 'updatedAtMs', 'writingPerSecond', 'othersPerSecond', 'othersAtMs', unpack(names))
-- A clock that went back refills nothing, and counts from there.
local elapsedMs = math.max(0, nowMs - (tonumber(known[1]) or nowMs))
local writing, others, othersAtMs = tonumber(known[2]) or 0, tonumber(known[3]) or 0, tonumber(known[4]) or nowMs

local fields = {'updatedAtMs', nowMs}
for i, name in ipairs(names) do
  local at = 2 + (i - 1) * 6
  local capacity, refill, least, most, atStart = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  local isProduced = name == 'producedTokens'
  local drained = isProduced and writing * elapsedMs / 1000 or 0
  local level = math.min(capacity, (tonumber(known[i + 4]) or capacity) + refill * elapsedMs / 1000 - drained)
  local tooHigh = most and math.max(0, math.min(level, atStart) - most) or 0
  local tooLow = least and math.max(0, least - math.max(level, atStart)) or 0
  if isProduced and most then
    local now = followOthers(others, nowMs - othersAtMs, tooHigh - tooLow, refill)
    for _, field in ipairs({'othersPerSecond', string.format('%.6f', now), 'othersAtMs', nowMs, 'writingPerSecond', string.format('%.6f', math.max(0, writing + now - others))}) do
      fields[#fields + 1] = field
    end
  end
  fields[#fields + 1] = name
  fields[#fields + 1] = string.format('%.6f', math.min(capacity, level - tooHigh + tooLow))
end
redis.call('HSET', KEYS[1], unpack(fields))
return 1
