// Batches for tests.
import { loadAccounts } from "@sluice/shared/accounts/load-accounts";
import { jobIdOfLine } from "@sluice/shared/batches/batch-id";
import { readBatch } from "@sluice/shared/batches/batch-record";
import { expandChunk } from "@sluice/shared/batches/expand-chunk";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import { batchViewSchema } from "@sluice/shared/batches/batch-view";
import type { BatchView } from "@sluice/shared/batches/batch-view";
import { expect } from "vitest";
import { tenant } from "./jobs.ts";
import type { TestApi } from "./test-api.ts";

export function aLine(customId: string, content = "Name a river."): string {
  const params = { model: "claude-haiku-4-5", max_tokens: 16, messages: [{ role: "user", content }] };
  return JSON.stringify({ custom_id: customId, params });
}

/** So many lines, `row-0` and so on, each with its end. */
export function someLines(count: number): string {
  return Array.from({ length: count }, (_, row) => `${aLine(`row-${row}`)}\n`).join("");
}

/** POSTs lines, with the options of the batch in the query. */
export async function postLines(
  api: Pick<TestApi, "fetch">,
  body: string | Uint8Array<ArrayBuffer>,
  { query = "", headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  return await api.fetch(`/v1/batches${query}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/jsonl", ...headers },
  });
}

/** A Batch, with no field besides those that are published; its counts add up. */
export async function batchOf(response: Response): Promise<BatchView> {
  expect(response.headers.get("content-type")).toBe("application/json");
  return countsAddUp(batchViewSchema.strict().parse(await response.json()));
}

export function countsAddUp(batch: BatchView): BatchView {
  const { total, ...counts } = batch.request_counts;
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(total);
  return batch;
}

/** Hands in a batch of so many lines. */
export async function submitBatch(api: TestApi, count: number, query = ""): Promise<BatchView> {
  const response = await postLines(api, someLines(count), { query });
  expect(response.status).toBe(202);
  return await batchOf(response);
}

/** A worker's part: makes jobs of the batch's lines. @returns their ids */
export async function expand({ redis }: TestApi, batchId: string, of = tenant): Promise<string[]> {
  const lanes = new LaneDirectory(redis, loadAccounts({ SLUICE_TIER: "paid" }, undefined));
  const context = { redis, lanes, announce: async () => {}, retentionMs: 60_000 };
  for (;;) {
    const batch = await readBatch(redis, of, batchId);
    if (batch === undefined || !(await expandChunk(context, batch))) {
      await lanes.close();
      return Array.from({ length: batch?.total ?? 0 }, (_, line) => jobIdOfLine(batchId, line));
    }
  }
}

/** A worker's part: begins an attempt at a job of the batch. */
export async function startInBatch({ redis }: TestApi, batchId: string, jobId: string): Promise<void> {
  expect(await startAttempt(redis, { tenant, jobId, attemptId: "attempt-of-the-test", batchId })).toMatchObject({ outcome: "started" });
}
