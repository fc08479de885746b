// What stands between a lane's jobs and Claude: estimates, budgets, the limits that are learned, and the pace of the lane.
import { budgetSizes } from "@sluice/shared/budgets/budgets";
import type { BudgetSizes, ExpectedCost, Levels } from "@sluice/shared/budgets/budgets";
import { reserve } from "@sluice/shared/budgets/reserve";
import { release, settle } from "@sluice/shared/budgets/settle";
import { inputCharacters } from "@sluice/shared/estimates/input-characters";
import { expectedCost, learnUsage, usualCost } from "@sluice/shared/estimates/usage-store";
import type { RequestSize, UsualCost } from "@sluice/shared/estimates/usage-store";
import type { MessageParams } from "@sluice/shared/jobs/job-request";
import { readLearnedLimits, writeAnswersCounted, writeLearnedLimits, writeSlowdown } from "@sluice/shared/lanes/lane-limits";
import { readPace, setPace } from "@sluice/shared/lanes/lane-queue";
import type { LaneQueue } from "@sluice/shared/lanes/lane-queue";
import { writeLanePace } from "@sluice/shared/lanes/lane-status";
import type { LanePace } from "@sluice/shared/lanes/lane-status";
import { believableLevels } from "@sluice/shared/limits/believable-levels";
import { bindingPace, fetchPace } from "@sluice/shared/limits/binding-pace";
import { effectiveLimits } from "@sluice/shared/limits/effective-limits";
import type { LimitsSource } from "@sluice/shared/limits/effective-limits";
import { pickWindow } from "@sluice/shared/limits/pick-window";
import { absentLimits, limitsOf, readRateLimitHeaders } from "@sluice/shared/limits/rate-limit-headers";
import { afterRefusal, slowFactor } from "@sluice/shared/limits/slow-down";
import type { Slowdown } from "@sluice/shared/limits/slow-down";
import type { LaneLimits } from "@sluice/shared/limits/tiers";
import type { Logger } from "@sluice/shared/logging/logger";
import type { Redis } from "ioredis";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";
import { AdmissionLine } from "./admission-line.ts";
import type { Admission } from "./admission-line.ts";
import { isUncounted, usedByAnswer } from "./used-by-answer.ts";

export interface LaneAdmissionOptions {
  redis: Redis;
  queue: LaneQueue;
  /** What the operator configured, see {@link effectiveLimits}. */
  limits: Omit<LimitsSource, "learned">;
  burstSeconds: number;
  log: Logger;
}

/** An attempt that asks to be sent. */
export interface Applicant {
  attemptId: string;
  tenant: string;
  params: MessageParams;
  timeoutMs: number;
}

interface SentAttempt {
  attemptId: string;
  size: RequestSize;
  estimated: ExpectedCost;
  /** Of the budgets, when it was admitted. */
  levelsAtStart: Levels | undefined;
  /** Until its answer was there. */
  durationMs: number;
}

/** An admitted attempt: to be settled with what came of it, or released when it was not sent. */
export interface Permit {
  admitted: true;
  waitedMs: number;
  estimated: ExpectedCost;
  settle(answer: ClaudeAnswer): Promise<void>;
  release(): Promise<void>;
}

/** Why an attempt was not admitted; `aborted`: its signal, or the stop of the lane. */
export type NotAdmitted = Exclude<Admission, { admitted: true }>;

/** Weight of one answer in the mean of uncounted ones: it follows within a hundred answers. */
const uncountedWeight = 0.02;

/** A reservation outlives its attempt by this long, for a worker that is alive but slow. */
const leaseMarginMs = 30_000;

/**
 * Until its first answer a process sends at most this part of the usual burst of input at once. Its first request is held up by everything
 * that is done for the first time: on a busy machine by 200 ms, and those behind it by less, so they reach Claude closer together.
 */
const coldInputShare = 0.5;

/** How often the pace follows what was learned, also by other workers. */
const paceIntervalMs = 250;

/** Two refusals within this time, each while less than this part of `answeredTokens` was there … */
const refusalsTogetherMs = 60_000;
const answeredShareEmpty = 0.1;
/** … show that Claude counts answers when they are there. After this long that is tried again. */
const answersCountedForMs = 600_000;

