-- finish-line.lua (part): what the final state of a job changes in its batch, in the same step. Calls countMove (count-move.lua)
-- and createDeliveries (webhooks/create-deliveries.lua).
-- finishLine(told, job)
--   told  {batch, finished: patterns of the keys, with %s for the batch's id; batches: batches that need a worker; line: the job's place}
--   job   {batchId, from, to: states, costUsd: text or "", nowMs, deliveryKeys: for createDeliveries, retentionMs}
-- Returns whether the batch is there: its worker lets the job be forgotten together with it (expire-batch.ts). And whether it was the last.
-- The last job ends the batch: with it come the deliveries that tell of it, and a worker is asked to look after the batch.
local function finishLine(told, job)
  local batch = string.format(told.batch, job.batchId)
  local open = countMove(batch, job.from, job.to)
  if not open then return false, false end
  redis.call('RPUSH', string.format(told.finished, job.batchId), told.line)
  if job.costUsd ~= '' then redis.call('HINCRBY', batch, 'costNanoUsd', string.format('%.0f', job.costUsd * 1e9)) end
  if open > 0 then return true, false end

  redis.call('HSET', batch, 'status', 'ended', 'endedAtMs', job.nowMs)
  redis.call('ZADD', told.batches, job.nowMs, job.batchId)
  local digits = string.sub(job.batchId, #'batch_' + 1)
  local event = { id = 'evt_' .. digits, type = 'batch.ended', deliveryId = 'del_' .. digits, retentionMs = job.retentionMs, batchId = job.batchId }
  local url = cjson.decode(redis.call('HGET', batch, 'spec')).webhookUrl
  if url ~= cjson.null then event.url = url end
  local deliveries = createDeliveries(job.deliveryKeys, event, job.nowMs)
  if #deliveries > 0 then redis.call('HSET', batch, 'deliveries', table.concat(deliveries, ',')) end
  return true, true
end
