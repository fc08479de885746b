-- advance-batch.lua: the lines of a chunk have become jobs. Sent twice it changes nothing more.
-- KEYS  1 batch hash, 2 the chunk
-- ARGV  1 place of the line that comes next
-- Returns  1, or 0 when the batch is gone
-- Work  one read, two writes
redis.call('UNLINK', KEYS[2])
local expanded = redis.call('HGET', KEYS[1], 'expandedLines')
if not expanded then return 0 end
if tonumber(ARGV[1]) > tonumber(expanded) then redis.call('HSET', KEYS[1], 'expandedLines', ARGV[1]) end
return 1
