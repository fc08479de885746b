-- withdraw-job.lua: forget a job whose acceptance was never told to its client. Refused once it was started.
-- KEYS  1 job hash, 2 params, 3 index of all jobs, 4 index of queued jobs, 5 idempotency hash, 6 mark of a withdrawn job
-- ARGV  1 job id, 2 time the mark is kept in ms, 3 names of quotas (JSON for settleKeyQuota of quotas/key-quota.lua)
-- Returns  {"withdrawn"} | {"kept"}
-- Work  at most six writes and those of settleKeyQuota; no loop
local job = redis.call('HMGET', KEYS[1], 'status', 'startedAtMs', 'quota', 'spec')
if not job[1] then
  -- The acceptance may still be on its way, over a connection that was given up. It will find this. A full Redis refuses
  -- the mark, and would refuse the acceptance too.
  redis.pcall('SET', KEYS[6], 1, 'PX', ARGV[2])
  return {'withdrawn'}
end
if job[1] ~= 'queued' or job[2] then return {'kept'} end
-- First: in a full Redis this is refused, and the whole is tried again.
settleKeyQuota(cjson.decode(ARGV[3]), cjson.decode(job[4]).keyId or '', job[3], false, 0, 0)
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
if redis.call('HGET', KEYS[5], 'jobId') == ARGV[1] then redis.call('DEL', KEYS[5]) end
return {'withdrawn'}
