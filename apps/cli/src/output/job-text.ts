// A job, and lists of jobs, for people.
import type { Job } from "@sluice/client/jobs";
import { z } from "zod";
import { reasonOf } from "../run/run-tally.ts";
import { limitName, money, short, time } from "./format.ts";
import { fields, table } from "./table.ts";
import type { Printer } from "./printer.ts";

const messageSchema = z.object({ content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })) });

/** The text of an answer; empty when it has none. */
function answerText(job: Pick<Job, "result">): string {
  if (job.result?.type !== "succeeded") return "";
  const { data } = messageSchema.safeParse(job.result.message);
  return (data?.content ?? []).map(({ text }) => text ?? "").join("");
}

export function statusStyle(status: string): "green" | "red" | "yellow" | "dim" | undefined {
  if (status === "succeeded" || status === "delivered") return "green";
  if (status === "failed") return "red";
  if (status === "running" || status === "pending" || status === "in_progress" || status === "canceling") return "yellow";
  return status === "canceled" || status === "expired" ? "dim" : undefined;
}

export function jobTable(jobs: readonly Job[], { width, paint }: Printer): string[] {
  return table<Job>(
    [
      { title: "ID", text: ({ id }) => id },
      { title: "STATUS", text: ({ status }) => status, style: ({ status }) => statusStyle(status) },
      { title: "NAME", dropsAs: 4, text: (job) => job.custom_id ?? "–", shrinks: true },
      { title: "MODEL", dropsAs: 3, text: ({ model }) => model, shrinks: true },
      { title: "CREATED (UTC)", dropsAs: 2, text: (job) => time(job.created_at) },
      { title: "TRIES", dropsAs: 1, text: ({ attempts }) => String(attempts), align: "right" },
      { title: "COST", text: (job) => (job.cost_usd === null ? "–" : money(job.cost_usd)), align: "right" },
    ],
    jobs,
    width,
    paint,
  );
}

export function jobLines(job: Job, { paint }: Printer): string[] {
  const style = statusStyle(job.status);
  const pairs: [string, string][] = [
    ["job", job.id],
    ["status", style === undefined ? job.status : paint(style, job.status)],
    ["model", job.model],
    ["created", time(job.created_at)],
  ];
  if (job.custom_id !== null) pairs.push(["name", job.custom_id]);
  if (job.batch_id !== null) pairs.push(["batch", job.batch_id]);
  if (job.queue !== null) {
    const { position, estimated_start_at: startsAt, limited_by: limitedBy } = job.queue;
    pairs.push([
      "place",
      `${position ?? "–"}, starts about ${time(startsAt)}${limitedBy === null ? "" : `, limited by ${limitName(limitedBy)}`}`,
    ]);
  }
  if (job.finished_at !== null) pairs.push(["finished", time(job.finished_at)]);
  const { input_tokens: input, output_tokens: output } = job.usage ?? {};
  if (typeof input === "number" && typeof output === "number") pairs.push(["tokens", `${short(input)} in · ${short(output)} out`]);
  if (job.cost_usd !== null) pairs.push(["cost", money(job.cost_usd)]);
  const lines = fields(pairs, paint);
  if (job.result?.type === "succeeded") return [...lines, "", answerText(job)];
  if (job.result?.type === "errored") return [...lines, "", paint("red", reasonOf(job.result))];
  return lines;
}
