-- settle.lua: correct a reservation by what was really used; nothing used gives it all back. Debts are allowed.
-- KEYS  1 budgets hash {<budget> level, updatedAtMs, writingPerSecond, saysNow}, 2 reservations by the end of their lease,
--       3 reserved {attempt id: "a,b,c,d,e,tokens it writes a second,from ms,until ms"}, 4 attempts that are taken to be writing, by when
--       they are taken to have stopped
-- ARGV  1 now in ms, or "" for the server's own clock (only tests pass a number), 2 attempt id,
--       then seven values a budget: name, amount used, capacity, refill per second, lowest and highest level that fit what Claude says
--       remains or "" (another user of the account may have taken some), level after the reservation or "" when it is not known
-- Returns  1 or 0 (there was no reservation any more: what was used is taken all the same), then the new level of each budget, as text
-- Work  one read and one write, five budgets; at most 20 overdue attempts stopped

-- Whether Claude speaks of the moment a request came or of the one it answered is not documented. Both must have been too high to lower
-- a level; `producedTokens`, which is what Claude's bucket is likely to hold, by more than this part of its capacity.
local TOLERANCE = 0.25
-- `saysNow` is what speaks for the moment of the answer, in capacities: how far the levels at the start lay above what was said, less twice
-- how far those at the answer lie outside it. Only what was drained in between tells the two apart.
local CONVINCED, EVIDENCE_MAX, EVIDENCE_AGAINST = 1, 3, 2
-- Then the level is brought into the range that was said, this far from its ends: a level at the very end of it is less likely.
local FROM_BELOW, FROM_ABOVE = 0.3, 0.1

-- Returns  the level of `producedTokens` after what Claude said of it, and the evidence
local function heedProduced(level, atStart, least, most, capacity, evidence)
  if least and atStart then
    local outside = math.max(0, least - level, level - most)
    evidence = evidence + (math.max(0, atStart - most) - EVIDENCE_AGAINST * outside) / capacity
    evidence = math.max(-EVIDENCE_MAX, math.min(EVIDENCE_MAX, evidence))
    if evidence > CONVINCED then
      local low = math.min(capacity, math.max(-capacity, least))
      local high = math.min(capacity, math.max(-capacity, most))
      return math.max(low + FROM_BELOW * (high - low), math.min(high - FROM_ABOVE * (high - low), level)), evidence
    end
  end
  return level - math.max(0, math.min(level, atStart or level) - most - TOLERANCE * capacity), evidence
end

local nowMs = tonumber(ARGV[1])
if not nowMs then
  local time = redis.call('TIME')
  nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
end

local names = {}
for i = 3, #ARGV, 7 do names[#names + 1] = ARGV[i] end
local pace, drained = stopOverdue(KEYS[4], KEYS[3], #names, nowMs)
local held = redis.call('HGET', KEYS[3], ARGV[2])
local reserved = readReservation(held)
local ownDrained = 0
if held then
  -- What this attempt was taken to have written comes back; what it has really written is taken instead.
  local ownPace, fromMs, untilMs = reserved[#names + 1], reserved[#names + 2], reserved[#names + 3]
  ownDrained = ownPace * math.max(0, math.min(nowMs, untilMs) - fromMs) / 1000
  local stopped, tooMuch = stopWriting(KEYS[4], ARGV[2], ownPace, nowMs)
  pace, drained = pace + stopped, drained + tooMuch
end

local known = redis.call('HMGET', KEYS[1], 'updatedAtMs', 'writingPerSecond', 'saysNow', unpack(names))
local updatedAtMs = tonumber(known[1]) or nowMs
-- A clock that went back refills nothing, and counts from there.
local elapsedMs = math.max(0, nowMs - updatedAtMs)
local writing, saysNow = tonumber(known[2]) or 0, tonumber(known[3]) or 0

local fields, levels = {'updatedAtMs', nowMs}, {}
for i = 1, #names do
  local at = 3 + (i - 1) * 7
  local used, capacity, refill = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local least, most, atStart = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local gain = refill * elapsedMs / 1000
  local comesBack, overdue = reserved[i] or 0, 0
  if names[i] == 'producedTokens' then
    gain = gain - writing * elapsedMs / 1000
    comesBack, overdue = ownDrained, drained
  end
  local level = math.min(capacity, (tonumber(known[i + 3]) or capacity) + gain)
  level = math.min(capacity, level + overdue)
  level = math.min(capacity, level + comesBack - used)
  if most and names[i] == 'producedTokens' then
    level, saysNow = heedProduced(level, atStart, least, most, capacity, saysNow)
  elseif most then
    level = level - math.max(0, math.min(level, atStart or level) - most)
  end
  fields[#fields + 1] = names[i]
  levels[i] = string.format('%.6f', level)
  fields[#fields + 1] = levels[i]
end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
-- Sums of fractions drift; without reservations nothing is written.
writing = math.max(0, writing - pace)
if redis.call('ZCARD', KEYS[4]) == 0 then writing = 0 end
fields[#fields + 1] = 'writingPerSecond'
fields[#fields + 1] = string.format('%.6f', writing)
fields[#fields + 1] = 'saysNow'
fields[#fields + 1] = string.format('%.6f', saysNow)
redis.call('HSET', KEYS[1], unpack(fields))
return {held and 1 or 0, unpack(levels)}
