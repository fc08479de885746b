// What every contestant of the bench is: something that is handed prompts and gets them answered. Each has a file of its
// own here, and that file is its whole configuration: what its documentation advises for an API with rate limits.
import { setTimeout as delay } from "node:timers/promises";
import type { LaneLimits } from "@sluice/shared/limits/tiers";
import type { OwnFigures } from "../measures/own-figures.ts";
import type { ToldStart } from "../measures/start-times.ts";

export interface Job {
  /** `000123`; every prompt begins with `Job <id>.`, so that the simulator's log can be read by job. */
  id: string;
  prompt: string;
  maxTokens: number;
  /** When it is handed in, in ms after the start of the run. */
  atMs: number;
}

/** `lost`: given up by the contestant. `unfinished`: neither done nor given up when the run was ended. */
export type Outcome = "done" | "lost" | "unfinished";

export interface PeerContext {
  /** Where Claude is. */
  baseUrl: string;
  apiKey: string;
  model: string;
  /** The account's limits as its owner knows them; they may change while it runs. */
  limits: LaneLimits;
  /** Answers expected to be under way at once at the full pace: rate × time of an answer, and a third more. */
  concurrency: number;
  /** Processes that do the work, for those that can spread it. */
  workers: number;
}

export interface RunningPeer {
  /** Hands in all jobs at their times. Resolves with an outcome for each, in order, at the latest soon after the abort. */
  run: (jobs: readonly Job[], signal: AbortSignal) => Promise<Outcome[]>;
  /** What it told while it ran of when waiting jobs start, when it tells that. */
  toldStarts?: () => ToldStart[];
  /** What only it can tell, when all is over. */
  ownFigures?: (jobs: number) => OwnFigures;
  stop: () => Promise<void>;
}

export interface Peer {
  /** Resolves when it could take jobs: starting up is not measured. */
  start: (context: PeerContext) => Promise<RunningPeer>;
}

/** Retries after a first try, for all that count them: Sluice's own default is five tries too. */
export const retriesMax = 5;

/** {@link RunningPeer.run} by a function that resolves when a job is done and rejects when it is lost. */
export async function submitEach(jobs: readonly Job[], signal: AbortSignal, submit: (job: Job) => Promise<unknown>): Promise<Outcome[]> {
  const ended = new Promise<Outcome>((resolve) => signal.addEventListener("abort", () => resolve("unfinished"), { once: true }));
  const start = performance.now();
  return await Promise.all(
    jobs.map(async (job): Promise<Outcome> => {
      const dueMs = start + job.atMs - performance.now();
      if (dueMs > 0) await delay(dueMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return "unfinished";
      const done = submit(job).then(
        (): Outcome => "done",
        (): Outcome => "lost",
      );
      return await Promise.race([done, ended]);
    }),
  );
}
