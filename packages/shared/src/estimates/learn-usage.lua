-- learn-usage.lua: take the usage of a finished attempt into running means (usage-samples.ts is the same arithmetic).
-- KEYS  1 samples hash {name: "count,mean,deviation,recent mean,most"}
-- ARGV  1 least weight of a new sample, 2 the same in the recent mean, 3 what a sample leaves of the largest, 4 names kept at most, then two values a sample: name, value
-- Returns  1
-- Work  one read, one write, as many names as given
local names = {}
for i = 5, #ARGV, 2 do names[#names + 1] = ARGV[i] end
local known = redis.call('HMGET', KEYS[1], unpack(names))
local full = redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4])
local fields = {}
for i, name in ipairs(names) do
  local value = tonumber(ARGV[4 + i * 2])
  local count, mean, deviation, recent, most = string.match(known[i] or '0,0,0,0', '([^,]+),([^,]+),([^,]+),([^,]+),?([^,]*)')
  count, mean, deviation, recent = tonumber(count) or 0, tonumber(mean) or 0, tonumber(deviation) or 0, tonumber(recent) or 0
  -- Without room a new name is not remembered; its estimates come from the pool's samples.
  if count > 0 or not full then
    local weight, recentWeight = math.max(tonumber(ARGV[1]), 1 / (count + 1)), math.max(tonumber(ARGV[2]), 1 / (count + 1))
    if count == 0 then deviation = value / 2 else deviation = deviation + (math.abs(value - recent) - deviation) * recentWeight end
    mean = mean + (value - mean) * weight
    recent = recent + (value - recent) * recentWeight
    most = math.max(value, (tonumber(most) or 0) * ARGV[3])
    fields[#fields + 1] = name
    fields[#fields + 1] = string.format('%d,%.9g,%.9g,%.9g,%.9g', count + 1, mean, deviation, recent, most)
  end
end
if #fields > 0 then redis.call('HSET', KEYS[1], unpack(fields)) end
return 1
