-- rotate-webhook-secret.lua: put a new secret in the place of the current one, which goes on signing for a while.
-- KEYS[1]  webhook secret hash {current, previous, previousUntilMs}
-- ARGV[1]  new secret, ARGV[2] how long the old one signs beside it, in ms
-- Returns  {current} or {current, previous, previousUntilMs}
-- Work     a fixed number of reads and writes
-- The same call may arrive twice (sent again after a lost connection): the new secret must not become its own predecessor.
local current = redis.call('HGET', KEYS[1], 'current')
if current ~= ARGV[1] then
  local graceMs = tonumber(ARGV[2])
  if current and graceMs > 0 then
    local time = redis.call('TIME')
    local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('HSET', KEYS[1], 'current', ARGV[1], 'previous', current, 'previousUntilMs', nowMs + graceMs)
  else
    redis.call('HSET', KEYS[1], 'current', ARGV[1])
    redis.call('HDEL', KEYS[1], 'previous', 'previousUntilMs')
  end
end
local secret = redis.call('HMGET', KEYS[1], 'current', 'previous', 'previousUntilMs')
if not secret[2] then return {secret[1]} end
return secret
