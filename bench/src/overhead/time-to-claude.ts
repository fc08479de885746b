import { setTimeout as delay } from "node:timers/promises";
import { jobViewSchema } from "@sluice/shared/jobs/job-view";
import { type Percentiles, percentilesOf } from "../measures/statistics.ts";
import type { ClaudeStandIn } from "./claude-stand-in.ts";
import { jobBody } from "./job-body.ts";
import type { ServerUnderLoad } from "./start-server.ts";

export interface TimeToClaude extends Percentiles {
  jobs: number;
  maxMs: number;
}

export interface TimeToClaudeOptions {
  api: ServerUnderLoad;
  headers: Record<string, string>;
  claude: ClaudeStandIn;
  jobs: number;
}

/** Jobs before counting starts: they open the lane, the connections, and let code get warm. */
const warmUpJobs = 20;

/** Pause after a job's end, drawn evenly: the worker has gone back to waiting, and no beat of its timers is favoured. */
const pauseMs = { min: 20, max: 220 };

/**
 * Single jobs on an idle lane: from the 202 in the client's hands to the request at Claude's door. Less than zero is
 * possible (the worker may be faster than the answer) and is kept.
 */
export async function measureTimeToClaude({ api, headers, claude, jobs }: TimeToClaudeOptions): Promise<TimeToClaude> {
  const timesMs: number[] = [];
  for (let number = 0; number < warmUpJobs + jobs; number += 1) {
    const prompt = `Job ${number}. ${jobBody.params.messages[0]?.content ?? ""}`;
    const submitted = await fetch(`${api.url}/v1/jobs`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ ...jobBody, params: { ...jobBody.params, messages: [{ role: "user", content: prompt }] } }),
    });
    const acceptedAtMs = performance.now();
    const { id } = jobViewSchema.parse(await submitted.json());
    const arrivedAtMs = await claude.arrivalOf(prompt);
    if (number >= warmUpJobs) timesMs.push(arrivedAtMs - acceptedAtMs);

    const finished = await fetch(`${api.url}/v1/jobs/${id}?wait=30`, { headers });
    const { status } = jobViewSchema.parse(await finished.json());
    if (status !== "succeeded") throw new Error(`Job ${id} ended ${status}.`);
    await delay(pauseMs.min + Math.random() * (pauseMs.max - pauseMs.min));
  }
  const percentiles = percentilesOf(timesMs);
  if (percentiles === null) throw new RangeError("At least one job is needed.");
  return { jobs, ...percentiles, maxMs: Math.max(...timesMs) };
}
