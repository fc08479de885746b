-- reserve.lua: take what an attempt is expected to need from all budgets of its lane, all or none. A refused call takes nothing.
-- KEYS  1 budgets hash {<budget> level, updatedAtMs, writingPerSecond, othersPerSecond, othersAtMs, startsPerMinute, startedAtMs}, 2 reservations by the end of their lease,
--       3 reserved {attempt id: "a,b,c,d,e,tokens it writes a second,from ms,until ms,tokens before that"}, 4 limiter counter of the lane's queue, which says
--       whether the lane rests, 5 attempts that are taken to be writing, by when they are taken to have stopped
-- ARGV  1 now in ms, or "" for the server's own clock (only tests pass a number), 2 attempt id, 3 lease in ms,
--       4 tokens a second that its answer is expected to be written at, 5 for how long at the most, in ms,
--       6 and 7 tokens a second that all answers under way may be written at, this one included, when `producedTokens` holds what it needs, and
--       when it is full; or "" for any,
--       then five values a budget: name, amount taken, level needed, capacity, refill per second
-- Returns  {1, the new level of each budget, as text}; {1} when this attempt holds a reservation already; or {0, index of the refusing budget from 1, ms until it would fit}:
--          the budget that takes longest, `producedTokens` also when as much is written as may be; index 0: the lane rests
-- Work  two reads and one write, five budgets; at most 20 ended leases are given back, at most 20 overdue attempts stopped

-- In ms.
local SOON = 25

local nowMs = momentOf(ARGV[1])
if redis.call('HEXISTS', KEYS[3], ARGV[2]) == 1 then return {1} end
-- rest-lane.lua writes this value; the limiter itself only counts jobs.
if redis.call('GET', KEYS[4]) == '9007199254740991' then return {0, 0, math.max(1, redis.call('PTTL', KEYS[4]))} end

local names, taken, needed, capacity, refill = {}, {}, {}, {}, {}
for i = 8, #ARGV, 5 do
  names[#names + 1] = ARGV[i]
  taken[#names], needed[#names], capacity[#names], refill[#names] = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
end

local pace, drained, isBehind = stopOverdue(KEYS[5], KEYS[3], #names, nowMs)
local changed = pace > 0

-- A dead worker's reservations: whether their requests left is not known; what they hold comes back.
local givenBack = {}
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', nowMs, 'LIMIT', 0, AT_ONCE)
isBehind = isBehind or #ended == AT_ONCE
for _, attempt in ipairs(ended) do
  local numbers = readReservation(redis.call('HGET', KEYS[3], attempt))
  for i = 1, #names do givenBack[i] = (givenBack[i] or 0) + (numbers[i] or 0) end
  local stopped, tooMuch = stopWriting(KEYS[5], attempt, numbers[#names + 1] or 0, nowMs)
  pace, drained = pace + stopped, drained + tooMuch
end
if #ended > 0 then
  redis.call('ZREM', KEYS[2], unpack(ended))
  redis.call('HDEL', KEYS[3], unpack(ended))
  changed = true
end

local buckets = readBuckets(KEYS[1], names, nowMs)
changed = changed or buckets.wentBack
local levels, slowest, waitMs, writingIndex, others = {}, 0, 0, 0, 0
for i = 1, #names do
  local waitMsMin, comesBack = 1, givenBack[i] or 0
  if names[i] == 'producedTokens' then
    others = buckets.others(refill[i])
    comesBack = comesBack + drained
    -- How soon it fills again depends on answers that are not there yet: asked again after the shortest wait, but not all the time.
    waitMsMin, writingIndex = SOON, i
  end
  levels[i] = math.min(capacity[i], levelNow(buckets, names[i], capacity[i], refill[i]) + comesBack)
  local missing = needed[i] - levels[i]
  if missing > 1e-6 then
    local wait = math.max(waitMsMin, math.ceil(missing / refill[i] * 1000))
    if wait > waitMs then slowest, waitMs = i, wait end
  end
end
local writing = math.max(0, buckets.writing - pace)
if ARGV[6] ~= '' and waitMs < SOON then
  local w = writingIndex
  local fullness = math.max(0, levels[w] - needed[w]) / math.max(1e-6, capacity[w] - needed[w])
  if writing + others + ARGV[4] > ARGV[6] + (ARGV[7] - ARGV[6]) * fullness then slowest, waitMs = w, SOON end
end

local fields = {'updatedAtMs', nowMs}
-- How long is not known before all is given back.
if isBehind then waitMs = math.min(waitMs, SOON) end
if slowest > 0 and not changed then return {0, slowest, waitMs} end
for i = 1, #names do
  if slowest == 0 then levels[i] = levels[i] - taken[i] end
  fields[#fields + 1] = names[i]
  levels[i] = string.format('%.6f', levels[i])
  fields[#fields + 1] = levels[i]
end
if slowest == 0 then
  -- A running mean over half a minute, for people to look at.
  local started = redis.call('HMGET', KEYS[1], 'startsPerMinute', 'startedAtMs')
  local sinceMs = math.max(0, nowMs - (tonumber(started[2]) or nowMs))
  fields[#fields + 1] = 'startsPerMinute'
  fields[#fields + 1] = string.format('%.3f', (tonumber(started[1]) or 0) * math.exp(-sinceMs / 30000) + 2)
  fields[#fields + 1] = 'startedAtMs'
  fields[#fields + 1] = nowMs
end
if slowest == 0 then writing = writing + ARGV[4] end
fields[#fields + 1] = 'writingPerSecond'
fields[#fields + 1] = string.format('%.6f', writing)
redis.call('HSET', KEYS[1], unpack(fields))
if slowest > 0 then return {0, slowest, waitMs} end
redis.call('ZADD', KEYS[2], nowMs + ARGV[3], ARGV[2])
redis.call('ZADD', KEYS[5], nowMs + ARGV[5], ARGV[2])
redis.call('HSET', KEYS[3], ARGV[2], table.concat(taken, ',') .. ',' .. ARGV[4] .. ',' .. nowMs .. ',' .. (nowMs + ARGV[5]) .. ',0')
return {1, unpack(levels)}
