import { expect, test } from "vitest";
import type { Outcome } from "../peers/peer.ts";
import { requestsBind } from "../scenarios/scenarios.ts";
import { type Exchange, requestLogSchema } from "./exchange.ts";
import { measureRun } from "./measure-run.ts";

const scenario = requestsBind;

const startedAtMs = Date.parse("2026-11-24T04:00:00.000Z");
const jobIds = ["000000", "000001", "000002", "000003"];
const plan = {
  ...scenario.plan(60_000),
  jobs: jobIds.map((id) => ({ id, prompt: `Job ${id}.`, maxTokens: 10, atMs: 0 })),
};

function request(jobId: string | null, afterMs: number, more: Partial<Exchange> = {}): Exchange {
  const arrivedAtMs = startedAtMs + afterMs;
  const fate = { admitted: true, answered: true, status: 200, inputTokens: 10, outputTokens: 20 };
  return { jobId, arrivedAtMs, endedAtMs: arrivedAtMs + 500, ...fate, ...more };
}

const refused = { admitted: false, answered: false, status: 429, inputTokens: 0, outputTokens: 0 };

function measure(exchanges: Exchange[], outcomes: Outcome[] = ["done", "done", "done", "done"]) {
  return measureRun({ scenario, plan, startedAtMs, exchanges, outcomes, toldStarts: [], ownFigures: null, limitsChangedAtMs: [] });
}

test("a job is done when Claude answered it, whatever the contestant says", () => {
  const exchanges = [request("000000", 0), request("000001", 100, refused), request("000002", 200)];
  expect(measure(exchanges, ["lost", "done", "unfinished", "unfinished"])).toMatchObject({ done: 2, lost: 1, unfinished: 1 });
});

test("refusals are counted by job, and those of another user are not the contestant's", () => {
  const exchanges = [request("000000", 0, refused), request("000000", 100, refused), request(null, 100, refused), request("000000", 200)];
  expect(measure(exchanges)).toMatchObject({ refused: 2, requests: 3, refusedPer1000Jobs: 500 });
});

test("a job that Claude let in twice was paid twice; one that was refused first was not", () => {
  const abandoned = { answered: false, status: null };
  const exchanges = [request("000000", 0, abandoned), request("000000", 900), request("000001", 0, refused), request("000001", 900)];
  expect(measure(exchanges)).toMatchObject({ ranTwice: 1, done: 2 });
});

test("a job waits until the request arrives that is answered", () => {
  const exchanges = jobIds.flatMap((id) => [request(id, 100, refused), request(id, 3_000)]);
  expect(measure(exchanges).waitMs).toEqual({ p50: 3_000, p95: 3_000, p99: 3_000 });
});

test("the simulator's log is read by job", () => {
  const line = {
    prompt_start: "Job 000042. Here is",
    arrived_at: "2026-11-24T04:00:01.250Z",
    duration_ms: 700,
    admitted: true,
    outcome: "answered",
    status: 200,
    input_tokens: 12,
    output_tokens: 34,
  };
  const other = { ...line, prompt_start: "Other 42. Is this", outcome: "refused", status: 429, admitted: false };
  const { data } = requestLogSchema.parse({ data: [line, other] });
  expect(data).toMatchObject([
    { jobId: "000042", arrivedAtMs: startedAtMs + 1_250, endedAtMs: startedAtMs + 1_950, answered: true },
    { jobId: null, answered: false, admitted: false },
  ]);
});
