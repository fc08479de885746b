-- record-delivery-attempt.lua: write down an attempt and where it leads. The first final state stays; a late attempt does not reopen it.
-- KEYS  1 delivery hash, 2 pending deliveries, 3 index of deliveries, 4 index of failed ones
-- ARGV  1 delivery id, 2 number of the attempt or 0 (given up without one), 3 the attempt as JSON or "", 4 status it leads to,
--       5 next attempt in ms or "" (final), 6 why it failed or "", 7 retention in ms,
--       8 what the keys of the tenant's delivery hashes begin with
-- Returns  {"recorded"} | {"already", status} | {"superseded", nextAttemptAtMs} (another attempt of this number was recorded) | {"missing"}
-- Work  a fixed number of reads and writes, and the part forget-deliveries.lua
local delivery = redis.call('HMGET', KEYS[1], 'status', 'attempts', 'nextAttemptAtMs', 'createdAtMs')
if not delivery[1] then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {'missing'}
end
if delivery[1] ~= 'pending' then return {'already', delivery[1]} end

-- Two workers may be at one delivery when the first one stalled, and a command may arrive twice. A second failure of the same number
-- would use up two attempts; a success counts whenever it comes.
local number = tonumber(ARGV[2])
local attempts = tonumber(delivery[2])
if number > 0 and number <= attempts then
  if ARGV[4] ~= 'delivered' then return {'superseded', delivery[3]} end
  number = attempts + 1
end
if number > 0 then redis.call('HSET', KEYS[1], 'attempts', number, 'attempt.' .. number, ARGV[3]) end

if ARGV[4] == 'pending' then
  redis.call('HSET', KEYS[1], 'nextAttemptAtMs', ARGV[5])
  redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
else
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'status', ARGV[4], 'finishedAtMs', time[1] * 1000 + math.floor(time[2] / 1000))
  if ARGV[4] == 'failed' then
    redis.call('HSET', KEYS[1], 'failureReason', ARGV[6])
    redis.call('ZADD', KEYS[4], delivery[4], ARGV[1])
  end
  redis.call('HDEL', KEYS[1], 'nextAttemptAtMs')
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[7])
  forgetExpiredDeliveries(KEYS[3], KEYS[4], ARGV[8])
end
return {'recorded'}
