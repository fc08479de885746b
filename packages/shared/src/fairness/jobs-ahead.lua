-- jobs-ahead.lua: how many jobs of a lane start before a waiting one, if none is added. Changes nothing.
-- Exact for a job of the front (fill-front.lua). For one in a backlog: those before it in its own backlog, the front, and what
-- the others' turns bring before its own; all taken for typical jobs.
-- KEYS  1 prioritized, 2 wait, 3 turns zset, 4 backlogs hash, 5 BullMQ's job hash
-- ARGV  1 job id
-- Returns  their number, or nil when the job is not waiting
-- Work  at most 100 tenants are looked at; with more of them, the rest is taken to be like these
local prioritized, wait, turns, backlogs = unpack(KEYS)
local step, backlogFirst, arrival, tenantsMax = 4294967296, 1048576, 2097151, 100

local score = redis.call('ZSCORE', prioritized, ARGV[1])
if not score then return nil end
local priority = math.floor(score / step)
local stalled = redis.call('LLEN', wait)
local text = priority >= backlogFirst and priority < arrival and redis.call('HGET', KEYS[5], 'data')
local understood, job = pcall(cjson.decode, text or '')
local tenant = understood and type(job) == 'table' and job.tenant or ''
local start = text and redis.call('ZSCORE', turns, tenant)
if not start then return stalled + redis.call('ZRANK', prioritized, ARGV[1]) end

local function backlogOf(name)
  local weight, number = string.match(redis.call('HGET', backlogs, name) or '1 0', '(%S+) (%S+)')
  return tonumber(weight), tonumber(number)
end

local function countBetween(first, last)
  return redis.call('ZCOUNT', prioritized, string.format('%.0f', first), '(' .. string.format('%.0f', last))
end

local own = countBetween(priority * step, tonumber(score))
local ownStart = start + own / backlogOf(tenant)
local others, looked = 0, 0
local before = redis.call('ZRANGEBYSCORE', turns, '-inf', string.format('(%.17g', ownStart), 'WITHSCORES', 'LIMIT', 0, tenantsMax + 1)
for i = 1, #before, 2 do
  if before[i] ~= tenant and looked < tenantsMax then
    local weight, number = backlogOf(before[i])
    local turnsBefore = math.ceil((ownStart - before[i + 1]) * weight)
    others = others + math.min(turnsBefore, countBetween(number * step, (number + 1) * step))
    looked = looked + 1
  end
end
local tenants = redis.call('ZCOUNT', turns, '-inf', string.format('(%.17g', ownStart)) - 1
if looked > 0 and tenants > looked then others = math.floor(others * tenants / looked) end
return stalled + redis.call('ZCOUNT', prioritized, '-inf', '(' .. string.format('%.0f', backlogFirst * step)) + own + others
