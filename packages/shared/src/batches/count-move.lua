-- count-move.lua (part): the counts of a batch follow the states of its jobs, in the same step.
-- countMove(batch, from, to)
--   batch  key of the batch's hash; "" for a job outside of batches. Its name is the channel of the batch's changes, too
--   Returns the number of jobs that wait or run now, nil when there is no batch
local function countMove(batch, from, to)
  -- Also a batch that a lost disk took with it: its counts must not come back without the rest.
  if batch == '' or redis.call('EXISTS', batch) == 0 then return nil end
  redis.call('HINCRBY', batch, from, -1)
  redis.call('HINCRBY', batch, to, 1)
  redis.call('PUBLISH', batch, redis.call('HINCRBY', batch, 'seq', 1))
  local open = redis.call('HMGET', batch, 'queued', 'running')
  return open[1] + open[2]
end
