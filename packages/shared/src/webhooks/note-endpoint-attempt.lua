-- note-endpoint-attempt.lua: what an attempt at an endpoint says of the endpoint; the last straw disables it and makes the event that tells
-- the tenant's other endpoints. Sent twice it changes nothing more.
-- KEYS  1 endpoint hash
-- ARGV  1 "succeeded" or "failed", 2 why it is to be disabled or "", 3 "" or the failingSinceMs that was the reason,
--       4 keys for createDeliveries (JSON), 5 endpoint id, 6 id of the event that tells of it, 7 its delivery id, 8 its body (packed),
--       9 retention in ms
-- Returns  {"noted"} | {"disabled", ids of deliveries …} | {"missing"}
-- Work  a fixed number of reads and writes, and that of createDeliveries
local endpoint = redis.call('HMGET', KEYS[1], 'enabled', 'failingSinceMs')
if not endpoint[1] then return {'missing'} end
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] == 'succeeded' then
  redis.call('HDEL', KEYS[1], 'failingSinceMs')
else
  redis.call('HSETNX', KEYS[1], 'failingSinceMs', nowMs)
end
if ARGV[2] == '' or endpoint[1] == '0' then return {'noted'} end
-- A success of another worker came in between.
if ARGV[3] ~= '' and endpoint[2] ~= ARGV[3] then return {'noted'} end

redis.call('HSET', KEYS[1], 'enabled', 0, 'disabledReason', ARGV[2], 'disabledAtMs', nowMs)
local event = {id = ARGV[6], type = 'webhook_endpoint.disabled', deliveryId = ARGV[7], retentionMs = ARGV[9], body = ARGV[8], except = ARGV[5]}
return {'disabled', unpack(createDeliveries(ARGV[4], event, nowMs))}
