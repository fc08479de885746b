-- jobs-ahead.lua: how many jobs of a lane start before a waiting one, if none is added. Changes nothing.
-- Exact for a job of the front (fill-front.lua). For one in a backlog: those before it in its own backlog, the front, and what
-- the others' turns bring before its own; all taken for typical jobs.
-- KEYS  1 prioritized, 2 wait, 3 turns zset, 4 backlogs hash, 5 BullMQ's job hash
-- ARGV  1 job id, 2 how many other tenants are looked at; with more of them, the rest is taken to be like these
-- Returns  their number, or nil when the job is not waiting
-- Work  one count for each tenant that is looked at
local prioritized, wait, turns, backlogs = unpack(KEYS)
local step, backlogFirst, arrival, tenantsMax = 4294967296, 1048576, 2097151, tonumber(ARGV[2])

local score = redis.call('ZSCORE', prioritized, ARGV[1])
if not score then return nil end
local priority = math.floor(score / step)
local stalled = redis.call('LLEN', wait)
local text = priority >= backlogFirst and priority < arrival and redis.call('HGET', KEYS[5], 'data')
local understood, job = pcall(cjson.decode, text or '')
local tenant = understood and type(job) == 'table' and job.tenant or ''
local start = text and redis.call('ZSCORE', turns, tenant)
if not start then return stalled + redis.call('ZRANK', prioritized, ARGV[1]) end

local function countBetween(first, last)
  return redis.call('ZCOUNT', prioritized, string.format('%.0f', first), '(' .. string.format('%.0f', last))
end

local own = countBetween(priority * step, tonumber(score))
local ownStart = start + own / tonumber(string.match(redis.call('HGET', backlogs, tenant) or '1', '%S+'))
local earlier = string.format('(%.17g', ownStart)
local before = redis.call('ZRANGEBYSCORE', turns, '-inf', earlier, 'WITHSCORES', 'LIMIT', 0, tenantsMax + 1)
local names, starts = {}, {}
for i = 1, #before, 2 do
  if before[i] ~= tenant and #names < tenantsMax then names[#names + 1], starts[#starts + 1] = before[i], before[i + 1] end
end
local others = 0
if #names > 0 then
  for i, backlog in ipairs(redis.call('HMGET', backlogs, unpack(names))) do
    local weight, number = string.match(backlog or '1 0', '(%S+) (%S+)')
    local turnsBefore = math.ceil((ownStart - starts[i]) * weight)
    others = others + math.min(turnsBefore, countBetween(number * step, (number + 1) * step))
  end
  local tenants = redis.call('ZCOUNT', turns, '-inf', earlier) - 1
  if tenants > #names then others = math.floor(others * tenants / #names) end
end
return stalled + redis.call('ZCOUNT', prioritized, '-inf', '(' .. string.format('%.0f', backlogFirst * step)) + own + others
