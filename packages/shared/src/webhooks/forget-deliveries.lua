-- forget-deliveries.lua: a part. Takes ids of expired deliveries out of the indexes. They are in the order of time, so what has expired
-- gathers at the beginning: whoever makes one delivery final calls this, and up to five go.
-- Work  at most 10 reads and 10 writes
local function forgetExpiredDeliveries(deliveriesKey, failedKey, deliveryPrefix)
  for _, index in ipairs({deliveriesKey, failedKey}) do
    for _, id in ipairs(redis.call('ZRANGE', index, 0, 4)) do
      if redis.call('EXISTS', deliveryPrefix .. id) == 0 then redis.call('ZREM', index, id) end
    end
  end
end
