import { expect, test } from "vitest";
import { batchTable } from "./batch-text.ts";
import { jobTable } from "./job-text.ts";
import { plain } from "./paint.ts";
import { textWidth } from "./text-width.ts";

const createdAt = "2026-11-24T02:15:33.000Z";
const counts = { total: 100_000, queued: 0, running: 0, succeeded: 99_985, failed: 15, canceled: 0, expired: 0 };
const batch = {
  object: "batch",
  id: "batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB",
  status: "in_progress",
  request_counts: counts,
  priority: "normal",
  created_at: createdAt,
  ended_at: null,
  estimated_end_at: createdAt,
  cost_usd: 1_200,
  metadata: {},
  webhook_url: null,
} as const;
const job = {
  object: "job",
  id: "job_01KAV2M8Q4V6T0Z7J3C5R9XWNB",
  custom_id: "gsm8k-0000",
  batch_id: null,
  model: "claude-haiku-4-5",
  status: "succeeded",
  created_at: createdAt,
  started_at: createdAt,
  finished_at: createdAt,
  expires_at: null,
  attempts: 1,
  result: null,
  usage: null,
  cost_usd: 0.000_482,
  priority: "normal",
  account: "default",
  metadata: {},
  webhook_url: null,
  queue: null,
} as const;

test("a table leaves out what matters least before a terminal breaks its lines", () => {
  const heads = (width: number) => {
    const out = { width, paint: plain, print: () => {}, note: () => {} };
    const tables = [jobTable([job], out), batchTable([batch], out)];
    for (const line of tables.flat()) expect(textWidth(line), line).toBeLessThanOrEqual(width);
    return tables.map(([head = ""]) => head.split(/ {2,}/));
  };
  expect(heads(60)).toEqual([
    ["ID", "STATUS", "COST"],
    ["ID", "STATUS", "FAILED"],
  ]);
  expect(heads(80)).toEqual([
    ["ID", "STATUS", "NAME", "MODEL", "COST"],
    ["ID", "STATUS", "DONE", "FAILED", "COST"],
  ]);
  expect(heads(200)).toEqual([
    ["ID", "STATUS", "NAME", "MODEL", "CREATED (UTC)", "TRIES", "COST"],
    ["ID", "STATUS", "DONE", "LINES", "FAILED", "COST", "CREATED (UTC)"],
  ]);
});
