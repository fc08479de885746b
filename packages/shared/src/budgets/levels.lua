-- levels.lua: what the buckets of a lane hold at a moment. A part of reserve.lua, settle.lua, note-written.lua and follow-levels.lua, after others-answers.lua.

-- In ms; text is "" for the server's own clock (only tests pass a number).
local function momentOf(text)
  if tonumber(text) then return tonumber(text) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- What is known of the buckets, by the order of their names. A clock that went back refills nothing, and counts from there.
local function readBuckets(budgetsKey, names, nowMs)
  local known = redis.call('HMGET', budgetsKey, 'updatedAtMs', 'writingPerSecond', 'othersPerSecond', 'othersAtMs', unpack(names))
  local updatedAtMs = tonumber(known[1]) or nowMs
  local buckets = {
    elapsedMs = math.max(0, nowMs - updatedAtMs), wentBack = nowMs < updatedAtMs, writing = tonumber(known[2]) or 0,
    levels = {},
  }
  -- By others, in tokens a second, where the bucket refills so fast.
  function buckets.others(refillPerSecond) return othersNow(known[3], known[4], nowMs, refillPerSecond) end
  for i, name in ipairs(names) do buckets.levels[name] = tonumber(known[i + 4]) end
  return buckets
end

-- The level of a bucket now: `producedTokens` is drained by what is written.
local function levelNow(buckets, name, capacity, refillPerSecond)
  local perSecond = refillPerSecond
  if name == 'producedTokens' then perSecond = perSecond - buckets.writing - buckets.others(refillPerSecond) end
  return math.min(capacity, (buckets.levels[name] or capacity) + perSecond * buckets.elapsedMs / 1000)
end
