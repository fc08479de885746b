-- cancel-batch.lua: ask for the end of a batch. Its jobs are ended by a worker, in steps. Sent twice it answers the same.
-- KEYS  1 batch hash, 2 batches that need a worker
-- ARGV  1 batch id, 2 ms after which housekeeping looks for a worker
-- Returns  "canceling" | "ended" | "missing"
-- Work  one read, three writes, one message
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return 'missing' end
if status ~= 'in_progress' then return status end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'status', 'canceling')
redis.call('ZADD', KEYS[2], time[1] * 1000 + ARGV[2], ARGV[1])
redis.call('PUBLISH', KEYS[1], redis.call('HINCRBY', KEYS[1], 'seq', 1))
return 'canceling'
