import type { Job } from "@sluice/client/jobs";
import { z } from "zod";
import type { Question } from "./questions.ts";
import type { SimulatorStats } from "./simulator-stats.ts";

export interface DemoResult {
  questions: Question[];
  /** In the order of the questions. */
  jobs: Job[];
  /** How many answers have the right number. */
  right: number;
  webhooks: { verified: number; refused: number };
  /** Unset when the real Claude answered. */
  simulator: SimulatorStats | undefined;
}

/** What a lane that is never starved of jobs uses of its limit, with room for a busy machine. */
const limitShareMin = 0.9;
/** Of fewer jobs the burst at the beginning is too large a part. */
const shareJobsMin = 50;

/** What the demo came to, and whether all of it is as promised. */
export function summarize({ questions, jobs, right, webhooks, simulator }: DemoResult): { text: string; ok: boolean } {
  const finished = jobs.filter(({ status }) => status === "succeeded").length;
  const checks: [ok: boolean, name: string, value: string][] = [
    [finished === questions.length, "Finished", `${finished} of ${questions.length}, ${jobs.length - finished} failed`],
    [
      webhooks.verified === jobs.length && webhooks.refused === 0,
      "Webhooks",
      `${webhooks.verified} received, signatures verified, ${webhooks.refused} refused`,
    ],
  ];
  if (simulator !== undefined) {
    checks.push(
      [simulator.refusals === 0, "429s seen", `${simulator.refusals}`],
      [simulator.repeats === 0, "Sent twice", `${simulator.repeats}`],
      [right === questions.length, "Right answers", `${right} of ${questions.length}`],
      [
        simulator.limitShare >= limitShareMin || questions.length < shareJobsMin,
        "Limit used",
        `${(simulator.limitShare * 100).toFixed(1)} %`,
      ],
    );
  }
  const sample = jobs[0];
  const lines = checks.map(([ok, name, value]) => `  ${ok ? "✓" : "✗"} ${name.padEnd(14)} ${value}`);
  if (sample !== undefined)
    lines.push("", `  Question: ${questions[0]?.question}`, `  Answer:   ${answerOf(sample).replaceAll("\n", "\n            ")}`);
  return { text: `\n${lines.join("\n")}\n`, ok: checks.every(([ok]) => ok) };
}

const messageSchema = z.object({ content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })) });

/** The text of a job's answer; empty when it has none. */
export function answerOf(job: Job | undefined): string {
  const result = job?.result;
  if (result?.type !== "succeeded") return "";
  return messageSchema
    .parse(result.message)
    .content.map(({ text }) => text ?? "")
    .join("");
}
