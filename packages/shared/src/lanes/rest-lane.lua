-- rest-lane.lua: let no job of a lane start for a while. Only ever extends a rest (BullMQ's own rateLimit() shortens one, too).
-- KEYS  1 limiter counter of the lane's queue
-- ARGV  1 time in ms
-- Returns  ms until the lane goes on
-- Work  one read, one write
local restMs = math.max(tonumber(ARGV[1]), redis.call('PTTL', KEYS[1]))
redis.call('SET', KEYS[1], '9007199254740991', 'PX', restMs)
return restMs
