-- note-written.lua: take in how much of answers is written, and how fast they go on. Attempts without a reservation are passed over. A second call changes nothing.
-- KEYS  1 budgets hash {<budget> level, updatedAtMs, writingPerSecond, othersPerSecond, othersAtMs}, 2 reserved {attempt id: "a,b,c,d,e,tokens it writes a second,from ms,
--       until ms,tokens before that"}, 3 attempts that are taken to be writing, by when they are taken to have stopped
-- ARGV  1 now in ms, or "" for the server's own clock (only tests pass a number), 2 for how long an attempt is taken to go on, in ms, 3 number of budgets,
--       then three values a budget: name, capacity, refill per second,
--       then three values an attempt: id, tokens written until now, tokens a second from now on
-- Returns  how many of the attempts hold a reservation
-- Work  two reads and one write, five budgets; one read and two writes an attempt; at most 20 overdue attempts stopped
local nowMs = momentOf(ARGV[1])
local budgets = tonumber(ARGV[3])
local untilMs = nowMs + ARGV[2]

local firstAttempt = 4 + budgets * 3
local attempts = {}
for i = firstAttempt, #ARGV, 3 do attempts[#attempts + 1] = ARGV[i] end
local held = redis.call('HMGET', KEYS[2], unpack(attempts))

-- What was taken to be written and is not, what was drained for answers after their end, and by how much faster all are written from now on.
local comesBack, drained, faster, noted = 0, 0, 0, 0
for i, attempt in ipairs(attempts) do
  if held[i] then
    local reservation = readReservation(held[i])
    local at = firstAttempt + (i - 1) * 3
    local written, pace = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    local ended, tooMuch = stopWriting(KEYS[3], attempt, reservation[budgets + 1], nowMs)
    comesBack, drained = comesBack + writtenUntil(reservation, budgets, nowMs) - written, drained + tooMuch
    faster = faster + pace - ended
    noted = noted + 1
    redis.call('ZADD', KEYS[3], untilMs, attempt)
    redis.call('HSET', KEYS[2], attempt, table.concat({unpack(reservation, 1, budgets)}, ',') .. ',' .. pace .. ',' .. nowMs .. ',' .. untilMs .. ',' .. written)
  end
end
if noted == 0 then return 0 end

local stopped, tooMuch = stopOverdue(KEYS[3], KEYS[2], budgets, nowMs)
drained = drained + tooMuch
local names = {}
for i = 4, firstAttempt - 1, 3 do names[#names + 1] = ARGV[i] end
local buckets = readBuckets(KEYS[1], names, nowMs)
local fields = {'updatedAtMs', nowMs, 'writingPerSecond', string.format('%.6f', math.max(0, buckets.writing + faster - stopped))}
for i, name in ipairs(names) do
  local at = 4 + (i - 1) * 3
  local capacity, refill = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local level = levelNow(buckets, name, capacity, refill)
  if name == 'producedTokens' then level = math.min(capacity, math.min(capacity, level + drained) + comesBack) end
  fields[#fields + 1] = name
  fields[#fields + 1] = string.format('%.6f', level)
end
redis.call('HSET', KEYS[1], unpack(fields))
return noted
