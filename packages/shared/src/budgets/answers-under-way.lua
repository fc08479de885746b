-- answers-under-way.lua: what Claude is taken to be writing at this moment. A part of reserve.lua, settle.lua, note-written.lua and follow-levels.lua.
--
-- An attempt that is under way is taken to write its expected answer at an even pace, and one that is watched at the pace that is seen
-- (note-written.lua). The sum of these paces drains the bucket `producedTokens`. One that takes much longer is taken to have stopped: a call
-- that hangs must not hold up the lane.

-- The amounts an attempt reserved, and after them its pace in tokens a second, from when until when (ms) it is taken to write, and what it
-- had written before that.
local function readReservation(text)
  local numbers = {}
  for number in string.gmatch(text or '', '[^,]+') do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end

-- What an attempt is taken to have written.
local function writtenUntil(reservation, budgets, nowMs)
  local pace, fromMs, untilMs, before = unpack(reservation, budgets + 1, budgets + 4)
  return (before or 0) + pace * math.max(0, math.min(nowMs, untilMs) - fromMs) / 1000
end

-- Attempts that one call stops, or gives back; a call after it goes on.
local AT_ONCE = 20

-- Stops an attempt that is taken to be writing.
-- Returns  the pace that ends with it, and what was drained for it after its end
local function stopWriting(writingKey, attempt, pace, nowMs)
  local untilMs = tonumber(redis.call('ZSCORE', writingKey, attempt))
  if not untilMs then return 0, 0 end
  redis.call('ZREM', writingKey, attempt)
  return pace, pace * math.max(0, nowMs - untilMs) / 1000
end

-- Stops the attempts that have written for too long.
-- Returns  the paces that end with it, what was drained for them after their end, and whether there may be more of them
local function stopOverdue(writingKey, reservedKey, budgets, nowMs)
  local pace, drained = 0, 0
  local overdue = redis.call('ZRANGEBYSCORE', writingKey, '-inf', nowMs, 'LIMIT', 0, AT_ONCE)
  for _, attempt in ipairs(overdue) do
    local own = readReservation(redis.call('HGET', reservedKey, attempt))[budgets + 1] or 0
    local ended, tooMuch = stopWriting(writingKey, attempt, own, nowMs)
    pace, drained = pace + ended, drained + tooMuch
  end
  return pace, drained, #overdue == AT_ONCE
end
