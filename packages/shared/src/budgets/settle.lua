-- settle.lua: correct a reservation by what was really used; nothing used gives it all back. Debts are allowed.
-- KEYS  1 budgets hash {<budget> level, updatedAtMs}, 2 reservations by the end of their lease, 3 reserved amounts {attempt id: "a,b,c,d"}
-- ARGV  1 now in ms, or "" for the server's own clock (only tests pass a number), 2 attempt id,
--       then five values a budget: name, amount used, capacity, refill per second, highest level that is believable or "" (what
--       Claude says remains: another user of the account may have taken some)
-- Returns  {1}, or {0} when there was no reservation (any more): what was used is taken all the same
-- Work  one read and one write, four budgets
local nowMs = tonumber(ARGV[1])
if not nowMs then
  local time = redis.call('TIME')
  nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
end

local reserved = {}
local held = redis.call('HGET', KEYS[3], ARGV[2])
for amount in string.gmatch(held or '', '[^,]+') do reserved[#reserved + 1] = tonumber(amount) end

local names = {}
for i = 3, #ARGV, 5 do names[#names + 1] = ARGV[i] end
local known = redis.call('HMGET', KEYS[1], 'updatedAtMs', unpack(names))
local updatedAtMs = tonumber(known[1]) or nowMs
local elapsedMs = math.max(0, nowMs - updatedAtMs)

local fields = {'updatedAtMs', math.max(updatedAtMs, nowMs)}
for i = 1, #names do
  local at = 3 + (i - 1) * 5
  local used, capacity, refill, believable = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local level = math.min(capacity, (tonumber(known[i + 1]) or capacity) + elapsedMs * refill / 1000)
  level = math.min(capacity, level + (reserved[i] or 0) - used)
  if believable then level = math.min(level, believable) end
  fields[#fields + 1] = names[i]
  fields[#fields + 1] = string.format('%.6f', level)
end
redis.call('HSET', KEYS[1], unpack(fields))
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
return {held and 1 or 0}
