-- settle.lua: correct a reservation by what was really used; nothing used gives it all back. Debts are allowed. A second call changes nothing.
-- KEYS  1 budgets hash {<budget> level, updatedAtMs, writingPerSecond, othersPerSecond, othersAtMs}, 2 reservations by the end of their lease,
--       3 reserved {attempt id: "a,b,c,d,e,tokens it writes a second,from ms,until ms,tokens before that"}, 4 attempts that are taken to be writing, by when
--       they are taken to have stopped
-- ARGV  1 now in ms, or "" for the server's own clock (only tests pass a number), 2 attempt id, 3 "1" when it was refused because Claude's bucket
--       of output was empty,
--       then seven values a budget: name, amount used, capacity, refill per second, lowest and highest level that are believed by what
--       Claude says remains or "", level after the reservation or "" when it is not known.
--       With a lowest one the level is brought between the two. Without, whether Claude speaks of the moment the request came or of the
--       one it was answered is not known: a level is lowered as far as it was too high at both.
-- Returns  {1, the level of each budget by our own reckoning, as text}: before it was brought to what is believed; or {0}: there is no
--          reservation (settled before, or given back when its lease had ended)
-- Work  one read and one write, five budgets; at most 20 overdue attempts stopped

local held = redis.call('HGET', KEYS[3], ARGV[2])
if not held then return {0} end
local nowMs = momentOf(ARGV[1])

local names = {}
for i = 4, #ARGV, 7 do names[#names + 1] = ARGV[i] end
local reserved = readReservation(held)
local pace, drained = stopOverdue(KEYS[4], KEYS[3], #names, nowMs)
-- What this attempt was taken to have written comes back; what it has really written is taken instead.
local ownDrained = writtenUntil(reserved, #names, nowMs)
local stopped, tooMuch = stopWriting(KEYS[4], ARGV[2], reserved[#names + 1], nowMs)
pace, drained = pace + stopped, drained + tooMuch

local buckets = readBuckets(KEYS[1], names, nowMs)

local fields, reckoned = {'updatedAtMs', nowMs}, {}
for i = 1, #names do
  local at = 4 + (i - 1) * 7
  local used, capacity, refill = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local least, most, atStart = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local comesBack, overdue = reserved[i], 0
  if names[i] == 'producedTokens' then comesBack, overdue = ownDrained, drained end
  local level = math.min(capacity, levelNow(buckets, names[i], capacity, refill) + overdue)
  level = math.min(capacity, level + comesBack - used)
  reckoned[i] = string.format('%.6f', level)
  local tooHigh = most and math.max(0, math.min(level, atStart or level) - most) or 0
  level = least and math.min(capacity, math.max(least, math.min(most, level))) or level - tooHigh
  if ARGV[3] == '1' and names[i] == 'producedTokens' then
    addOthers(fields, followOthers(buckets.others(refill), tooHigh, refill), nowMs)
  end
  fields[#fields + 1] = names[i]
  fields[#fields + 1] = string.format('%.6f', level)
end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
local writing = math.max(0, buckets.writing - pace)
-- Sums of fractions drift; without reservations nothing is written.
if redis.call('ZCARD', KEYS[4]) == 0 then writing = 0 end
fields[#fields + 1] = 'writingPerSecond'
fields[#fields + 1] = string.format('%.6f', writing)
redis.call('HSET', KEYS[1], unpack(fields))
return {1, unpack(reckoned)}
