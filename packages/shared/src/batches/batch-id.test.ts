import { expect, test } from "vitest";
import { eventIdOfJob, isJobId, newJobId, timeOfJobId } from "../jobs/job-id.ts";
import { jobRangeOf } from "./batch-jobs.ts";
import { batchLinesMax, isBatchId, jobIdOfLine, lineOfJobId, newBatchId } from "./batch-id.ts";

test("the jobs of a batch have ids in the order of its lines, and each tells its line", () => {
  const batchId = newBatchId();
  expect(isBatchId(batchId)).toBe(true);
  const lines = [0, 1, 31, 32, 1_023, 1_024, 32_767, 32_768, batchLinesMax - 1];
  const ids = lines.map((line) => jobIdOfLine(batchId, line));
  expect(ids.every(isJobId)).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  expect(ids.map(lineOfJobId)).toEqual(lines);
  const { first, last } = jobRangeOf(batchId);
  expect([first, last]).toEqual([ids.at(0), ids.at(-1)]);
  expect(Math.abs(timeOfJobId(first) - Date.now())).toBeLessThan(5_000);
});

// Both would write the same delivery otherwise.
test("the event of a batch's end has another id than those of its jobs, and no two batches share an id of a job", () => {
  const ids = Array.from({ length: 2_000 }, newBatchId);
  for (const batchId of ids) expect(lineOfJobId(batchId)).toBeGreaterThanOrEqual(batchLinesMax);
  expect(eventIdOfJob(jobIdOfLine(ids[0] ?? "", 0))).not.toBe(`evt_${ids[0]?.slice("batch_".length)}`);
  expect(new Set(ids.map((batchId) => jobIdOfLine(batchId, 0))).size).toBe(ids.length);
  const { first, last } = jobRangeOf(ids[0] ?? "");
  expect(Array.from({ length: 100 }, newJobId).filter((id) => id >= first && id <= last)).toEqual([]);
});
