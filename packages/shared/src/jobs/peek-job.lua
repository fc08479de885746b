-- peek-job.lua: what a worker must know of a job before it asks for admission. Changes nothing.
-- KEYS  1 job hash, 2 params
-- Returns  {"waiting", spec, params} | {"final", status} | {"expired"} (its deadline passed before a first attempt) | {"missing"}
-- Work  two reads
local job = redis.call('HMGET', KEYS[1], 'status', 'startedAtMs', 'expiresAtMs', 'spec')
local status = job[1]
if not status then return {'missing'} end
if status ~= 'queued' and status ~= 'running' then return {'final', status} end

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local expiresAtMs = tonumber(job[3])
if not job[2] and expiresAtMs > 0 and nowMs >= expiresAtMs then return {'expired'} end

local params = redis.call('GET', KEYS[2])
if not params then return {'missing'} end
return {'waiting', job[4], params}
