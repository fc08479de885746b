import { connectForWorker } from "@sluice/shared/redis/connect";
import { startTestRedis } from "@sluice/testkit/redis";
import { Queue } from "bullmq";
import type { Job } from "bullmq";
import { expect, onTestFinished, test } from "vitest";
import { QueueWorker } from "./queue-worker.ts";

/** Gives the second job that Redis gave it to the processor only when `arrive` is called. */
class LateWorker extends QueueWorker<null, null> {
  readonly #isThere = Promise.withResolvers<void>();
  readonly gaveAway = Promise.withResolvers<void>();
  arrive = this.#isThere.resolve;

  protected override async moveToActive(token: string, name?: string): Promise<Job<null, null>> {
    const job = await super.moveToActive(token, name);
    if (job?.id === "second") {
      this.gaveAway.resolve();
      await this.#isThere.promise;
    }
    return job;
  }
}

// Else a stop waits for as long as a hanging receiver is waited for.
test("when the grace is over every job is aborted, also one that Redis gave away before the stop and that arrives after it", async () => {
  const server = await startTestRedis();
  const connection = connectForWorker(server.url);
  const queue = new Queue<null, null>("late", { connection });
  const reasons = new Map<string | undefined, unknown>();
  const first = { began: Promise.withResolvers<void>(), ended: Promise.withResolvers<void>() };
  const process = async ({ id }: Job<null, null>, _token?: string, signal?: AbortSignal): Promise<null> => {
    if (id === "first") first.began.resolve();
    await new Promise<void>((resolve) => {
      if (signal?.aborted) resolve();
      else signal?.addEventListener("abort", () => resolve(), { once: true });
    });
    reasons.set(id, signal?.reason);
    if (id === "first") first.ended.resolve();
    return null;
  };
  const worker = new LateWorker("late", process, { connection, concurrency: 2 });
  onTestFinished(async () => {
    worker.arrive();
    await worker.close(true);
    await queue.close();
    connection.disconnect();
  });
  await queue.add("job", null, { jobId: "first" });
  // BullMQ starts nothing while it fetches.
  await first.began.promise;
  await queue.add("job", null, { jobId: "second" });
  await worker.gaveAway.promise;
  const closed = worker.closeWithin(0);
  await first.ended.promise;
  worker.arrive();
  await closed;
  expect(reasons).toEqual(
    new Map([
      ["first", "stopping"],
      ["second", "stopping"],
    ]),
  );
});
