-- accept-lines.lua: make jobs of a batch's lines, state queued. Those there are already stay as they are, so it bears being repeated.
-- The batch counts its lines as queued from the beginning: its counts do not change.
-- KEYS  1 batch hash, 2 index of all jobs, 3 index of queued jobs, then for each line: job hash, params
-- ARGV  for each line: job id, spec (JSON), params (packed), what was taken from a quota for it (key-quota.lua) or ""
-- Returns  for each line 1 (made now), the job's spec (it was there, still queued) or 0 (it was there and has moved on); nothing at
--          all when the batch is gone
-- Work  about five writes per line; callers bring at most 200
local batch = redis.call('HMGET', KEYS[1], 'createdAtMs', 'beganAtMs')
local createdAtMs = batch[1]
if not createdAtMs then return {} end
if not batch[2] then redis.call('HSET', KEYS[1], 'beganAtMs', redis.call('TIME')[1] * 1000) end

local lines = {}
for line = 1, #ARGV / 4 do
  local job, params = KEYS[2 * line + 2], KEYS[2 * line + 3]
  local id, spec, body, quota = unpack(ARGV, 4 * line - 3, 4 * line)
  local known = redis.call('HMGET', job, 'status', 'spec')
  if not known[1] then
    redis.call('HSET', job, 'spec', spec, 'status', 'queued', 'seq', 1, 'attempts', 0, 'failures', 0,
      'createdAtMs', createdAtMs, 'expiresAtMs', 0, 'history', '1,queued,' .. createdAtMs .. ',0;')
    if quota ~= '' then redis.call('HSET', job, 'quota', quota) end
    redis.call('SET', params, body)
    redis.call('ZADD', KEYS[2], 0, id)
    redis.call('ZADD', KEYS[3], 0, id)
    lines[line] = 1
  elseif known[1] == 'queued' then
    lines[line] = known[2]
  else
    lines[line] = 0
  end
end
return lines
