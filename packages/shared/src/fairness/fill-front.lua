-- fill-front.lua: take in the jobs that were added to a lane, and call up the next ones to start, by fair turns of their tenants.
--
-- A lane's waiting jobs are members of BullMQ's prioritized set, served by lowest score = priority * 2^32 + place in it. Its
-- priorities are divided (priority-bands.ts): 1 returned | 2 … the front | 1048576 … backlogs | 2097151 arrivals.
-- A job moves arrivals → its tenant's backlog → the front. Two levels of start-time fair queueing, with the same arithmetic:
--   start = max(virtual time, finish of the flow's last job); finish = start + cost / weight     (cost 1 is a typical job)
-- over the classes of a tenant when a job is taken in (its place in the backlog), and over tenants when one is called up (its
-- place in the front). Virtual time is the lowest start that waits in the front; in a backlog, that of the job last called up.
-- I1  Only scores are changed, members never: no job is lost or doubled, and each call is whole by itself.
-- I2  A tenant with a backlog has a turn, a record and a priority of its own. Without one it is remembered as long as the
--     finish of its last job lies ahead of the virtual time. A job whose place is in the front needs no backlog.
-- I3  Places in the front are small: virtual times count from a base, which follows when they have used up half of the range.
--     What does not fit yet stays in its backlog. So nothing is ever given a place out of range.
-- I4  When nobody waits, everything is forgotten, and all tenants begin as equals.
--
-- KEYS  1 prioritized, 2 clock hash {virtual, base, meanTokens, frontJobs, priorities: how many were given to backlogs},
--       3 turns zset {tenant: start of its next job}, 4 finishes zset {tenant without backlog: finish of its last job},
--       5 backlogs hash {tenant: "weight priority called high normal low"}, 6 set of backlog priorities to be used again
-- ARGV  1 prefix of BullMQ's job keys, 2 how many jobs the front is to hold, or "" (as many as was last said; at first 2)
-- Returns  {jobs put into the front, 1 if there was more to do than one call does, else 0}
-- Work  at most 250 jobs taken in and 500 turns; once in 30,000 rounds of all tenants, a shift of a front of at most 2,000
local prioritized, clock, turns, finishes, backlogs, freePriorities = unpack(KEYS)
local jobPrefix = ARGV[1]

local step = 4294967296
local frontFirst, backlogFirst, arrival = 2, 1048576, 2097151
local frontMin, backlogMin = frontFirst * step, backlogFirst * step
local frontEnd = '(' .. string.format('%.0f', backlogMin)
-- Priorities per unit of virtual time in the front, places in a backlog: the smallest step that keeps a class in order.
local prioritiesPerJob, placesPerJob = 16, 16
local arrivalsMax, turnsMax, frontMax, finishesMax, rebaseAfter = 250, 500, 2000, 10000, 32768
local classes = { high = { weight = 4, rank = 0 }, normal = { weight = 2, rank = 1 }, low = { weight = 1, rank = 2 } }

local known = redis.call('HMGET', clock, 'virtual', 'base', 'meanTokens', 'frontJobs')
local virtual, base, meanTokens = tonumber(known[1]) or 0, tonumber(known[2]) or 0, tonumber(known[3])
local frontJobs = math.max(1, tonumber(ARGV[2]) or tonumber(known[4]) or 2)

local arrivals = redis.call('ZRANGEBYSCORE', prioritized, arrival * step, '+inf', 'LIMIT', 0, arrivalsMax)
local count = redis.call('ZCOUNT', prioritized, frontMin, frontEnd)
if count > 0 then
  local head = redis.call('ZRANGEBYSCORE', prioritized, frontMin, frontEnd, 'WITHSCORES', 'LIMIT', 0, 1)
  virtual = math.max(virtual, base + (head[2] / step - frontFirst) / prioritiesPerJob)
elseif #arrivals > 0 and redis.call('EXISTS', turns) == 0 then
  virtual, base = 0, 0
  redis.call('DEL', finishes, freePriorities)
  redis.call('HDEL', clock, 'priorities')
end
if count > 0 and virtual - base > rebaseAfter then
  local shift = math.floor(virtual) - base
  local front = redis.call('ZRANGEBYSCORE', prioritized, frontMin, frontEnd, 'WITHSCORES')
  for i = 1, #front, 2 do
    redis.call('ZADD', prioritized, math.max(frontMin, front[i + 1] - shift * prioritiesPerJob * step), front[i])
  end
  base = base + shift
end

local entered, lastScore = 0, nil
-- The score of a job in the front, if it belongs there: the front has room, or the job comes before its last one. So a tenant
-- that had less than its share goes between the others, however full the front is.
local function scoreInFront(start)
  if count == 0 then
    virtual = math.max(virtual, start)
    base = math.floor(virtual)
  end
  local score = math.max(frontMin, math.floor((frontFirst + (start - base) * prioritiesPerJob) * step))
  if score >= backlogMin then return nil end
  if count >= frontJobs then
    lastScore = lastScore or tonumber(redis.call('ZREVRANGEBYSCORE', prioritized, frontEnd, frontMin, 'WITHSCORES', 'LIMIT', 0, 1)[2])
    if score >= lastScore then return nil end
  end
  return score
end

local function enterFront(id, score)
  redis.call('ZADD', prioritized, score, id)
  count, entered = count + 1, entered + 1
  if lastScore then lastScore = math.max(lastScore, score) end
end

-- Records read in this call, false for a tenant without one; those in `changed` are written at its end.
local records, changed = {}, {}
local function backlogOf(tenant)
  if records[tenant] == nil then
    local weight, priority, called, high, normal, low =
      string.match(redis.call('HGET', backlogs, tenant) or '', '(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)')
    records[tenant] = weight and { weight = tonumber(weight), priority = tonumber(priority), called = tonumber(called),
      high = tonumber(high), normal = tonumber(normal), low = tonumber(low) } or false
  end
  return records[tenant]
end

local function openBacklog(tenant, start)
  local priority = tonumber(redis.call('SPOP', freePriorities))
    or backlogFirst - 1 + redis.call('HINCRBY', clock, 'priorities', 1)
  -- Beyond a million tenants that wait at the same time, the rest share one place: first come, first served.
  records[tenant] = { weight = 1, priority = math.min(priority, arrival - 1), called = 0, high = 0, normal = 0, low = 0 }
  redis.call('ZADD', turns, start, tenant)
  redis.call('ZREM', finishes, tenant)
  return records[tenant]
end

local function closeBacklog(tenant, start)
  redis.call('ZREM', turns, tenant)
  redis.call('HDEL', backlogs, tenant)
  redis.call('SADD', freePriorities, records[tenant].priority)
  records[tenant], changed[tenant] = false, nil
  if start > virtual then redis.call('ZADD', finishes, start, tenant) end
end

local function takeIn(id, job)
  local cost, tokens = 1, tonumber(job.costTokens) or 0
  if tokens > 0 then
    meanTokens = meanTokens and meanTokens + (tokens - meanTokens) / 64 or tokens
    cost = math.max(1 / 16, tokens / meanTokens)
  end
  local tenant, weight = job.tenant or '', math.max(0.001, tonumber(job.weight) or 1)
  local backlog = backlogOf(tenant)
  if not backlog then
    local start = math.max(virtual, tonumber(redis.call('ZSCORE', finishes, tenant)) or 0)
    local score = count < frontMax and scoreInFront(start)
    if score then
      enterFront(id, score)
      redis.call('HSET', jobPrefix .. id, 'priority', 1)
      redis.call('ZADD', finishes, start + cost / weight, tenant)
      return
    end
    backlog = openBacklog(tenant, start)
  end
  backlog.weight = weight
  local name = classes[job.priority] and job.priority or 'normal'
  local start = math.max(backlog.called, backlog[name])
  backlog[name] = start + math.max(1 / placesPerJob, cost / classes[name].weight)
  changed[tenant] = true
  -- At the end of its 2^32 places a backlog that never drained (134 million jobs) goes on first come, first served.
  local place = math.min(step - 1, math.floor(start * placesPerJob) + classes[name].rank)
  redis.call('ZADD', prioritized, backlog.priority * step + place, id)
  redis.call('HSET', jobPrefix .. id, 'priority', 1, 'fairCost', cost)
end

for _, id in ipairs(arrivals) do
  local text = redis.call('HGET', jobPrefix .. id, 'data')
  if text then
    local understood, job = pcall(cjson.decode, text)
    takeIn(id, understood and type(job) == 'table' and job or {})
  else
    redis.call('ZREM', prioritized, id)
  end
end

local calls = 0
while calls < turnsMax and count < frontMax do
  local turn = redis.call('ZRANGE', turns, 0, 0, 'WITHSCORES')
  if not turn[1] then break end
  local tenant, start = turn[1], tonumber(turn[2])
  local score = scoreInFront(start)
  if not score then break end
  calls = calls + 1
  local backlog = backlogOf(tenant)
  local first = redis.call('ZRANGEBYSCORE', prioritized, backlog.priority * step,
    '(' .. string.format('%.0f', (backlog.priority + 1) * step), 'WITHSCORES', 'LIMIT', 0, 1)
  if first[1] then
    enterFront(first[1], score)
    backlog.called = (first[2] % step) / placesPerJob
    local cost = tonumber(redis.call('HGET', jobPrefix .. first[1], 'fairCost')) or 1
    redis.call('ZADD', turns, start + cost / backlog.weight, tenant)
    changed[tenant] = true
  else
    closeBacklog(tenant, start)
  end
end

for tenant in pairs(changed) do
  local b = records[tenant]
  redis.call('HSET', backlogs, tenant,
    string.format('%.17g %d %.17g %.17g %.17g %.17g', b.weight, b.priority, b.called, b.high, b.normal, b.low))
end
if #arrivals > 0 or calls > 0 or virtual ~= (tonumber(known[1]) or 0) or frontJobs ~= tonumber(known[4]) then
  redis.call('ZREMRANGEBYSCORE', finishes, '-inf', virtual)
  redis.call('ZREMRANGEBYRANK', finishes, 0, -finishesMax - 1)
  redis.call('HSET', clock, 'virtual', string.format('%.17g', virtual), 'base', string.format('%.0f', base),
    'meanTokens', meanTokens and string.format('%.17g', meanTokens) or '', 'frontJobs', frontJobs)
end
return { entered, (#arrivals == arrivalsMax or calls == turnsMax) and 1 or 0 }
