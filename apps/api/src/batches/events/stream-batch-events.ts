import { setTimeout as delay } from "node:timers/promises";
import { readBatch } from "@sluice/shared/batches/batch-record";
import type { BatchRecord } from "@sluice/shared/batches/batch-record";
import { redisUnavailability } from "@sluice/shared/redis/unavailable";
import type { Response } from "express";
import type { ApiContext } from "../../api-context.ts";
import { writeToStream } from "../../http/event-stream.ts";
import type { JobWatch } from "../../waiting/job-signals.ts";
import { presentBatch } from "../batch-answer.ts";

/** At most two events a second, however many jobs end in it. A stop of the process waits for no more than this. */
const eventIntervalMs = 500;

export interface BatchStream {
  context: ApiContext;
  response: Response;
  /** Ended when the client has gone or this process stops; ended here otherwise. */
  watch: JobWatch;
  tenant: string;
  batchId: string;
  /** The number of changes the client has seen; 0: none. */
  afterSeq: number;
}

/** Writes a batch's counts as they change, until it has ended. While Redis is away the stream is silent, and goes on afterwards. */
export async function streamBatchEvents({ context, response, watch, tenant, batchId, afterSeq }: BatchStream): Promise<void> {
  const heartbeat = setInterval(() => writeToStream(response, ": keep-alive\n\n"), context.settings.heartbeatMs);
  let lastSeq = afterSeq;
  try {
    // Where the client comes back after a broken connection, in ms.
    writeToStream(response, "retry: 3000\n\n");
    while (!watch.isEnded) {
      const batch = await readUnlessAway(context, tenant, batchId);
      if (batch === "forgotten") return;
      if (batch === "away") {
        // The signals' connection may be back before the one that reads.
        setTimeout(() => watch.wake(), eventIntervalMs).unref();
      } else if (batch.seq > lastSeq) {
        lastSeq = batch.seq;
        const view = await presentBatch(context, batch);
        writeToStream(response, `id: ${lastSeq}\nevent: counts\ndata: ${JSON.stringify(view)}\n\n`);
        if (batch.status === "ended") return;
        await delay(eventIntervalMs);
      }
      await watch.changed();
    }
    // This process stops: another one is asked to go on, soon.
    writeToStream(response, "retry: 1000\n\n");
  } finally {
    clearInterval(heartbeat);
    watch.end();
    response.end();
  }
}

async function readUnlessAway({ redis }: ApiContext, tenant: string, batchId: string): Promise<BatchRecord | "away" | "forgotten"> {
  try {
    return (await readBatch(redis, tenant, batchId)) ?? "forgotten";
  } catch (error) {
    if (redisUnavailability(error) === undefined) throw error;
    return "away";
  }
}
