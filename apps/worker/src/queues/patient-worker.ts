import { redisUnavailability } from "@sluice/shared/redis/unavailable";
import { Worker } from "bullmq";
import type { Job } from "bullmq";

/** Between two questions to a Redis that refuses them. A stop waits for its end. */
const pauseMs = 1_000;

/** A worker that does not ask a full Redis for jobs without pause: BullMQ itself only waits when there is no connection. */
export class PatientWorker<Data, Result> extends Worker<Data, Result> {
  protected override async moveToActive(token: string, name?: string): Promise<Job<Data, Result>> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      if (redisUnavailability(error) !== undefined) await this.delay(pauseMs);
      throw error;
    }
  }
}
