-- rest-lane.lua: let no job of a lane start for a while. Only ever extends a rest (BullMQ's own rateLimit() shortens one, too).
-- KEYS  1 limiter counter of the lane's queue, 2 reason of the rest
-- ARGV  1 time in ms, 2 reason
-- Returns  ms until the lane goes on
-- Work  two reads, two writes
-- Any other value is a window of the limiter, which may be longer than the rest that is asked for.
local leftMs = redis.call('GET', KEYS[1]) == '9007199254740991' and redis.call('PTTL', KEYS[1]) or 0
local restMs = math.max(tonumber(ARGV[1]), leftMs)
redis.call('SET', KEYS[1], '9007199254740991', 'PX', restMs)
if tonumber(ARGV[1]) >= leftMs then redis.call('SET', KEYS[2], ARGV[2], 'PX', restMs) end
return restMs
