// What stands between a lane's jobs and Claude: estimates, budgets, the limits that are learned, and the pace of the lane.
import type { ExpectedCost, Levels } from "@sluice/shared/budgets/budgets";
import { followLevels } from "@sluice/shared/budgets/follow-levels";
import { needsOf } from "@sluice/shared/budgets/needs";
import { believedAtStart, believedOutput, believedWhenRefused } from "@sluice/shared/budgets/output-counting";
import { reserve } from "@sluice/shared/budgets/reserve";
import { release, settle } from "@sluice/shared/budgets/settle";
import { inputCharacters } from "@sluice/shared/estimates/input-characters";
import { expectedCost, learnUsage } from "@sluice/shared/estimates/usage-store";
import type { RequestSize } from "@sluice/shared/estimates/usage-store";
import type { MessageParams } from "@sluice/shared/jobs/job-request";
import { countRequest } from "@sluice/shared/lanes/lane-counters";
import type { RequestOutcome } from "@sluice/shared/lanes/lane-counters";
import type { LaneQueue } from "@sluice/shared/lanes/lane-queue";
import type { LimitsSource } from "@sluice/shared/limits/effective-limits";
import { absentLimits, limitsOf, readRateLimitHeaders } from "@sluice/shared/limits/rate-limit-headers";
import type { Logger } from "@sluice/shared/logging/logger";
import { warnSparingly } from "@sluice/shared/logging/warn-sparingly";
import type { Redis } from "ioredis";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";
import type { AnswerFollower } from "../provider/claude-client.ts";
import { AdmissionLine } from "./admission-line.ts";
import type { Admission } from "./admission-line.ts";
import { AnswerWatch, outputMayBind } from "./answer-watch.ts";
import { LaneKnowledge } from "./lane-knowledge.ts";
import { PaceKeeper } from "./pace-keeper.ts";
import { mayBeRefusedForOutput, wasRefusedForOutput } from "./refused-for-output.ts";
import { toldByHeaders } from "./told-by-headers.ts";
import type { Told } from "./told-by-headers.ts";
import { chargedFor, isUncounted, usedByAnswer } from "./used-by-answer.ts";
import { visibleOutput } from "./visible-output.ts";

export interface LaneAdmissionOptions {
  redis: Redis;
  queue: LaneQueue;
  /** What the operator configured. */
  limits: Omit<LimitsSource, "learned">;
  burstSeconds: number;
  /** Answers that are watched at once. */
  watchedMax: number;
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

interface Beginning extends Pick<SentAttempt, "levelsAtStart"> {
  estimatedTokens: number;
  isWatched: boolean;
}

/** An admitted attempt: to be settled with what came of it, or released when it was not sent. */
export interface Permit {
  admitted: true;
  waitedMs: number;
  estimated: ExpectedCost;
  /** What wants to be told of the answer before it is there. From then on {@link settle} has to be called. */
  follow(): AnswerFollower;
  settle(answer: ClaudeAnswer): Promise<void>;
  release(): Promise<void>;
}

/** Why an attempt was not admitted; `aborted`: its signal, or the stop of the lane. */
export type NotAdmitted = Exclude<Admission, { admitted: true }>;

/** A reservation outlives its attempt by this long, for a worker that is alive but slow. */
const leaseMarginMs = 30_000;

export class LaneAdmission {
  readonly #redis: Redis;
  readonly #laneName: string;
  readonly #burstSeconds: number;
  readonly #log: Logger;
  readonly #warn: ReturnType<typeof warnSparingly>;
  readonly #line = new AdmissionLine();
  readonly #watch: AnswerWatch;
  readonly #knowledge: LaneKnowledge;
  readonly #paceKeeper: PaceKeeper;

