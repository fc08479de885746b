-- take-quota.lua: take from a key's quotas for many jobs together, all or nothing. A refusal takes nothing.
-- KEYS  1 month hash, 2 counter of unfinished jobs
-- ARGV  1 what to take (JSON, see key-quota.lua)
-- Returns  {"taken", notice} | {"refused", limit, 1 when unfinished jobs hold what is missing, notice}
-- Work  two reads, at most six writes
-- Sent twice it takes twice: only connections that send nothing twice call it.
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local taken, notice, limit, isHeld = takeKeyQuota(cjson.decode(ARGV[1]), nowMs)
if taken then return {'taken', notice} end
return {'refused', limit, isHeld, notice}
