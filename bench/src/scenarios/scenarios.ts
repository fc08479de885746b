// The situations the bench puts its contestants into. All are at 600 requests a minute with strict buckets (one second of
// burst) and answers of half a second to two and a half; only what a scenario is about differs.
import { evenly, evenlyByMagnitude, makeJobs, meanByMagnitude } from "./jobs.ts";
import type { Plan, Range, Scenario } from "./scenario.ts";

const requestsPerMinute = 600;
const smallPrompts: Range = { min: 40, max: 140 };
const outputTokens: Range = { min: 50, max: 350 };

/** Tokens nobody runs out of in a scenario about something else. */
const ample = { inputTokensPerMinute: 1_000_000, outputTokensPerMinute: 1_000_000 };

const usual = {
  limits: { requestsPerMinute, ...ample },
  binding: "requests",
  latencyMs: { min: 500, max: 2_500 },
  outputTokens,
  workers: 1,
} as const;

const meanOf = ({ min, max }: Range): number => (min + max) / 2;

/** A backlog that takes the whole time at this pace, all handed in at the start. */
function backlog(durationMs: number, jobsPerMinute: number, promptTokens = evenly(smallPrompts)): Plan {
  const jobs = makeJobs({ count: Math.round((durationMs * jobsPerMinute) / 60_000), atMs: 0, promptTokens });
  return { jobs, limitChanges: [], otherUser: undefined, measureFromMs: 0, changes: [] };
}

export const requestsBind: Scenario = {
  ...usual,
  name: "requests-bind",
  title: "Requests bind",
  description: "600 requests a minute, more tokens than needed.",
  plan: (durationMs) => backlog(durationMs, requestsPerMinute),
};

const halfPace = requestsPerMinute / 2;

const outputBinds: Scenario = {
  ...usual,
  name: "output-binds",
  title: "Output tokens bind",
  description: "Answers of 50 to 350 tokens; the output limit allows half of the 600 requests a minute.",
  limits: { ...usual.limits, outputTokensPerMinute: halfPace * meanOf(outputTokens) },
  binding: "outputTokens",
  plan: (durationMs) => backlog(durationMs, halfPace),
};

const largePrompts: Range = { min: 200, max: 800 };

const inputBinds: Scenario = {
  ...usual,
  name: "input-binds",
  title: "Input tokens bind",
  description: "Prompts of 200 to 800 tokens; the input limit allows half of the 600 requests a minute.",
  limits: { ...usual.limits, inputTokensPerMinute: halfPace * meanOf(largePrompts) },
  binding: "inputTokens",
  plan: (durationMs) => backlog(durationMs, halfPace, evenly(largePrompts)),
};

const mixedPrompts: Range = { min: 20, max: 2_000 };
const mixedAnswers: Range = { min: 4, max: 400 };

const mixedSizes: Scenario = {
  ...usual,
  name: "mixed-sizes",
  title: "Mixed sizes, 1 : 100",
  description:
    "Prompts of 20 to 2,000 tokens and answers of 4 to 400, in no order; the output limit allows half of the 600 requests a minute, the input limit twice as many.",
  limits: {
    requestsPerMinute,
    inputTokensPerMinute: Math.round(requestsPerMinute * meanByMagnitude(mixedPrompts)),
    outputTokensPerMinute: halfPace * meanOf(mixedAnswers),
  },
  binding: "outputTokens",
  outputTokens: mixedAnswers,
  plan: (durationMs) => backlog(durationMs, halfPace, evenlyByMagnitude(mixedPrompts)),
};

const otherUsersShare = 0.4;

const otherUser: Scenario = {
  ...usual,
  name: "other-user",
  title: "Another user takes 40 %",
  description: "600 requests a minute; from the middle on somebody else with the same key sends 240 a minute and never waits.",
  plan(durationMs) {
    const fromMs = durationMs / 2;
    return {
      ...backlog(durationMs, requestsPerMinute * (1 - otherUsersShare / 2)),
      otherUser: { fromMs, requestsPerMinute: requestsPerMinute * otherUsersShare },
      changes: [{ name: "the other user came", atMs: fromMs }],
    };
  },
};

const limitMoves: Scenario = {
  ...usual,
  name: "limit-moves",
  title: "Limit lowered and raised",
  description: "600 requests a minute, 300 in the second third, 600 again in the last; nobody is told.",
  plan(durationMs) {
    const [lowered, raised] = [durationMs / 3, (durationMs * 2) / 3];
    return {
      ...backlog(durationMs, (requestsPerMinute * 5) / 6),
      limitChanges: [
        { atMs: lowered, limits: { requestsPerMinute: halfPace } },
        { atMs: raised, limits: { requestsPerMinute } },
      ],
      changes: [
        { name: "lowered", atMs: lowered },
        { name: "raised", atMs: raised },
      ],
    };
  },
};

const overloaded: Scenario = {
  ...usual,
  name: "overloaded",
  title: "5 % of requests get a 529",
  description: "600 requests a minute; every twentieth or so is answered with 529 `overloaded_error`.",
  faults: "overloaded=0.05",
  plan: (durationMs) => backlog(durationMs, requestsPerMinute),
};

/** Jobs that make connections and code warm before the lane falls idle. */
const firstJobs = 5;

const rampUp: Scenario = {
  ...usual,
  name: "ramp-up",
  title: "From idle to full pace",
  description: "Five jobs, then nothing for a while, then a backlog at once; 600 requests a minute.",
  plan(durationMs) {
    const idleMs = durationMs * 0.4;
    const promptTokens = evenly(smallPrompts);
    const rest = Math.round(((durationMs - idleMs) * requestsPerMinute) / 60_000);
    return {
      ...backlog(durationMs, 0),
      jobs: [
        ...makeJobs({ count: firstJobs, atMs: 0, promptTokens }),
        ...makeJobs({ count: rest, atMs: idleMs, from: firstJobs, promptTokens }),
      ],
      measureFromMs: idleMs,
      changes: [{ name: "the backlog came", atMs: idleMs }],
    };
  },
};

function severalWorkers(workers: number): Scenario {
  return {
    ...outputBinds,
    name: `workers-${workers}`,
    title: `Output tokens bind, ${workers} workers`,
    description: `As "${outputBinds.title}", with ${workers} worker processes.`,
    workers,
    peers: ["sluice", "bullmq-paced"],
  };
}

const largeLane: Scenario = {
  ...usual,
  name: "large-lane",
  title: "4,000 a minute, 20 s each",
  description: "4,000 requests a minute and answers that take 20 s, on one worker process: 1,300 under way at once.",
  limits: { requestsPerMinute: 4_000, inputTokensPerMinute: 4_000_000, outputTokensPerMinute: 8_000_000 },
  latencyMs: { min: 20_000, max: 20_000 },
  peers: ["sluice"],
  plan: (durationMs) => backlog(durationMs, 4_000),
};

export const scenarios: readonly Scenario[] = [
  requestsBind,
  outputBinds,
  inputBinds,
  mixedSizes,
  otherUser,
  limitMoves,
  overloaded,
  rampUp,
  severalWorkers(2),
  severalWorkers(4),
  largeLane,
];
