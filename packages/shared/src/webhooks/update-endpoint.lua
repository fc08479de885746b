-- update-endpoint.lua: change what is given of an endpoint. Enabling it, and another URL, forget how it failed. Sent twice it changes
-- nothing more.
-- KEYS  1 endpoint hash, 2 its breaker
-- ARGV  1 "1" enable, "0" disable or "", 2 … names and values of other fields, in turn
-- Returns  1, or 0 when there is no such endpoint
-- Work  a fixed number of reads and writes
local endpoint = redis.call('HMGET', KEYS[1], 'enabled', 'url')
local enabled = endpoint[1]
if not enabled then return 0 end
for index = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1]) end
if redis.call('HGET', KEYS[1], 'url') ~= endpoint[2] then
  redis.call('HDEL', KEYS[1], 'failingSinceMs')
  redis.call('DEL', KEYS[2])
end
if ARGV[1] == '1' and enabled == '0' then
  redis.call('HSET', KEYS[1], 'enabled', 1)
  redis.call('HDEL', KEYS[1], 'disabledReason', 'disabledAtMs', 'failingSinceMs')
  redis.call('DEL', KEYS[2])
elseif ARGV[1] == '0' and enabled == '1' then
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'enabled', 0, 'disabledReason', 'user', 'disabledAtMs', time[1] * 1000 + math.floor(time[2] / 1000))
end
return 1
