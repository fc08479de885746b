-- withdraw-batch.lua: forget a batch whose acceptance was never told to its client. Refused once a line of it became a job.
-- KEYS  1 batch hash, 2 index of batches, 3 batches that need a worker, 4 idempotency hash, 5 mark of a withdrawn batch, 6 … the chunks
-- ARGV  1 batch id, 2 time the mark is kept in ms,
--       3 what was taken from the key's quotas (JSON as in commit-batch.lua) or ""
-- Returns  {"withdrawn"} | {"kept"}
-- Work  one removal per chunk, of which there are at most about 1,000
local batch = redis.call('HMGET', KEYS[1], 'status', 'beganAtMs')
if batch[1] and (batch[1] ~= 'in_progress' or batch[2]) then return {'kept'} end
for index = 6, #KEYS do redis.call('UNLINK', KEYS[index]) end
if not batch[1] then
  -- The acceptance may still be on its way, over a connection that was given up. It will find this. A full Redis refuses
  -- the mark, and would refuse the acceptance too.
  redis.pcall('SET', KEYS[5], 1, 'PX', ARGV[2])
  return {'withdrawn'}
end
if ARGV[3] ~= '' then
  local quota = cjson.decode(ARGV[3])
  giveBackKeyQuota(quota.monthKey, quota.unfinishedKey, quota.keptMs, quota.count, quota.nanoUsd, false)
end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if redis.call('HGET', KEYS[4], 'jobId') == ARGV[1] then redis.call('DEL', KEYS[4]) end
return {'withdrawn'}
