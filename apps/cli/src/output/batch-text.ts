// A batch, and lists of batches, for people.
import type { Batch } from "@sluice/client/batches";
import { doneOf, lostOf } from "../run/run-progress.ts";
import { count, money, percent, time } from "./format.ts";
import { statusStyle } from "./job-text.ts";
import type { Printer } from "./printer.ts";
import { fields, table } from "./table.ts";

export function batchTable(batches: readonly Batch[], { width, paint }: Printer): string[] {
  return table<Batch>(
    [
      { title: "ID", text: ({ id }) => id },
      { title: "STATUS", text: ({ status }) => status, style: ({ status }) => statusStyle(status) },
      { title: "DONE", dropsAs: 4, text: (batch) => percent(share(batch)), align: "right" },
      { title: "LINES", dropsAs: 2, text: (batch) => count(batch.request_counts.total), align: "right" },
      { title: "FAILED", text: (batch) => count(lostOf(batch.request_counts)), align: "right" },
      { title: "COST", dropsAs: 3, text: ({ cost_usd: cost }) => money(cost), align: "right" },
      { title: "CREATED (UTC)", dropsAs: 1, text: (batch) => time(batch.created_at) },
    ],
    batches,
    width,
    paint,
  );
}

export function batchLines(batch: Batch, { paint }: Printer): string[] {
  const { request_counts: counts, status } = batch;
  const style = statusStyle(status);
  const pairs: [string, string][] = [
    ["batch", batch.id],
    ["status", style === undefined ? status : paint(style, status)],
    ["done", `${count(doneOf(counts))} of ${count(counts.total)} (${percent(share(batch))})`],
    [
      "lines",
      (["succeeded", "failed", "canceled", "expired", "running", "queued"] as const)
        .filter((name) => counts[name] > 0)
        .map((name) => `${count(counts[name])} ${name}`)
        .join(" · "),
    ],
    ["created", time(batch.created_at)],
  ];
  pairs.push(["cost", money(batch.cost_usd)]);
  pairs.push(batch.ended_at === null ? ["ends about", time(batch.estimated_end_at)] : ["ended", time(batch.ended_at)]);
  return fields(pairs, paint);
}

function share({ request_counts: counts }: Batch): number {
  return counts.total === 0 ? 0 : doneOf(counts) / counts.total;
}
