// Follows a batch until it has ended: counts as they change, results as they come, the pace of its lanes.
import { setTimeout as delay } from "node:timers/promises";
import type { Batch, BatchResult } from "@sluice/client/batches";
import type { Sluice } from "@sluice/client/sluice";
import type { ResultsFile } from "./results-file.ts";
import { doneOf, paceOf, RecentRate } from "./run-progress.ts";
import type { RunPace } from "./run-progress.ts";
import type { Screen } from "./screen.ts";

export interface FollowedBatch {
  /** Tries again for as long as it takes. */
  client: Sluice;
  batch: Batch;
  title: string;
  results: ResultsFile;
  screen: Screen;
  /** What keeps the connection, if something does. */
  notice: () => string | undefined;
  signal: AbortSignal;
}

/** Results are written in portions of so many. */
const portion = 500;
const paceEveryMs = 2_000;
const frameEveryMs = 250;

/**
 * Resolves with the batch when it has ended and each of its results was written.
 *
 * @throws the signal's reason, SluiceError when the batch is not there (any more)
 */
export async function followBatch({ client, batch: first, title, results, screen, notice, signal }: FollowedBatch): Promise<Batch> {
  let batch = first;
  let pace: RunPace | undefined;
  const stop = new AbortController();
  const whileFollowed = AbortSignal.any([signal, stop.signal]);
  const rate = new RecentRate();
  const show = () => {
    const { request_counts: counts } = batch;
    const nowMs = Date.now();
    rate.add(doneOf(counts), nowMs);
    screen.show({
      title,
      counts,
      elapsedMs: elapsedMs(batch, nowMs),
      leftMs: batch.estimated_end_at === null ? undefined : Math.max(0, Date.parse(batch.estimated_end_at) - nowMs),
      ratePerMinute: rate.perMinute(nowMs),
      pace,
      tokens: results.tally.tokens,
      costUsd: doneOf(counts) === 0 ? undefined : batch.cost_usd,
      notice: notice(),
    });
  };
  const drawing = setInterval(show, frameEveryMs);
  const asking = every(paceEveryMs, whileFollowed, async () => {
    pace = paceOf(await client.limits({ signal: whileFollowed }), Date.now());
  });
  try {
    show();
    for await (const changed of client.batches.events(batch.id, { signal })) {
      batch = changed;
      await fetchResults(client, batch, results, signal);
    }
    // All are there now; should the counts have been ahead of the list by a moment, they come with the next look.
    while (results.tally.results < batch.request_counts.total) {
      await fetchResults(client, batch, results, signal, 0);
      if (results.tally.results < batch.request_counts.total) await pause(paceEveryMs, signal);
    }
    batch = await client.batches.get(batch.id, { signal });
    return batch;
  } finally {
    stop.abort();
    clearInterval(drawing);
    await asking;
    show();
    screen.end();
  }
}

async function fetchResults(
  client: Sluice,
  { id, request_counts: counts }: Batch,
  results: ResultsFile,
  signal: AbortSignal,
  skip = results.tally.results,
): Promise<void> {
  if (doneOf(counts) <= results.tally.results) return;
  let lines: BatchResult[] = [];
  for await (const line of client.batches.results(id, { skip, signal })) {
    lines.push(line);
    if (lines.length < portion) continue;
    await results.append(lines);
    lines = [];
  }
  await results.append(lines);
}

function elapsedMs({ created_at: createdAt, ended_at: endedAt }: Batch, nowMs: number): number {
  return Math.max(0, (endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(createdAt));
}

/** Does something again and again until the signal; failures are the next time's. */
async function every(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => {});
    await pause(ms, signal).catch(() => {});
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}
