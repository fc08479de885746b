-- answers-under-way.lua: what Claude is taken to be writing at this moment. A part of reserve.lua and settle.lua.
--
-- An attempt that is under way is taken to write its expected answer at an even pace, for as long as answers of the lane take. The sum
-- of these paces drains the bucket `producedTokens`. One that takes three times as long is taken to have stopped: a call that
-- hangs must not hold up the lane.

-- The amounts an attempt reserved, and after them its pace in tokens a second, and from when until when (ms) it is taken to write.
local function readReservation(text)
  local numbers = {}
  for number in string.gmatch(text or '', '[^,]+') do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end

-- Stops the attempts that have written for too long; at most 20 a call.
-- Returns  the paces that end with it, and what was drained for them after their end
local function stopOverdue(writingKey, reservedKey, budgets, nowMs)
  local pace, drained = 0, 0
  for _, attempt in ipairs(redis.call('ZRANGEBYSCORE', writingKey, '-inf', nowMs, 'LIMIT', 0, 20)) do
    local untilMs = tonumber(redis.call('ZSCORE', writingKey, attempt))
    local own = readReservation(redis.call('HGET', reservedKey, attempt))[budgets + 1] or 0
    pace = pace + own
    drained = drained + own * (nowMs - untilMs) / 1000
    redis.call('ZREM', writingKey, attempt)
  end
  return pace, drained
end
