-- withdraw-job.lua: forget a job whose acceptance was never told to its client. Refused once it was started.
-- KEYS  1 job hash, 2 params, 3 index of all jobs, 4 index of queued jobs, 5 idempotency hash
-- ARGV  1 job id
-- Returns  {"withdrawn"} | {"kept"}
-- Work  at most five writes; no loop
local job = redis.call('HMGET', KEYS[1], 'status', 'startedAtMs')
if job[1] ~= 'queued' or job[2] then return {'kept'} end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
if redis.call('HGET', KEYS[5], 'jobId') == ARGV[1] then redis.call('DEL', KEYS[5]) end
return {'withdrawn'}
