import type { LaneLimits } from "@sluice/shared/limits/tiers";
import type { Outcome } from "../peers/peer.ts";
import type { LimitName, Plan, Scenario } from "../scenarios/scenario.ts";
import { courseOfUse } from "./course-of-use.ts";
import type { Exchange } from "./exchange.ts";
import type { LimitSchedule } from "./limit-schedule.ts";
import type { OwnFigures } from "./own-figures.ts";
import { portionsOf } from "./portions.ts";
import { recoveryMs } from "./recovery.ts";
import { startTimesOff, type StartTimesOff, type ToldStart } from "./start-times.ts";
import { type Percentiles, percentilesOf } from "./statistics.ts";
import { type UseOfLimit, useOfLimit } from "./use-of-limit.ts";

export interface RunMeasures {
  jobs: number;
  /** Jobs with a complete answer from Claude. */
  done: number;
  /** Given up by the contestant, without an answer. */
  lost: number;
  /** Neither, when the time was over (twice the time the account needs for all). */
  unfinished: number;
  /** Jobs that Claude took in more than once, so that they were paid more than once. */
  ranTwice: number;
  /** Of the binding limit, see {@link useOfLimit}. */
  use: UseOfLimit | null;
  /** Of the binding limit in each five seconds of the run, by everybody. */
  course: number[];
  requests: number;
  refused: number;
  /** 429s for each 1,000 jobs. */
  refusedPer1000Jobs: number;
  /** From handing a job in to the arrival of the request that was answered, in ms. */
  waitMs: Percentiles | null;
  startTimesOff: StartTimesOff;
  /** From the start to the last answer. */
  tookMs: number;
  recoveries: { change: string; afterMs: number | null }[];
  otherUser: { requests: number; refused: number } | null;
  ownFigures: OwnFigures | null;
}

export interface RunRecord {
  scenario: Scenario;
  plan: Plan;
  /** When the contestant was told to begin. */
  startedAtMs: number;
  exchanges: readonly Exchange[];
  /** What the contestant says, one for each job. */
  outcomes: readonly Outcome[];
  toldStarts: readonly ToldStart[];
  ownFigures: OwnFigures | null;
  /** When each change of the plan took place. */
  limitsChangedAtMs: readonly number[];
}

export function measureRun(record: RunRecord): RunMeasures {
  const { scenario, plan, startedAtMs, exchanges, outcomes, toldStarts, ownFigures } = record;
  const own = exchanges.filter(({ jobId }) => jobId !== null);
  const others = exchanges.filter(({ jobId }) => jobId === null);
  const refused = own.filter(({ status }) => status === 429);
  const { answeredAtMs, admissions } = byJob(own);

  const jobs = plan.jobs.length;
  const done = answeredAtMs.size;
  const unfinished = plan.jobs.filter(({ id }, index) => !answeredAtMs.has(id) && outcomes[index] === "unfinished").length;
  const waits = plan.jobs.flatMap(({ id, atMs }) => {
    const arrivedAtMs = answeredAtMs.get(id);
    return arrivedAtMs === undefined ? [] : [arrivedAtMs - (startedAtMs + atMs)];
  });

  const schedule = scheduleOf(record);
  const measured = own.filter(({ arrivedAtMs }) => arrivedAtMs >= startedAtMs + plan.measureFromMs);
  const portions = portionsOf(measured, scenario.binding);
  const otherPortions = portionsOf(others, scenario.binding);
  const use = useOfLimit(portions, otherPortions, schedule);
  return {
    jobs,
    done,
    lost: jobs - done - unfinished,
    unfinished,
    ranTwice: [...admissions.values()].filter((times) => times > 1).length,
    use,
    course: courseOfUse(portionsOf(exchanges, scenario.binding), schedule, startedAtMs),
    requests: own.length,
    refused: refused.length,
    refusedPer1000Jobs: (refused.length * 1_000) / jobs,
    waitMs: percentilesOf(waits),
    startTimesOff: startTimesOff({
      arrivedAtMs: answeredAtMs,
      answersAtMs: own.flatMap(({ answered, endedAtMs }) => (answered && endedAtMs !== null ? [endedAtMs] : [])),
      told: toldStarts,
    }),
    tookMs: Math.max(0, ...own.map(({ endedAtMs }) => (endedAtMs ?? startedAtMs) - startedAtMs)),
    recoveries: plan.changes.map(({ name, atMs }, index) => ({
      change: name,
      afterMs: recoveryMs({
        portions: [...portions, ...otherPortions],
        requestsAtMs: own.map(({ arrivedAtMs }) => arrivedAtMs),
        refusedAtMs: refused.map(({ arrivedAtMs }) => arrivedAtMs),
        schedule,
        changedAtMs: startedAtMs + atMs,
        untilMs: startedAtMs + (plan.changes[index + 1]?.atMs ?? (use?.untilMs ?? 0) - startedAtMs),
      }),
    })),
    otherUser:
      plan.otherUser === undefined ? null : { requests: others.length, refused: others.filter(({ status }) => status === 429).length },
    ownFigures,
  };
}

/** Arrival of the first answered request of each job, and how often each was let in. */
function byJob(own: readonly Exchange[]): { answeredAtMs: Map<string, number>; admissions: Map<string, number> } {
  const answeredAtMs = new Map<string, number>();
  const admissions = new Map<string, number>();
  for (const { jobId, arrivedAtMs, answered, admitted } of own) {
    if (jobId === null) continue;
    if (admitted) admissions.set(jobId, (admissions.get(jobId) ?? 0) + 1);
    if (answered && !answeredAtMs.has(jobId)) answeredAtMs.set(jobId, arrivedAtMs);
  }
  return { answeredAtMs, admissions };
}

const limitField: Record<LimitName, keyof LaneLimits> = {
  requests: "requestsPerMinute",
  inputTokens: "inputTokensPerMinute",
  outputTokens: "outputTokensPerMinute",
};

function scheduleOf({ scenario, plan, limitsChangedAtMs }: RunRecord): LimitSchedule {
  const field = limitField[scenario.binding];
  let perMinute = scenario.limits[field];
  const schedule = [{ fromMs: 0, perMinute }];
  for (const [index, { limits }] of plan.limitChanges.entries()) {
    perMinute = limits[field] ?? perMinute;
    schedule.push({ fromMs: limitsChangedAtMs[index] ?? Infinity, perMinute });
  }
  return schedule;
}
