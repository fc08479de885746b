-- expire-batch.lua: let a batch that has ended be forgotten with its jobs, whose time was set before. Sent twice it changes nothing more.
-- KEYS  1 batch hash, 2 places of its final jobs, 3 batches that need a worker, 4 index of batches
-- ARGV  1 batch id, 2 time at which it is forgotten in ms, 3 what the keys of the tenant's batches begin with
-- Returns  1, or 0 when another worker has done it already
-- Work  three writes, plus at most 5 expired batches taken out of the index
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
redis.call('PEXPIREAT', KEYS[2], ARGV[2])
local done = redis.call('ZREM', KEYS[3], ARGV[1])
-- Ids are in the order of time, so what has expired gathers at the beginning. One comes, up to five go.
for _, id in ipairs(redis.call('ZRANGE', KEYS[4], 0, 4)) do
  if redis.call('EXISTS', ARGV[3] .. id) == 0 then redis.call('ZREM', KEYS[4], id) end
end
return done
