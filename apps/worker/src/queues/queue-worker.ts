import { redisUnavailability } from "@sluice/shared/redis/unavailable";
import { Worker } from "bullmq";
import type { Job } from "bullmq";

/** Between two questions to a Redis that refuses them. A stop waits for its end. */
const pauseMs = 1_000;

/** BullMQ's worker, which stops within a grace, and does not ask a full Redis for jobs without pause: BullMQ itself only waits when there is no connection. */
export class QueueWorker<Data, Result> extends Worker<Data, Result> {
  #isGraceOver = false;

  /**
   * Takes no more jobs. Those under way may end within `graceMs`, then their signals are aborted with the reason `"stopping"`, also those of jobs
   * that Redis gave away before the stop and that reach the processor after it. Resolves when all have ended.
   */
  async closeWithin(graceMs: number): Promise<void> {
    const closed = this.close();
    const timer = setTimeout(() => {
      this.#isGraceOver = true;
      this.cancelAllJobs("stopping");
    }, graceMs);
    await closed.finally(() => clearTimeout(timer));
  }

  protected override callProcessJob(job: Job<Data, Result>, token: string, signal?: AbortSignal): Promise<Result> {
    if (this.#isGraceOver && job.id !== undefined) this.cancelJob(job.id, "stopping");
    return super.callProcessJob(job, token, signal);
  }

  protected override async moveToActive(token: string, name?: string): Promise<Job<Data, Result>> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      if (redisUnavailability(error) !== undefined) await this.delay(pauseMs);
      throw error;
    }
  }
}
