-- count-usage.lua: a part. What was used in a day, per key and model: one field `key id model` with the sums of
-- usage/usage-counts.ts in their order, separated by commas.

-- The counts of a job that ends: its final state, its attempts, and what its answer cost.
-- used  {tokens: input, output, cache reads, cache writes, or nil; nanoUsd}
local function jobCounts(used, status, attempts, retries, rateLimited)
  local counts = {[5] = tonumber(attempts), [6] = tonumber(retries), [7] = tonumber(rateLimited) or 0, [12] = used.nanoUsd}
  counts[({succeeded = 1, failed = 2, canceled = 3, expired = 4})[status]] = 1
  for place, tokens in ipairs(used.tokens or {}) do counts[7 + place] = tokens end
  return counts
end

-- The counts of an answer that came too late.
local function wasteCounts(used)
  local counts = {[13] = 1, [18] = used.nanoUsd}
  for place, tokens in ipairs(used.tokens) do counts[13 + place] = tokens end
  return counts
end

-- Adds to the sums. `added` maps places of the order, from 1, to whole numbers below 2^53. A client chooses models' names: beyond
-- 1,000 fields further ones are counted as `other`.
-- usage  {dayKey, keptMs, counts: how many sums there are}
local function countUsage(usage, keyId, model, added)
  local field = keyId .. ' ' .. model
  local known = redis.call('HGET', usage.dayKey, field)
  if not known and redis.call('HLEN', usage.dayKey) >= 1000 then
    field = keyId .. ' other'
    known = redis.call('HGET', usage.dayKey, field)
  end
  local sums = {}
  for sum in string.gmatch(known or '', '%d+') do sums[#sums + 1] = tonumber(sum) end
  for place = 1, usage.counts do sums[place] = string.format('%.0f', (sums[place] or 0) + (added[place] or 0)) end
  redis.call('HSET', usage.dayKey, field, table.concat(sums, ','))
  if not known then redis.call('PEXPIRE', usage.dayKey, usage.keptMs) end
end
