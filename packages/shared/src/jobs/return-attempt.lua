-- return-attempt.lua: put a job back after an attempt. Refused when another attempt owns the job by now, or it is final.
-- Repeated for the attempt that put it back (sent again after a lost connection) it answers the same and changes nothing.
-- KEYS  1 job hash, 2 index of queued jobs, 3 index of running jobs, 4 channel of the job
-- ARGV  1 job id, 2 attempt id, 3 "retry" (uses up one of maxAttempts) or "rest" (the attempt is given back),
--       4 "rate_limited" (counts for the usage: Claude answered 429) or "", 5 key of the job's batch or ""
-- Returns  {"returned", failures} | {"refused", status} | {"missing"}
-- Work  at most five writes and one message, and as many for the batch; no loop
local job = redis.call('HMGET', KEYS[1], 'status', 'attemptId', 'seq', 'attempts', 'failures', 'history', 'returnedBy')
local status = job[1]
if not status then return {'missing'} end
if status == 'queued' and job[7] == ARGV[2] then return {'returned', tonumber(job[5])} end
if status ~= 'running' or job[2] ~= ARGV[2] then return {'refused', status} end

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local seq = job[3] + 1
local attempts = tonumber(job[4])
local failures = tonumber(job[5])
if ARGV[3] == 'retry' then failures = failures + 1 else attempts = attempts - 1 end

redis.call('HSET', KEYS[1], 'status', 'queued', 'seq', seq, 'attempts', attempts, 'failures', failures, 'attemptId', '', 'returnedBy', ARGV[2],
  'history', job[6] .. seq .. ',queued,' .. nowMs .. ',' .. attempts .. ';')
if ARGV[4] == 'rate_limited' then redis.call('HINCRBY', KEYS[1], 'rateLimited', 1) end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('PUBLISH', KEYS[4], seq .. ' queued')
countMove(ARGV[5], 'running', 'queued')
return {'returned', failures}
