-- take-month.lua: count one request against an account's month, unless its requests or its money are used up. A refusal counts nothing.
-- KEYS  1 month hash {requests, usdMicros}
-- ARGV  1 requests allowed or "", 2 USD allowed in millionths or "", 3 expiry in ms
-- Returns  {1, requests so far}, or {0, "requests"} or {0, "spend"}
-- Work  one read, two writes
local used = redis.call('HMGET', KEYS[1], 'requests', 'usdMicros')
local requests, usdMicros = tonumber(used[1]) or 0, tonumber(used[2]) or 0
if ARGV[1] ~= '' and requests >= tonumber(ARGV[1]) then return {0, 'requests'} end
if ARGV[2] ~= '' and usdMicros >= tonumber(ARGV[2]) then return {0, 'spend'} end
redis.call('HINCRBY', KEYS[1], 'requests', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {1, requests + 1}
