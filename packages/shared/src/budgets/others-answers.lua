-- others-answers.lua: how fast answers of somebody else on the same account are taken to be written. A part of reserve.lua, settle.lua, note-written.lua
-- and follow-levels.lua.
--
-- They drain `producedTokens` as ours do. They are followed by what Claude's bucket holds less than ours: a level that is only lowered each
-- time runs ahead again as fast as the others write.

-- A fifth of a burst too high makes them a tenth of the limit: what they write is known after two to four seconds.
local OTHERS_PER_TOO_HIGH = 0.5
-- What nothing speaks for any more fades, in whatever direction the clock went.
local OTHERS_FADE_MS = 30000
-- They do not have all of it: an account of which nothing is left would never be asked again.
local OTHERS_SHARE_MAX = 0.9

-- Tokens a second at this moment, by what was known of them at atMs.
local function othersNow(perSecond, atMs, nowMs, refillPerSecond)
  local faded = (tonumber(perSecond) or 0) * math.exp(-math.abs(nowMs - (tonumber(atMs) or nowMs)) / OTHERS_FADE_MS)
  return math.min(refillPerSecond * OTHERS_SHARE_MAX, faded)
end

-- tooHigh  tokens that our level was found to be above Claude's; below 0: too low
local function followOthers(perSecond, tooHigh, refillPerSecond)
  return math.max(0, math.min(refillPerSecond * OTHERS_SHARE_MAX, perSecond + OTHERS_PER_TOO_HIGH * tooHigh))
end

-- Adds what is known of them from now on to the fields that are written.
local function addOthers(fields, perSecond, nowMs)
  for _, field in ipairs({'othersPerSecond', string.format('%.6f', perSecond), 'othersAtMs', nowMs}) do fields[#fields + 1] = field end
end
