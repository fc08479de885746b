import { expect, test } from "vitest";
import { buildWebhookEvent, inlineResultBytesMax } from "./webhook-event.ts";

const source = {
  type: "job.succeeded",
  finishedAtMs: Date.parse("2026-11-24T02:15:33.007Z"),
  publicUrl: "https://sluice.example.com/",
  job: { id: "job_1", status: "succeeded", result: { type: "succeeded", message: { text: "42" } } },
};

test("an event carries its type, its own time and the job", () => {
  expect(buildWebhookEvent(source)).toEqual({ type: "job.succeeded", timestamp: "2026-11-24T02:15:33.007Z", data: source.job });
});

test("a result over 256 KiB is replaced by a link to it; one of exactly that size is not", () => {
  const resultOf = (bytes: number) => "é".repeat((bytes - 2) / 2);
  const largest = { ...source.job, result: resultOf(inlineResultBytesMax) };
  expect(buildWebhookEvent({ ...source, job: largest }).data).toEqual(largest);

  const tooLarge = { ...source.job, result: resultOf(inlineResultBytesMax + 2) };
  expect(buildWebhookEvent({ ...source, job: tooLarge }).data).toEqual({
    id: "job_1",
    status: "succeeded",
    result_url: "https://sluice.example.com/v1/jobs/job_1",
  });
});

test("a job without a result goes as it is", () => {
  const job = { id: "job_2", status: "canceled" };
  expect(buildWebhookEvent({ ...source, job }).data).toEqual(job);
});
