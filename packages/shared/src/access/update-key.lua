-- update-key.lua: change what is given of a key. Sent twice it changes nothing more.
-- KEYS  1 key hash
-- ARGV  names and values of fields, in turn; "" takes a limit away
-- Returns  1, or 0 when there is no such key
-- Work  one read, one write for each field, of which there are at most six
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for index = 1, #ARGV, 2 do
  if ARGV[index + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[index])
  else
    redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1])
  end
end
return 1
