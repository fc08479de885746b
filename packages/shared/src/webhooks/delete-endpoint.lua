-- delete-endpoint.lua: forget an endpoint. Its deliveries are ended by delete-endpoint.ts, or when they are looked at next.
-- KEYS  1 endpoint hash, 2 index of endpoints, 3 its breaker
-- ARGV  1 endpoint id
-- Returns  1, or 0 when there is no such endpoint
-- Work  three writes
local deleted = redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[3])
redis.call('ZREM', KEYS[2], ARGV[1])
return deleted