export class LaneAdmission {
  readonly #options: LaneAdmissionOptions;
  readonly #line = new AdmissionLine();
  #learned: Partial<LaneLimits> = {};
  #slowed: Slowdown | undefined;
  #usual: UsualCost | undefined;
  #answersCountedUntilMs = 0;
  #refusedWhileEmptyAtMs = 0;
  #told: LanePace | undefined;
  #hasSetPace = false;
  #hasAnswer = false;
  /** Running mean of the requests that Claude answered without counting them. */
  #uncounted = 0;
  #timer: NodeJS.Timeout | undefined;
  #following: Promise<void> = Promise.resolve();
  #isFollowing = false;

  constructor(options: LaneAdmissionOptions) {
    this.#options = options;
  }

  get #limits(): LaneLimits {
    return effectiveLimits({ ...this.#options.limits, learned: this.#learned });
  }

  get #sizes(): BudgetSizes {
    const sizes = budgetSizes(this.#limits, this.#options.burstSeconds, (this.#usual?.durationMs ?? 0) / 1_000);
    if (this.#hasAnswer) return sizes;
    const { capacity, refillPerSecond } = sizes.inputTokens;
    return { ...sizes, inputTokens: { capacity: Math.max(1, capacity * coldInputShare), refillPerSecond } };
  }

  /** Sets the lane's pace, and goes on following what binds it. */
  async start(): Promise<void> {
    await this.#follow();
    this.#timer = setInterval(() => {
      // While Redis is away a round waits for it: others are not lined up behind it.
      if (this.#isFollowing) return;
      this.#isFollowing = true;
      this.#following = this.#follow()
        .catch((error: unknown) => {
          this.#options.log.warn({ event: "lane.pace_failed", lane: this.#options.queue.name, error });
        })
        .finally(() => {
          this.#isFollowing = false;
        });
    }, paceIntervalMs);
  }

  /** Admits nobody any more; who waits is sent back at once. */
  async stop(): Promise<void> {
    this.#line.close();
    clearInterval(this.#timer);
    await this.#following;
  }

  /** Waits until the attempt fits all budgets of the lane, or says that the wait is too long to hold a slot for. */
  async admit({ attemptId, tenant, params, timeoutMs }: Applicant, signal: AbortSignal): Promise<Permit | NotAdmitted> {
    const { redis, queue } = this.#options;
    const laneName = queue.name;
    const size: RequestSize = { laneName, tenant, characters: inputCharacters(params), maxTokens: params.max_tokens };
    // Estimated again at each asking: a first answer may have taught how large answers are.
    let estimated: ExpectedCost = { inputTokens: 0, outputTokens: 0, durationMs: 0 };
    let levelsAtStart: Levels | undefined;
    let sentAtMs = 0;
    const admission = await this.#line.admit(async () => {
      estimated = await expectedCost(redis, size);
      const countsAnswers = Date.now() < this.#answersCountedUntilMs;
      const leaseMs = timeoutMs + leaseMarginMs;
      const answers = this.#usual?.answers ?? 0;
      const reply = await reserve(redis, { laneName, attemptId, cost: estimated, sizes: this.#sizes, answers, countsAnswers, leaseMs });
      if (reply.admitted) levelsAtStart = reply.levels;
      sentAtMs = performance.now();
      return reply;
    }, signal);
    if (!admission.admitted) return admission;
    return {
      admitted: true,
      waitedMs: admission.waitedMs,
      estimated,
      settle: (answer) => this.#settle({ attemptId, size, estimated, levelsAtStart, durationMs: performance.now() - sentAtMs }, answer),
      release: async () => {
        await release(redis, { laneName, attemptId, sizes: this.#sizes });
        this.#line.wake();
      },
    };
  }

  async #settle({ attemptId, size, estimated, levelsAtStart, durationMs }: SentAttempt, answer: ClaudeAnswer): Promise<void> {
    const { redis, queue, burstSeconds } = this.#options;
    const laneName = queue.name;
    this.#hasAnswer = true;
    const seen = readRateLimitHeaders(answer.kind === "message" || answer.kind === "error" ? answer.headers : undefined);
    const news = this.#news(answer.kind === "message" ? { ...absentLimits(answer.headers), ...limitsOf(seen) } : limitsOf(seen));
    Object.assign(this.#learned, news);
    const used = usedByAnswer(answer, estimated, size.maxTokens);
    const isTrouble = answer.kind === "error" && answer.status !== 429 && isUncounted(answer);
    this.#uncounted += ((isTrouble ? 1 : 0) - this.#uncounted) * uncountedWeight;
    const sizes = this.#sizes;
    const wasRefused = answer.kind === "error" && answer.status === 429;
    const isOfStart = answer.kind === "message" ? answer.isStreamed : answer.kind === "error" && answer.status === undefined;
    const believable = believableLevels(seen, burstSeconds, { isOfStart });
    const [settled] = await Promise.all([
      settle(redis, { laneName, attemptId, used, sizes, believable, levelsAtStart }),
      writeLearnedLimits(redis, laneName, news),
      ...(answer.kind === "message" && used !== null ? [learnUsage(redis, size, { ...used, durationMs })] : []),
      ...(wasRefused ? [this.#slowDown()] : []),
    ]);
    const emptyBelow = sizes.answeredTokens.capacity * answeredShareEmpty;
    if (wasRefused && settled.levels.answeredTokens < emptyBelow) await this.#noteEmpty();
    // Such a Claude would have refused it.
    if (answer.kind === "message" && levelsAtStart && levelsAtStart.answeredTokens < 0) this.#refusedWhileEmptyAtMs = 0;
    this.#line.wake();
    if (Object.keys(news).length > 0) this.#options.log.info({ event: "lane.limits_learned", lane: laneName, ...news });
  }

  /** One refusal may also come from an answer that was written faster than usual. */
  async #noteEmpty(): Promise<void> {
    const nowMs = Date.now();
    const isSecond = nowMs - this.#refusedWhileEmptyAtMs < refusalsTogetherMs;
    this.#refusedWhileEmptyAtMs = nowMs;
    if (!isSecond) return;
    this.#answersCountedUntilMs = nowMs + answersCountedForMs;
    await writeAnswersCounted(this.#options.redis, this.#options.queue.name, this.#answersCountedUntilMs);
  }

  #news(limits: Partial<LaneLimits>): Partial<LaneLimits> {
    const known = this.#learned;
    return Object.fromEntries(
      (["requestsPerMinute", "inputTokensPerMinute", "outputTokensPerMinute"] as const)
        .filter((name) => limits[name] !== undefined && limits[name] !== known[name])
        .map((name) => [name, limits[name]]),
    );
  }

  async #slowDown(): Promise<void> {
    const slowed = afterRefusal(this.#slowed, Date.now());
    if (slowed === undefined) return;
    this.#slowed = slowed;
    await writeSlowdown(this.#options.redis, this.#options.queue.name, slowed.factor, slowed.atMs);
  }

  /** Tells the pace to whoever asks for places and limits, when it changed by more than a hundredth. */
  async #tell(pace: LanePace): Promise<void> {
    const told = this.#told;
    const isNews =
      told === undefined ||
      told.bindingBudget !== pace.bindingBudget ||
      JSON.stringify(told.limits) !== JSON.stringify(pace.limits) ||
      Math.abs(told.requestsPerMinute - pace.requestsPerMinute) > told.requestsPerMinute * 0.01;
    if (!isNews) return;
    this.#told = pace;
    await writeLanePace(this.#options.redis, this.#options.queue.name, pace);
  }

  /** Reads what all workers learned and sets the limiter to the pace that the binding budget allows. */
  async #follow(): Promise<void> {
    const { redis, queue, burstSeconds } = this.#options;
    const [{ learned, slowed, answersCountedUntilMs }, usual, set] = await Promise.all([
      readLearnedLimits(redis, queue.name),
      usualCost(redis, queue.name),
      // Not what was set last here: another worker may have set it since, or Redis have lost it.
      readPace(queue),
    ]);
    this.#learned = learned;
    this.#slowed = slowed;
    this.#usual = usual;
    this.#answersCountedUntilMs = answersCountedUntilMs;
    const limits = this.#limits;
    const binding = bindingPace(limits, usual);
    await this.#tell({ limits, ...binding });
    const pace = fetchPace(binding, limits, this.#line.waiting, this.#uncounted) * slowFactor(slowed, Date.now());
    const window = pickWindow(pace, burstSeconds);
    const isSet = window.max === set?.max && Math.abs(window.durationMs - set.durationMs) <= window.durationMs * 0.01;
    // A worker that was killed may have set it only in part.
    if (isSet && this.#hasSetPace) return;
    await setPace(redis, queue, window);
    this.#hasSetPace = true;
  }
}
