import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lockResults } from "./results-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-lock-"));
afterAll(() => rmSync(folder, { recursive: true }));
const results = join(folder, "results.jsonl");

// Two at one file would write each result twice, and into one another.
test("one run at a time writes a results file, and nothing stays of the lock", async () => {
  const lock = await lockResults(results);
  await expect(lockResults(results)).rejects.toThrow(`Another run is writing ${results} at this moment.`);
  await lock.release();
  await (await lockResults(results)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that is not there is told by the name of the results", async () => {
  await expect(lockResults(join(folder, "none", "results.jsonl"))).rejects.toThrow(/results\.jsonl cannot be written: ENOENT/);
});
