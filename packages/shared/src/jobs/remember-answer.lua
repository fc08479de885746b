-- remember-answer.lua: keep the answer of the call that holds an idempotency key. One that comes after the key was given up changes nothing.
-- KEYS  1 idempotency hash {fingerprint, jobId, leaseUntilMs, body}
-- ARGV  1 job id, 2 body
-- Returns  {1}, or {0} when the key is not of this job (any more)
-- Work  one read, one write
if redis.call('HGET', KEYS[1], 'jobId') ~= ARGV[1] then return {0} end
redis.call('HSET', KEYS[1], 'body', ARGV[2])
return {1}
