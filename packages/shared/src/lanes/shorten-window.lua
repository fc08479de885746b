-- shorten-window.lua: let a window of the limiter that began at a slower pace last no longer than those of the new one. A rest stays.
-- KEYS  1 limiter counter of the lane's queue
-- ARGV  1 duration of a window in ms
-- Work  two reads, at most one write
local counter = redis.call('GET', KEYS[1])
-- rest-lane.lua writes this value.
if counter and counter ~= '9007199254740991' and redis.call('PTTL', KEYS[1]) > tonumber(ARGV[1]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
