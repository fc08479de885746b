-- store-delivery-body.lua: keep the body of an event; the first one stays. Without a delivery nothing is kept, as nothing would let it expire.
-- KEYS[1]  delivery hash
-- ARGV[1]  the body, packed
-- Returns  {the kept body, status} or nil
-- Work     one write, one read of a body
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return nil end
if redis.call('HSETNX', KEYS[1], 'body', ARGV[1]) == 1 then return {ARGV[1], status} end
return {redis.call('HGET', KEYS[1], 'body'), status}
