-- revoke-key.lua: make a key unknown to all who use it, from this moment on. Safe to repeat: the first revocation stays.
-- KEYS  1 key hash
-- ARGV  1 how long it is still listed in ms
-- Returns  1, or 0 when there is no such key
-- Work  two reads, two writes
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local time = redis.call('TIME')
if redis.call('HSETNX', KEYS[1], 'revokedAtMs', time[1] * 1000 + math.floor(time[2] / 1000)) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return 1
