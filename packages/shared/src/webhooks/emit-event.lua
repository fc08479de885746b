-- emit-event.lua: make the deliveries of an event that stands for itself, once.
-- KEYS  1 mark of the event: the ids of its deliveries, separated by commas
-- ARGV  1 keys for createDeliveries (JSON), 2 event id, 3 event type, 4 delivery id, 5 retention in ms, 6 body (packed),
--       7 id of the only endpoint to tell or "", 8 time the mark is kept in ms
-- Returns  the ids of its deliveries, also when they were made by an earlier call
-- Work  that of createDeliveries, one read and one write
local made = redis.call('GET', KEYS[1])
if not made then
  local time = redis.call('TIME')
  local event = {id = ARGV[2], type = ARGV[3], deliveryId = ARGV[4], retentionMs = ARGV[5], body = ARGV[6]}
  if ARGV[7] ~= '' then event.only = ARGV[7] end
  made = table.concat(createDeliveries(ARGV[1], event, time[1] * 1000 + math.floor(time[2] / 1000)), ',')
  redis.call('SET', KEYS[1], made, 'PX', ARGV[8])
end
return made
