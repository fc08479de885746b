-- follow-levels.lua: bring the levels to what Claude says remains, as far as they are too high both now and when the request was reserved, or both too low.
-- KEYS  1 budgets hash {<budget> level, updatedAtMs, writingPerSecond, othersPerSecond, othersAtMs}, 2 reserved {attempt id: "a,b,c,d,e,tokens it
--       writes a second,from ms,until ms,tokens before that"}, 3 attempts that are taken to be writing, by when they are taken to have stopped
-- ARGV  1 now in ms, or "" for the server's own clock (only tests pass a number),
--       then six values a budget: name, capacity, refill per second, lowest and highest level that are believed or "", level after the reservation
-- Returns  1
-- Work  one read and one write, five budgets; at most 20 overdue attempts stopped
local nowMs = momentOf(ARGV[1])

local names = {}
for i = 2, #ARGV, 6 do names[#names + 1] = ARGV[i] end
local buckets = readBuckets(KEYS[1], names, nowMs)
local stopped, givenBack = stopOverdue(KEYS[3], KEYS[2], #names, nowMs)

local fields = {'updatedAtMs', nowMs, 'writingPerSecond', string.format('%.6f', math.max(0, buckets.writing - stopped))}
for i, name in ipairs(names) do
  local at = 2 + (i - 1) * 6
  local capacity, refill, atStart = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 5])
  local least, most = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local level = levelNow(buckets, name, capacity, refill)
  if name == 'producedTokens' then level = math.min(capacity, level + givenBack) end
  local tooHigh = most and math.max(0, math.min(level, atStart) - most) or 0
  local tooLow = least and math.max(0, least - math.max(level, atStart)) or 0
  -- By an upper bound alone they would only ever be more.
  if name == 'producedTokens' and least then
    addOthers(fields, followOthers(buckets.others(refill), tooHigh - tooLow, refill), nowMs)
  end
  fields[#fields + 1] = name
  fields[#fields + 1] = string.format('%.6f', math.min(capacity, level - tooHigh + tooLow))
end
redis.call('HSET', KEYS[1], unpack(fields))
return 1
