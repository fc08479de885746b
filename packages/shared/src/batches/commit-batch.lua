-- commit-batch.lua: accept a batch whose lines are stored, or answer what an earlier call with the same idempotency key came to.
-- A refused call changes nothing; one that is sent again is answered as the first.
-- KEYS  1 batch hash, 2 index of batches, 3 batches that need a worker, 4 idempotency hash {fingerprint, jobId, leaseUntilMs, body},
--       5 mark of a withdrawn batch, 6 … the chunks
-- ARGV  1 batch id, 2 spec (JSON), 3 number of lines, 4 fingerprint of the request or "" (no idempotency key),
--       5 lease of a running call in ms, 6 time the key is kept in ms, 7 ms after which housekeeping looks for a worker,
--       8 what to take from the key's quotas (JSON for takeKeyQuota of quotas/key-quota.lua) or ""
-- Returns  {"accepted", createdAtMs, notice} | {"quota", limit, 1 when unfinished jobs hold what is missing, notice} | {"replayed", body} | {"mismatch"} | {"in_progress"} | {"resumed", batchId} |
--          {"withdrawn"} (this call comes after its own withdrawal) | {"incomplete"} (chunks are gone: the call took too long)
-- Work  one read and one write per chunk, of which there are at most about 1,000
local created = redis.call('HGET', KEYS[1], 'createdAtMs')
if created then return {'accepted', tonumber(created), ''} end
if redis.call('EXISTS', KEYS[5]) == 1 then return {'withdrawn'} end

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)

if ARGV[4] ~= '' then
  local known = redis.call('HMGET', KEYS[4], 'fingerprint', 'jobId', 'leaseUntilMs', 'body')
  if known[1] then
    if known[1] ~= ARGV[4] then return {'mismatch'} end
    if known[4] then return {'replayed', known[4]} end
    if tonumber(known[3]) > nowMs then return {'in_progress'} end
    -- The first caller died between accepting the batch and answering: this one answers for it.
    redis.call('HSET', KEYS[4], 'leaseUntilMs', nowMs + ARGV[5])
    return {'resumed', known[2]}
  end
end

for index = 6, #KEYS do
  if redis.call('EXISTS', KEYS[index]) == 0 then return {'incomplete'} end
end

local notice = ''
if ARGV[8] ~= '' then
  local taken, told, limit, isHeld = takeKeyQuota(cjson.decode(ARGV[8]), nowMs)
  if not taken then return {'quota', limit, isHeld, told} end
  notice = told
end
for index = 6, #KEYS do redis.call('PERSIST', KEYS[index]) end

if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[4], 'fingerprint', ARGV[4], 'jobId', ARGV[1], 'leaseUntilMs', nowMs + ARGV[5])
  redis.call('PEXPIRE', KEYS[4], ARGV[6])
end
redis.call('HSET', KEYS[1], 'spec', ARGV[2], 'status', 'in_progress', 'seq', 1, 'createdAtMs', nowMs, 'expandedLines', 0, 'costNanoUsd', 0,
  'total', ARGV[3], 'queued', ARGV[3], 'running', 0, 'succeeded', 0, 'failed', 0, 'canceled', 0, 'expired', 0)
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('ZADD', KEYS[3], nowMs + ARGV[7], ARGV[1])
return {'accepted', nowMs, notice}
