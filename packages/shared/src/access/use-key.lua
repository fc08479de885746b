-- use-key.lua: whose key this is, and whether one more call that hands in work fits its requests per minute. A refused call takes nothing.
-- KEYS  1 key hash
-- ARGV  1 "1": the call hands in work and takes one of the key's requests per minute, 2 grain of the time of last use in ms
-- Returns  {"unknown"} (also of an expired and of a revoked key)
--          | {"known", taken, left, ms until there is one more, values of id, tenant, weight, requestsPerMinute, requestsPerMonth, usdPerMonth, queuedJobs};
--          taken is 0 (refused), 1, or -1 (nothing was asked for, or there is no such limit)
-- Work  one read, at most two writes. A full Redis refuses the writes: reading goes on there, and no work is accepted anyway.
-- Sent twice it takes two: only connections that send nothing twice call it.
local key = redis.call('HMGET', KEYS[1], 'id', 'tenant', 'weight', 'requestsPerMinute', 'requestsPerMonth', 'usdPerMonth', 'queuedJobs',
  'expiresAtMs', 'revokedAtMs', 'lastUsedAtMs', 'tokens', 'tokensAtMs')
if not key[1] or key[9] then return {'unknown'} end

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
if key[8] and nowMs >= tonumber(key[8]) then return {'unknown'} end
if nowMs - (tonumber(key[10]) or 0) >= tonumber(ARGV[2]) then redis.pcall('HSET', KEYS[1], 'lastUsedAtMs', nowMs) end

local taken, left, nextMs = -1, 0, 0
if ARGV[1] == '1' and key[4] then
  local perMinute = tonumber(key[4])
  local level = perMinute
  if key[11] then level = math.min(perMinute, key[11] + math.max(0, nowMs - key[12]) * perMinute / 60000) end
  taken = 0
  if level >= 1 then
    taken = 1
    level = level - 1
    redis.pcall('HSET', KEYS[1], 'tokens', level, 'tokensAtMs', nowMs)
  end
  left = math.floor(level)
  nextMs = math.ceil((left + 1 - level) * 60000 / perMinute)
end
return {'known', taken, left, nextMs, key[1], key[2], key[3], key[4], key[5], key[6], key[7]}
