-- settle.lua: correct a reservation by what was really used; nothing used gives it all back. Debts are allowed.
-- KEYS  1 budgets hash {<budget> level, updatedAtMs, writingPerSecond}, 2 reservations by the end of their lease,
--       3 reserved {attempt id: "a,b,c,d,e,tokens it writes a second,from ms,until ms"}, 4 attempts that are taken to be writing, by when
--       they are taken to have stopped
-- ARGV  1 now in ms, or "" for the server's own clock (only tests pass a number), 2 attempt id,
--       then six values a budget: name, amount used, capacity, refill per second, highest level that is believable or "" (what
--       Claude says remains: another user of the account may have taken some), level after the reservation or "" when it is not known
-- Returns  1 or 0 (there was no reservation any more: what was used is taken all the same), then the new level of each budget, as text
-- Work  one read and one write, five budgets; at most 20 overdue attempts stopped
local nowMs = tonumber(ARGV[1])
if not nowMs then
  local time = redis.call('TIME')
  nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
end

local names = {}
for i = 3, #ARGV, 6 do names[#names + 1] = ARGV[i] end
local pace, drained = stopOverdue(KEYS[4], KEYS[3], #names, nowMs)
local held = redis.call('HGET', KEYS[3], ARGV[2])
local reserved = readReservation(held)
local ownDrained = 0
if held then
  -- What this attempt was taken to have written comes back; what it has really written is taken instead.
  local ownPace, fromMs, untilMs = reserved[#names + 1], reserved[#names + 2], reserved[#names + 3]
  ownDrained = ownPace * math.max(0, math.min(nowMs, untilMs) - fromMs) / 1000
  if redis.call('ZREM', KEYS[4], ARGV[2]) == 1 then pace = pace + ownPace end
end

local known = redis.call('HMGET', KEYS[1], 'updatedAtMs', 'writingPerSecond', unpack(names))
local updatedAtMs = tonumber(known[1]) or nowMs
local elapsedMs = math.max(0, nowMs - updatedAtMs)
local writing = tonumber(known[2]) or 0

local fields, levels = {'updatedAtMs', math.max(updatedAtMs, nowMs)}, {}
for i = 1, #names do
  local at = 3 + (i - 1) * 6
  local used, capacity, refill = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local believable, atStart = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  local gain = refill * elapsedMs / 1000
  local comesBack, overdue = reserved[i] or 0, 0
  if names[i] == 'producedTokens' then
    gain = gain - writing * elapsedMs / 1000
    comesBack, overdue = ownDrained, drained
  end
  local level = math.min(capacity, (tonumber(known[i + 2]) or capacity) + gain)
  level = math.min(capacity, level + overdue)
  level = math.min(capacity, level + comesBack - used)
  -- Whether Claude speaks of the moment the request came or of the one it answered is not known: both must have been too high.
  if believable then level = level - math.max(0, math.min(level, atStart or level) - believable) end
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
redis.call('HSET', KEYS[1], unpack(fields))
return {held and 1 or 0, unpack(levels)}
