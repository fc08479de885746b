-- finish-job.lua: write a job's final state, and with it the deliveries that tell of it. The first final state stays; later ones are refused.
-- KEYS  1 job hash, 2 params, 3 result, 4 index of all jobs, 5 index of queued jobs, 6 index of running jobs, 7 index of jobs in this final
--       state, 8 final jobs by the time they are forgotten, 9 channel of the job, 10 hash of the delivery to its own URL,
--       11 index of deliveries, 12 pending deliveries (10–12 are written by createDeliveries), 13–16 indexes of the four final states
-- ARGV  1 job id, 2 final status, 3 result (packed), 4 usage (JSON) or "", 5 cost in USD or "", 6 retention in ms, 7 id of the attempt
--       that ends or "" (the decision comes from elsewhere), 8 "1": only a job that was never started,
--       9 delivery id, 10 event id, 11 event type, 12 abort channel, 13 what is told there,
--       14 what is counted and settled (JSON of usage/usage-argument.ts), 15 keys for createDeliveries (JSON), 16 what finishLine (batches/finish-line.lua) is told (JSON)
-- Returns  {"finished", finishedAtMs, told, notice of a quota, id of the batch that ended with it or ""} | {"already", status, told} | {"started"} (refused by argument 8) | {"missing"};
--          told is 1 when there are deliveries, 0 when nobody wants to be told
--          An answer that is refused because the job is final was paid for all the same: it is counted as wasted, once.
-- Work  a fixed number of writes, that of createDeliveries, plus at most 20 forgotten jobs removed from the indexes
local job = redis.call('HMGET', KEYS[1], 'status', 'attemptId', 'seq', 'attempts', 'startedAtMs', 'history', 'spec', 'deliveries',
  'failures', 'rateLimited', 'quota', 'finishedBy')
local status = job[1]
if not status then return {'missing'} end
local spec = cjson.decode(job[7])
local used = cjson.decode(ARGV[14])
local keyId = spec.keyId or 'operator'
if status ~= 'queued' and status ~= 'running' then
  -- Sent twice, the attempt that ended the job comes here, too.
  if used.tokens and ARGV[7] ~= '' and job[12] ~= ARGV[7] and redis.call('HSETNX', KEYS[1], 'wasted:' .. ARGV[7], 1) == 1 then
    countUsage(used.usage, keyId, spec.model, wasteCounts(used))
  end
  return {'already', status, job[8] and 1 or 0}
end
if ARGV[8] == '1' and job[5] then return {'started'} end

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local seq = job[3] + 1
redis.call('HSET', KEYS[1], 'status', ARGV[2], 'seq', seq, 'finishedAtMs', nowMs, 'attemptId', '', 'finishedBy', ARGV[7],
  'history', job[6] .. seq .. ',' .. ARGV[2] .. ',' .. nowMs .. ',' .. job[4] .. ';')
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'usage', ARGV[4]) end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'costUsd', ARGV[5]) end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[3], ARGV[3])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('ZADD', KEYS[7], 0, ARGV[1])
local inBatch, isLast = false, false
if spec.batchId ~= cjson.null then
  inBatch, isLast = finishLine(cjson.decode(ARGV[16]), { batchId = spec.batchId, from = status, to = ARGV[2],
    costUsd = ARGV[5], nowMs = nowMs, deliveryKeys = ARGV[15], retentionMs = ARGV[6] })
end
if not inBatch then
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
  redis.call('ZADD', KEYS[8], nowMs + ARGV[6], ARGV[1])
end

countUsage(used.usage, keyId, spec.model, jobCounts(used, ARGV[2], job[4], job[9], job[10]))
local notice = settleKeyQuota(used, keyId, job[11], job[5] or (ARGV[2] ~= 'canceled' and ARGV[2] ~= 'expired'), used.nanoUsd, nowMs)

local event = {id = ARGV[10], type = ARGV[11], deliveryId = ARGV[9], retentionMs = ARGV[6], jobId = ARGV[1]}
if spec.webhookUrl ~= cjson.null then event.url = spec.webhookUrl end
local deliveries = createDeliveries(ARGV[15], event, nowMs)
if #deliveries > 0 then redis.call('HSET', KEYS[1], 'deliveries', table.concat(deliveries, ',')) end

local forgotten = redis.call('ZRANGEBYSCORE', KEYS[8], '-inf', nowMs, 'LIMIT', 0, 20)
if #forgotten > 0 then
  redis.call('ZREM', KEYS[8], unpack(forgotten))
  redis.call('ZREM', KEYS[4], unpack(forgotten))
  for index = 13, 16 do redis.call('ZREM', KEYS[index], unpack(forgotten)) end
end

redis.call('PUBLISH', KEYS[9], seq .. ' ' .. ARGV[2])
if status == 'running' and job[2] ~= ARGV[7] then redis.call('PUBLISH', ARGV[12], ARGV[13]) end
return {'finished', nowMs, math.min(#deliveries, 1), notice, isLast and spec.batchId or ''}
