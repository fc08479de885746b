import type { Job } from "@sluice/client/jobs";
import { expect, test } from "vitest";
import { isRight } from "./questions.ts";
import { summarize } from "./summary.ts";
import type { DemoResult } from "./summary.ts";

const question = { id: "q", question: "How many?", answer: "1,200" };

const job: Job = {
  object: "job",
  id: "job_1",
  status: "succeeded",
  custom_id: "q",
  batch_id: null,
  model: "claude-haiku-4-5",
  priority: "normal",
  created_at: "2026-11-24T00:00:00.000Z",
  started_at: "2026-11-24T00:00:00.000Z",
  finished_at: "2026-11-24T00:00:01.000Z",
  attempts: 1,
  queue: null,
  result: { type: "succeeded", message: { content: [{ type: "text", text: "So it is 1200." }] } },
  usage: null,
  cost_usd: null,
  metadata: {},
  webhook_url: null,
};

const allTrue: DemoResult = {
  questions: [question],
  jobs: [job],
  right: 1,
  webhooks: { verified: 1, refused: 0 },
  simulator: { refusals: 0, repeats: 0, limitShare: 0.99 },
};

test("the demo succeeds only if everything it claims is true", () => {
  expect(summarize(allTrue).ok).toBe(true);
  const few = { refusals: 0, repeats: 0, limitShare: 0.5 };
  expect(summarize({ ...allTrue, simulator: few }).ok).toBe(true);
  const many = {
    questions: Array.from({ length: 60 }, () => question),
    jobs: Array.from({ length: 60 }, () => job),
    right: 60,
    webhooks: { verified: 60, refused: 0 },
  };
  expect(summarize({ ...allTrue, ...many }).ok).toBe(true);
  expect(summarize({ ...allTrue, ...many, simulator: few }).ok).toBe(false);
  const simulator = { refusals: 0, repeats: 0, limitShare: 0.99 };
  const untrue: Partial<DemoResult>[] = [
    { jobs: [{ ...job, status: "failed" }] },
    { right: 0 },
    { webhooks: { verified: 0, refused: 0 } },
    { webhooks: { verified: 1, refused: 1 } },
    { simulator: { ...simulator, refusals: 1 } },
    { simulator: { ...simulator, repeats: 1 } },
  ];
  for (const change of untrue) expect(summarize({ ...allTrue, ...change }).ok, JSON.stringify(change)).toBe(false);
});

test("an answer is right when its last number is, however it is written", () => {
  expect(isRight("First 7, then 1,200.", question)).toBe(true);
  expect(isRight("1200 and then 7", question)).toBe(false);
  expect(isRight("no number", question)).toBe(false);
});
