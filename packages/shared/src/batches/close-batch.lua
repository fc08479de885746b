-- close-batch.lua: a batch needs no worker for now: its lines are expanded, and nobody has asked for its end meanwhile.
-- KEYS  1 batch hash, 2 batches that need a worker
-- ARGV  1 batch id
-- Returns  1, or 0 when there is more to do: the batch stays where it is
-- Work  one read, one write
local batch = redis.call('HMGET', KEYS[1], 'status', 'expandedLines', 'total')
if batch[1] and (batch[1] ~= 'in_progress' or tonumber(batch[2]) < tonumber(batch[3])) then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
