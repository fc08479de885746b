import { startWorker } from "@sluice/testkit/start-worker";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startBenchService } from "./bench-service.ts";
import { linesOf } from "./lines.ts";

export interface RunResult {
  lines: number;
  requestsPerMinute: number;
  /** From acceptance to the end. */
  tookMs: number;
  /** How much later than estimated it ended, as a share of what was left then: by the 202, and when half of the jobs were done. */
  lateAtFirst: number;
  lateAtHalf: number;
  results: number;
}

/** A whole batch from its acceptance to its end, against a Claude that answers at once: how right its estimated end was. */
export async function measureRun(logFolder: string, claudeUrl: string, lines: number, requestsPerMinute: number): Promise<RunResult> {
  const limits = {
    SLUICE_REQUESTS_PER_MINUTE: String(requestsPerMinute),
    SLUICE_INPUT_TOKENS_PER_MINUTE: "40000000",
    SLUICE_OUTPUT_TOKENS_PER_MINUTE: "40000000",
  };
  const service = await startBenchService(logFolder, limits);
  const worker = await startWorker({ redisUrl: service.redisUrl, anthropicBaseUrl: claudeUrl, env: limits });
  const first = await service.submit(linesOf(lines));
  const read = () => service.read(first.id);
  const atHalf = await waitUntil(
    async () => {
      const batch = await read();
      return batch.request_counts.succeeded >= lines / 2 && { batch, atMs: Date.now() };
    },
    { timeoutMs: 600_000, everyMs: 100, describe: "half of the batch" },
  );
  const ended = await waitUntil(
    async () => {
      const batch = await read();
      return batch.status === "ended" && batch;
    },
    { timeoutMs: 600_000, everyMs: 100, describe: "the end of the batch" },
  );
  const results = await service.countResults(first.id);
  await worker.stop();
  await service.stop();

  const createdAtMs = Date.parse(first.created_at);
  const endedAtMs = Date.parse(ended.ended_at ?? "");
  const late = (estimate: string | null, askedAtMs: number) => (endedAtMs - Date.parse(estimate ?? "")) / (endedAtMs - askedAtMs);
  return {
    lines,
    requestsPerMinute,
    tookMs: endedAtMs - createdAtMs,
    lateAtFirst: late(first.estimated_end_at, createdAtMs),
    lateAtHalf: late(atHalf.batch.estimated_end_at, atHalf.atMs),
    results,
  };
}
