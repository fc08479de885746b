-- create-deliveries.lua: a part (after forget-deliveries.lua). Makes the deliveries of one event, in the same step as what the event tells of:
-- to the URL that was named for it, and to each endpoint of the tenant that takes its type. What there is stays, so a repeat makes none twice.
-- createDeliveries(keysJson, event, nowMs)
--   keysJson  from create-deliveries.ts: {deliveries, pending, failed, endpoints} and what begins the keys of {delivery, endpoint} hashes
--   event     {id, type, deliveryId, retentionMs}; and where it applies: url, jobId, batchId, body (packed; nil: rendered later),
--             only (id of the one endpoint to tell, whatever it takes), except (id of an endpoint not to tell)
-- Returns  the ids of its deliveries. One to a disabled endpoint has failed from the beginning.
-- Work  one read for each endpoint (at most 20), at most five writes for each delivery
local function createDelivery(keys, event, nowMs, id, url, endpointId, isEnabled)
  local key = keys.delivery .. id
  if redis.call('EXISTS', key) == 1 then return id end
  local fields = {'eventType', event.type, 'eventId', event.id, 'url', url, 'attempts', 0, 'createdAtMs', nowMs}
  local function add(name, value)
    if value then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  add('jobId', event.jobId)
  add('batchId', event.batchId)
  add('endpointId', endpointId)
  add('body', event.body)
  redis.call('HSET', key, unpack(fields))
  redis.call('ZADD', keys.deliveries, nowMs, id)
  if isEnabled then
    redis.call('HSET', key, 'status', 'pending')
    redis.call('ZADD', keys.pending, nowMs, id)
  else
    redis.call('HSET', key, 'status', 'failed', 'failureReason', 'endpoint_disabled', 'finishedAtMs', nowMs)
    redis.call('ZADD', keys.failed, nowMs, id)
    redis.call('PEXPIRE', key, event.retentionMs)
    forgetExpiredDeliveries(keys.deliveries, keys.failed, keys.delivery)
  end
  return id
end

local function createDeliveries(keysJson, event, nowMs)
  local keys = cjson.decode(keysJson)
  local ids = {}
  if event.url then ids[1] = createDelivery(keys, event, nowMs, event.deliveryId, event.url, nil, true) end
  for _, endpointId in ipairs(redis.call('ZRANGE', keys.endpoints, 0, -1)) do
    local endpoint = redis.call('HMGET', keys.endpoint .. endpointId, 'url', 'events', 'enabled')
    local takes = endpoint[2] == '' or string.find(',' .. (endpoint[2] or '') .. ',', ',' .. event.type .. ',', 1, true)
    if event.only then takes = endpointId == event.only end
    if endpoint[1] and takes and endpointId ~= event.except then
      local id = event.deliveryId .. '_' .. string.sub(endpointId, 4)
      ids[#ids + 1] = createDelivery(keys, event, nowMs, id, endpoint[1], endpointId, event.only ~= nil or endpoint[3] == '1')
    end
  end
  return ids
end
