-- expire-lines.lua: let the jobs of a batch that has ended be forgotten together. Sent twice it changes nothing more.
-- KEYS  1 final jobs by the time they are forgotten, then for each job: hash, result
-- ARGV  1 time at which they are forgotten in ms, then the jobs' ids
-- Returns  1
-- Work  three writes per job; callers bring at most 500
for index = 2, #ARGV do
  if redis.call('PEXPIREAT', KEYS[2 * index - 2], ARGV[1]) == 1 then redis.call('ZADD', KEYS[1], ARGV[1], ARGV[index]) end
  redis.call('PEXPIREAT', KEYS[2 * index - 1], ARGV[1])
end
return 1