  constructor({ redis, queue, limits, burstSeconds, watchedMax, log }: LaneAdmissionOptions) {
    this.#redis = redis;
    this.#laneName = queue.name;
    this.#burstSeconds = burstSeconds;
    this.#log = log;
    this.#warn = warnSparingly(log);
    this.#knowledge = new LaneKnowledge({ redis, laneName: queue.name, limits, burstSeconds, log });
    const knowledge = this.#knowledge;
    this.#watch = new AnswerWatch({
      redis,
      laneName: queue.name,
      sizes: () => knowledge.sizes,
      charactersPerToken: () => knowledge.charactersPerToken,
      watchedMax,
      log,
    });
    this.#paceKeeper = new PaceKeeper({ redis, queue, knowledge: this.#knowledge, burstSeconds, waiting: () => this.#line.waiting, log });
  }

  /** Sets the lane's pace, and goes on following what binds it. */
  async start(): Promise<void> {
    await this.#paceKeeper.start();
  }

  /** Admits nobody any more; who waits is sent back at once. */
  async stop(): Promise<void> {
    this.#line.close();
    await this.#paceKeeper.stop();
  }

  /** Waits until the attempt fits all budgets of the lane, or says that the wait is too long to hold a slot for. */
  async admit({ attemptId, tenant, params, timeoutMs }: Applicant, signal: AbortSignal): Promise<Permit | NotAdmitted> {
    const redis = this.#redis;
    const laneName = this.#laneName;
    const size: RequestSize = { laneName, tenant, characters: inputCharacters(params), maxTokens: params.max_tokens };
    // Estimated again at each asking: a first answer may have taught how large answers are.
    let estimated: ExpectedCost = { inputTokens: 0, outputTokens: 0, durationMs: 0, overdueAfterMs: 0 };
    let levelsAtStart: Levels | undefined;
    let sentAtMs = 0;
    const admission = await this.#line.admit(async () => {
      estimated = await expectedCost(redis, size);
      const { sizesToReserve: sizes, counting, usual } = this.#knowledge;
      const needs = needsOf({
        cost: estimated,
        sizes,
        way: counting.way,
        answers: usual?.answers ?? 0,
        answerMs: usual?.durationMs ?? 0,
        isWatched: this.#knowledge.isWatched,
        isCold: this.#knowledge.isCold,
      });
      const reply = await reserve(redis, { laneName, attemptId, cost: estimated, sizes, needs, leaseMs: timeoutMs + leaseMarginMs });
      if (reply.admitted) levelsAtStart = reply.levels;
      sentAtMs = performance.now();
      return reply;
    }, signal);
    if (!admission.admitted) return admission;
    return {
      admitted: true,
      waitedMs: admission.waitedMs,
      estimated,
      follow: () => this.#follow({ attemptId, size, estimated, levelsAtStart }),
      settle: (answer) => this.#settle({ attemptId, size, estimated, levelsAtStart, durationMs: performance.now() - sentAtMs }, answer),
      release: async () => {
        await release(redis, { laneName, attemptId, sizes: this.#knowledge.sizes });
        this.#line.wake();
      },
    };
  }

  /** Where it is not counted while it is written, or few tokens are no matter, the answer need not be watched. */
  #follow({ attemptId, size, estimated, levelsAtStart }: Omit<SentAttempt, "durationMs">): AnswerFollower {
    const { counting, limits } = this.#knowledge;
    const isWatched = counting.way === "produced" && outputMayBind(estimated, limits) && this.#watch.hasRoom;
    return {
      onHeaders: (headers) => void this.#noteBeginning(headers, { levelsAtStart, estimatedTokens: estimated.outputTokens, isWatched }),
      onProgress: isWatched ? this.#watch.begin({ attemptId, estimated, maxTokens: size.maxTokens }) : undefined,
    };
  }

  /** The headers of an answer that is streamed are there before its output. */
  async #noteBeginning(headers: Headers, { levelsAtStart, estimatedTokens, isWatched }: Beginning): Promise<void> {
    const knowledge = this.#knowledge;
    try {
      const { limitsLearned, told } = this.#hear(headers, true);
      await limitsLearned;
      if (levelsAtStart === undefined) return;
      const { sizes, counting } = knowledge;
      const range = told.outputOfOurs;
      const believed = range && believedAtStart(range, counting, sizes.outputTokens.capacity, isWatched && knowledge.seesOthers);
      const believable = { ...told.levels, ...believed };
      if (Object.keys(believable).length === 0) return;
      await followLevels(this.#redis, { laneName: this.#laneName, sizes, believable, levelsAtStart });
      if (range?.least === undefined) return;
      await knowledge.noteTold({ levelsAtStart, estimatedTokens }, levelsAtStart, { least: range.least, most: range.most });
    } catch (error) {
      this.#warn({ event: "budget.not_noted", lane: this.#laneName, error: error instanceof Error ? error.message : String(error) });
    }
  }

  /**
   * Takes in the limits that headers tell; resolves when other workers can read them.
   *
   * @param isMessage headers of an error may leave limits out that are there
   */
  #hear(headers: Headers | undefined, isMessage: boolean): { limitsLearned: Promise<void>; told: Told } {
    const seen = readRateLimitHeaders(headers);
    const limitsLearned = this.#knowledge.learnLimits({ ...(isMessage && headers && absentLimits(headers)), ...limitsOf(seen) });
    return { limitsLearned, told: toldByHeaders(seen, this.#knowledge.limits, this.#burstSeconds) };
  }

  async #settle({ attemptId, size, estimated, levelsAtStart, durationMs }: SentAttempt, answer: ClaudeAnswer): Promise<void> {
    const redis = this.#redis;
    const laneName = this.#laneName;
    const knowledge = this.#knowledge;
    const watched = this.#watch.end(attemptId);
    const isMessage = answer.kind === "message";
    const wasRefused = answer.kind === "error" && answer.status === 429;
    knowledge.noteAnswer(answer.kind !== "error" || wasRefused || !isUncounted(answer));
    // Of one that thought it was partly guessed.
    if (isMessage) knowledge.noteWatched(watched?.progress?.hiddenMs === 0);
    const isBroken = answer.kind === "no_answer" && answer.reason === "incomplete";
    if (watched !== undefined && (isMessage || isBroken)) this.#watch.noteOutcome(isMessage);
    const { limitsLearned, told } = this.#hear(newHeadersOf(answer), isMessage);
    const { sizes, counting } = knowledge;
    const { outputOfOurs } = told;
    const mayBeOutput = mayBeRefusedForOutput(answer, told.output, sizes.outputTokens.capacity);
    const believed = outputOfOurs && believedOutput(outputOfOurs, counting, sizes.outputTokens.capacity);
    const believable = { ...told.levels, ...(mayBeOutput ? believedWhenRefused(believed ?? {}, counting) : believed) };
    const outputWasEmpty = wasRefusedForOutput(answer) && knowledge.seesOthers;
    const used = usedByAnswer(answer, estimated, { maxTokens: size.maxTokens, written: watched?.written });
    const visible = isMessage && used !== null ? visibleOutput(answer.message, used.outputTokens, watched?.progress) : undefined;
    const refilledTokens = (sizes.inputTokens.refillPerSecond * durationMs) / 1_000;
    const charged =
      isMessage && used !== null ? chargedFor(used, estimated, { answers: knowledge.usual?.answers ?? 0, refilledTokens }) : used;
    try {
      const [settled] = await Promise.all([
        settle(redis, { laneName, attemptId, used: charged, sizes, believable, levelsAtStart, outputWasEmpty }),
        limitsLearned,
        countRequest(redis, laneName, outcomeOf(answer), isMessage && used !== null ? { estimated, used } : undefined),
        ...(isMessage && used !== null ? [learnUsage(redis, size, { ...used, durationMs, visible }, estimated.durationMs)] : []),
        ...(wasRefused ? [knowledge.slowDown()] : []),
      ]);
      if (!settled.wasHeld) this.#log.warn({ event: "budget.lease_ended", lane: laneName, attemptId, ...used });
      if (levelsAtStart === undefined) return;
      const sent = { levelsAtStart, estimatedTokens: estimated.outputTokens };
      if (isMessage || mayBeOutput) await knowledge.noteOutcome(sent, isMessage ? "let_in" : "refused");
      if (settled.wasHeld && outputOfOurs?.least !== undefined) {
        await knowledge.noteTold(sent, settled.reckoned, { least: outputOfOurs.least, most: outputOfOurs.most });
      }
    } finally {
      this.#line.wake();
    }
  }
}

/** The headers of a stream were noted when it began. */
function newHeadersOf(answer: ClaudeAnswer): Headers | undefined {
  if (answer.kind === "message") return answer.isStreamed ? undefined : answer.headers;
  return answer.kind === "error" && answer.status !== undefined ? answer.headers : undefined;
}

function outcomeOf(answer: ClaudeAnswer): RequestOutcome {
  switch (answer.kind) {
    case "message":
      return "answered";
    case "error":
      return answer.status === 429 ? "rate_limited" : "error";
    default:
      return answer.kind;
  }
}
