-- start-attempt.lua: give a job to one attempt. The newest attempt owns the job; an older one of a stalled worker no longer does.
-- Repeated for the attempt that owns the job (sent again after a lost connection) it answers the same and changes nothing.
-- KEYS  1 job hash, 2 index of queued jobs, 3 index of running jobs, 4 channel of the job
-- ARGV  1 job id, 2 attempt id, 3 key of the job's batch or ""
-- Returns  {"started", attempts, failures} | {"final", status} | {"expired"} (its deadline passed before a first attempt) | {"missing"}
-- Work  at most four writes and one message, and as many for the batch; no loop
local job = redis.call('HMGET', KEYS[1], 'status', 'seq', 'attempts', 'failures', 'startedAtMs', 'expiresAtMs', 'history', 'attemptId')
local status = job[1]
if not status then return {'missing'} end
if status ~= 'queued' and status ~= 'running' then return {'final', status} end

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local expiresAtMs = tonumber(job[6])
if not job[5] and expiresAtMs > 0 and nowMs >= expiresAtMs then return {'expired'} end

if status == 'running' and job[8] == ARGV[2] then return {'started', tonumber(job[3]), tonumber(job[4])} end

local seq = job[2] + 1
local attempts = job[3] + 1
local history = job[7]
if #history > 4096 then history = string.gsub(string.sub(history, 2049), '^[^;]*;', '') end
redis.call('HSET', KEYS[1], 'status', 'running', 'seq', seq, 'attempts', attempts, 'attemptId', ARGV[2],
  'startedAtMs', job[5] or nowMs, 'history', history .. seq .. ',running,' .. nowMs .. ',' .. attempts .. ';')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], 0, ARGV[1])
redis.call('PUBLISH', KEYS[4], seq .. ' running')
if status == 'queued' then countMove(ARGV[3], 'queued', 'running') end
return {'started', attempts, tonumber(job[4])}
