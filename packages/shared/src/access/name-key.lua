-- name-key.lua: put a new key into the index, unless there are as many as there may be. Safe to repeat.
-- KEYS  1 index of keys
-- ARGV  1 member, 2 how many there may be
-- Returns  1, or 0 when the index is full
-- Work  two reads, one write
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], 0, ARGV[1])
return 1
