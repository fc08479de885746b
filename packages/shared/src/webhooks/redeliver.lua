-- redeliver.lua: send a delivery again, now. One that is final begins its schedule anew, with its event, body and attempts so far; of one
-- that is pending the next attempt is due now. Sent twice it changes nothing more.
-- KEYS  1 delivery hash, 2 pending deliveries, 3 index of failed ones
-- ARGV  1 delivery id, 2 what the keys of the tenant's endpoint hashes begin with
-- Returns  "pending" | "missing" | "endpoint_disabled" | "endpoint_deleted" (nothing could be sent: nothing is changed)
-- Work  a fixed number of reads and writes
local delivery = redis.call('HMGET', KEYS[1], 'status', 'attempts', 'endpointId', 'eventType')
if not delivery[1] then return 'missing' end
if delivery[3] then
  local enabled = redis.call('HGET', ARGV[2] .. delivery[3], 'enabled')
  if not enabled then return 'endpoint_deleted' end
  if enabled == '0' and delivery[4] ~= 'webhook.test' then return 'endpoint_disabled' end
end
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
if delivery[1] ~= 'pending' then
  redis.call('PERSIST', KEYS[1])
  redis.call('HSET', KEYS[1], 'status', 'pending', 'attemptsBefore', delivery[2], 'restartedAtMs', nowMs)
  redis.call('HDEL', KEYS[1], 'finishedAtMs', 'failureReason')
  redis.call('ZREM', KEYS[3], ARGV[1])
end
redis.call('HSET', KEYS[1], 'nextAttemptAtMs', nowMs)
redis.call('ZADD', KEYS[2], nowMs, ARGV[1])
return 'pending'
