-- key-quota.lua: a part. What a client's key may use: jobs and money in a calendar month, and jobs that are not final.
--
-- A month is a hash: requests (jobs accepted), reservedNanoUsd (worst cases of jobs that are not final), spentNanoUsd, the money it
-- was last held against (nanoUsdAllowed), and `told:limit:percent:allowed` for each threshold that was told of: a limit that was
-- changed has thresholds of its own.
-- Invariants  K1  spent + reserved money never passes the limit by an acceptance, nor do requests and unfinished jobs.
--             K2  What was taken stands at the job as "month nanoUsd" until it is settled or given back, in the step that ends the job.

-- Which threshold a use has reached and nobody was told of yet: "key id, month, limit, percent, used, allowed", or ''. It is told again when no
-- one has confirmed it after ten seconds, because the process that was told may have died. Numbers up to 2^53 are exact.
local function thresholdNotice(monthKey, limit, used, allowed, nowMs)
  if not allowed or allowed <= 0 then return '' end
  local percent = 0
  for _, each in ipairs({80, 95, 100}) do
    if used * 100 >= allowed * each then percent = each end
  end
  if percent == 0 then return '' end
  local field = string.format('told:%s:%d:%.0f', limit, percent, allowed)
  local told = redis.call('HGET', monthKey, field)
  if told == 'confirmed' or (told and nowMs - told < 10000) then return '' end
  redis.call('HSET', monthKey, field, nowMs)
  local keyId, month = string.match(monthKey, '([^:]+):([^:]+)$')
  return string.format('%s %s %s %d %.0f %.0f', keyId, month, limit, percent, used, allowed)
end

-- Takes `count` jobs with the worst case `nanoUsd` together, all or nothing.
-- quota    {monthKey, unfinishedKey, count, nanoUsd, requestsAllowed or nil, nanoUsdAllowed or nil, unfinishedAllowed or nil, keptMs}
-- Returns  true, notice | false, notice, limit, 1 when unfinished jobs hold what is missing (it may be there soon), else 0
local function takeKeyQuota(quota, nowMs)
  local unfinished = tonumber(redis.call('GET', quota.unfinishedKey)) or 0
  if quota.unfinishedAllowed and unfinished + quota.count > quota.unfinishedAllowed then return false, '', 'queued_jobs', 1 end

  local month = redis.call('HMGET', quota.monthKey, 'requests', 'reservedNanoUsd', 'spentNanoUsd')
  local requests, reserved, spent = tonumber(month[1]) or 0, tonumber(month[2]) or 0, tonumber(month[3]) or 0
  if quota.requestsAllowed and requests + quota.count > quota.requestsAllowed then
    return false, '', 'requests_per_month', 0
  end
  if quota.nanoUsdAllowed and spent + reserved + quota.nanoUsd > quota.nanoUsdAllowed then
    if spent + quota.nanoUsd <= quota.nanoUsdAllowed then return false, '', 'usd_per_month', 1 end
    -- A worst case seldom fits to the last cent: money is used up when nearly all is spent and a call is refused for it.
    local notice = ''
    if spent * 100 >= quota.nanoUsdAllowed * 95 then
      notice = thresholdNotice(quota.monthKey, 'usd_per_month', math.max(spent, quota.nanoUsdAllowed), quota.nanoUsdAllowed, nowMs)
    end
    return false, notice, 'usd_per_month', 0
  end

  redis.call('HINCRBY', quota.monthKey, 'requests', quota.count)
  redis.call('HINCRBY', quota.monthKey, 'reservedNanoUsd', quota.nanoUsd)
  if quota.nanoUsdAllowed then
    redis.call('HSET', quota.monthKey, 'nanoUsdAllowed', quota.nanoUsdAllowed)
  else
    redis.call('HDEL', quota.monthKey, 'nanoUsdAllowed')
  end
  redis.call('PEXPIRE', quota.monthKey, quota.keptMs)
  redis.call('INCRBY', quota.unfinishedKey, quota.count)
  return true, thresholdNotice(quota.monthKey, 'requests_per_month', requests + quota.count, quota.requestsAllowed, nowMs)
end

-- Gives back the reserved money and the place of `count` jobs, and their requests when they never ran.
local function giveBackKeyQuota(monthKey, unfinishedKey, keptMs, count, nanoUsd, haveRun)
  -- Not `-nanoUsd`: Redis does not take -0 for a number.
  redis.call('HINCRBY', monthKey, 'reservedNanoUsd', 0 - nanoUsd)
  if not haveRun then redis.call('HINCRBY', monthKey, 'requests', 0 - count) end
  redis.call('PEXPIRE', monthKey, keptMs)
  if redis.call('DECRBY', unfinishedKey, count) <= 0 then redis.call('DEL', unfinishedKey) end
end

-- Settles what stands at a job that ends.
-- names    {quotaPrefix, unfinishedPrefix, keptMs}; taken: the job's "month nanoUsd", or nil without quotas
-- Returns  notice
local function settleKeyQuota(names, keyId, taken, haveRun, spentNanoUsd, nowMs)
  if not taken then return '' end
  local month, nanoUsd = string.match(taken, '^(%S+) (%d+)$')
  local monthKey = names.quotaPrefix .. keyId .. ':' .. month
  giveBackKeyQuota(monthKey, names.unfinishedPrefix .. keyId, names.keptMs, 1, tonumber(nanoUsd), haveRun)
  if spentNanoUsd == 0 then return '' end
  local spent = redis.call('HINCRBY', monthKey, 'spentNanoUsd', spentNanoUsd)
  return thresholdNotice(monthKey, 'usd_per_month', spent, tonumber(redis.call('HGET', monthKey, 'nanoUsdAllowed')), nowMs)
end
