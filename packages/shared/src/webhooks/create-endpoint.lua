-- create-endpoint.lua: keep a new endpoint, unless the tenant has as many as it may have. Sent twice it answers the same.
-- KEYS  1 endpoint hash, 2 index of endpoints
-- ARGV  1 endpoint id, 2 most endpoints, 3 URL, 4 types of events separated by commas, 5 description, 6 "1" enabled or "0"
-- Returns  1, or 0 when there are too many
-- Work  a fixed number of reads and writes
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[2]) then return 0 end
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'url', ARGV[3], 'events', ARGV[4], 'description', ARGV[5], 'enabled', ARGV[6], 'createdAtMs', nowMs)
if ARGV[6] == '0' then redis.call('HSET', KEYS[1], 'disabledReason', 'user', 'disabledAtMs', nowMs) end
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return 1
