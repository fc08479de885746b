import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "@sluice/testkit/wait-until";
import { type Percentiles, percentilesOf } from "../measures/statistics.ts";
import { jobBody } from "../overhead/job-body.ts";
import type { ServerUnderLoad } from "../overhead/start-server.ts";
import { type Receivers, startReceivers } from "./receivers.ts";

/** Of the receivers that answer: ms from a job's final state to its event at the receiver's door. */
export interface DeliveryTimes extends Percentiles {
  events: number;
  maxMs: number;
}

export interface RoundOptions {
  api: ServerUnderLoad;
  headers: Record<string, string>;
  receivers: number;
  /** Index of the receiver that never answers. */
  hangs?: number;
  jobsPerSecond: number;
  seconds: number;
}

/** As a receiver somewhere in the same country. */
const answerMs = 20;

/** Jobs at the beginning that are not counted: they open lane and connections, and let code get warm. */
const warmUpSeconds = 3;

/**
 * Hands in jobs at an even rate, each with the next receiver's URL in turn, and waits until the event of each has arrived
 * at those that answer.
 *
 * @throws when a job is not accepted, or an event has not arrived half a minute after the last job
 */
export async function measureRound({ receivers: count, hangs, jobsPerSecond, seconds, ...sluice }: RoundOptions): Promise<DeliveryTimes> {
  const receivers = await startReceivers({ count, answerMs, hangs });
  try {
    const answering = receivers.urls.map((_, index) => index).filter((index) => index !== hangs);
    const timesMs = () => answering.flatMap((index) => receivers.delaysMsOf(index));
    const submitAndWait = async (forSeconds: number): Promise<void> => {
      const before = timesMs().length;
      const jobs = await submitEvenly(sluice, receivers, jobsPerSecond, forSeconds);
      const expected = jobs.filter((index) => index !== hangs).length;
      const describe = `${expected} events`;
      await waitUntil(() => timesMs().length - before >= expected, { timeoutMs: 30_000, everyMs: 50, describe });
    };
    await submitAndWait(warmUpSeconds);
    receivers.forget();
    await submitAndWait(seconds);
    const percentiles = percentilesOf(timesMs());
    if (percentiles === null) throw new RangeError("At least one event is needed.");
    return { events: timesMs().length, ...percentiles, maxMs: Math.max(...timesMs()) };
  } finally {
    await receivers.stop();
  }
}

/** @returns for each job the index of its receiver */
async function submitEvenly(
  { api, headers }: Pick<RoundOptions, "api" | "headers">,
  { urls }: Receivers,
  jobsPerSecond: number,
  seconds: number,
): Promise<number[]> {
  const beganAtMs = performance.now();
  const submissions: Promise<void>[] = [];
  const jobs: number[] = [];
  for (let number = 0; number < jobsPerSecond * seconds; number += 1) {
    const waitMs = beganAtMs + (number * 1_000) / jobsPerSecond - performance.now();
    if (waitMs > 0) await delay(waitMs);
    jobs.push(number % urls.length);
    submissions.push(submit(api, headers, urls[number % urls.length] ?? ""));
  }
  await Promise.all(submissions);
  return jobs;
}

async function submit(api: ServerUnderLoad, headers: Record<string, string>, webhookUrl: string): Promise<void> {
  const response = await fetch(`${api.url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ ...jobBody, webhook_url: webhookUrl }),
  });
  if (response.status !== 202) throw new Error(`A job was answered ${response.status}: ${await response.text()}`);
  await response.body?.cancel();
}
