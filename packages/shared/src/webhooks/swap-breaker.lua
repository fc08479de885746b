-- swap-breaker.lua: replace a breaker's state if it is still the one that the new state was made of.
-- KEYS[1]  state of the breaker (a mark of the change, then JSON), not there while it is closed and without failures
-- ARGV[1]  the state it was made of or "", ARGV[2] the new one or "", ARGV[3] time it is kept in ms
-- Returns  nil (replaced, or this very state stands there already: the call was sent twice), or the state that stands there
-- Work     one read, one write
local current = redis.call('GET', KEYS[1]) or ''
if current == ARGV[2] then return nil end
if current ~= ARGV[1] then return current end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return nil
