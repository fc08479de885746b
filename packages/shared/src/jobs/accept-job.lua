-- accept-job.lua: keep a new job, or answer what an earlier call with the same idempotency key came to. A refused call changes nothing.
-- KEYS  1 job hash, 2 params, 3 index of all jobs, 4 index of queued jobs, 5 idempotency hash {fingerprint, jobId, leaseUntilMs, body},
--       6 mark of a withdrawn job
-- ARGV  1 job id, 2 spec (JSON), 3 params (packed), 4 expires in ms or 0,
--       5 fingerprint of the request or "" (no idempotency key), 6 lease of a running call in ms, 7 time the key is kept in ms,
--       8 what to take from the key's quotas (JSON for takeKeyQuota of quotas/key-quota.lua) or "", 9 what stands of it at the job or ""
-- Returns  {"accepted", createdAtMs, notice} | {"quota", limit, 1 when unfinished jobs hold what is missing, notice} | {"replayed", body} | {"mismatch"} | {"in_progress"} | {"resumed", jobId} | {"withdrawn"} (this call comes after its own withdrawal)
-- Work  at most six writes and those of takeKeyQuota; no loop. Sent twice it accepts once.
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)

if redis.call('EXISTS', KEYS[6]) == 1 then return {'withdrawn'} end

if ARGV[5] ~= '' then
  local known = redis.call('HMGET', KEYS[5], 'fingerprint', 'jobId', 'leaseUntilMs', 'body')
  if known[1] then
    if known[1] ~= ARGV[5] then return {'mismatch'} end
    if known[4] then return {'replayed', known[4]} end
    if tonumber(known[3]) > nowMs then return {'in_progress'} end
    -- The first caller died between keeping the job and answering: this one answers for it.
    redis.call('HSET', KEYS[5], 'leaseUntilMs', nowMs + ARGV[6])
    return {'resumed', known[2]}
  end
else
  local createdAtMs = redis.call('HGET', KEYS[1], 'createdAtMs')
  if createdAtMs then return {'accepted', tonumber(createdAtMs), ''} end
end

local notice = ''
if ARGV[8] ~= '' then
  local taken, told, limit, isHeld = takeKeyQuota(cjson.decode(ARGV[8]), nowMs)
  if not taken then return {'quota', limit, isHeld, told} end
  notice = told
  redis.call('HSET', KEYS[1], 'quota', ARGV[9])
end

if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[5], 'fingerprint', ARGV[5], 'jobId', ARGV[1], 'leaseUntilMs', nowMs + ARGV[6])
  redis.call('PEXPIRE', KEYS[5], ARGV[7])
end

local expiresAtMs = 0
if tonumber(ARGV[4]) > 0 then expiresAtMs = nowMs + ARGV[4] end

redis.call('HSET', KEYS[1], 'spec', ARGV[2], 'status', 'queued', 'seq', 1, 'attempts', 0, 'failures', 0,
  'createdAtMs', nowMs, 'expiresAtMs', expiresAtMs, 'history', '1,queued,' .. nowMs .. ',0;')
redis.call('SET', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[3], 0, ARGV[1])
redis.call('ZADD', KEYS[4], 0, ARGV[1])
return {'accepted', nowMs, notice}
