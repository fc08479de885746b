// Follows a lane's answers while they are streamed, and tells the budgets what of them is there.
//
// Invariants
//   W1 Every watch that is begun is ended, before its attempt is settled: nothing is kept of an attempt that is over.
//   W2 What is told after an attempt was settled changes nothing (note-written.lua).
//   W3 Without a word from here the budgets go by what is expected: a look is never waited for.
import { noteWritten } from "@sluice/shared/budgets/note-written";
import type { SeenWriting } from "@sluice/shared/budgets/note-written";
import type { BudgetSizes, ExpectedCost } from "@sluice/shared/budgets/budgets";
import { writingPerSecond } from "@sluice/shared/budgets/needs";
import type { LaneLimits } from "@sluice/shared/limits/tiers";
import type { Logger } from "@sluice/shared/logging/logger";
import { warnSparingly } from "@sluice/shared/logging/warn-sparingly";
import type { Redis } from "ioredis";
import type { AnswerProgress } from "../provider/answer-progress.ts";
import { seenWriting } from "./seen-writing.ts";
import type { Seen } from "./seen-writing.ts";

export interface AnswerWatchOptions {
  redis: Redis;
  laneName: string;
  sizes: () => BudgetSizes;
  charactersPerToken: () => number;
  /** Answers that are watched at once: each is a stream, whose pieces take processor time. The more are under way, the less one of them matters. */
  watchedMax: number;
  log: Logger;
}

/** An attempt whose answer is watched. */
interface Watched {
  attemptId: string;
  estimated: ExpectedCost;
  maxTokens: number;
}

interface UnderWay extends Watched {
  /** undefined until something is seen of it. */
  progress: AnswerProgress | undefined;
}

/** What was seen of an answer. */
interface Ended {
  /** undefined: nothing */
  progress: AnswerProgress | undefined;
  /** Tokens. */
  written: number;
}

/** How often what is seen is told: less than half of a strict limit's one second of burst. */
const intervalMs = 200;

/** An answer of which no more is told, because its worker is gone, is taken to go on for so long. */
const goesOnMs = 2_000;

/** So many broken streams in a row, and nothing is watched for so long. */
const brokenInARowMax = 3;
const pauseMs = 600_000;

/** Part of the output limit from which on it is followed how answers are written. */
const watchedFromShare = 0.5;

/** Whether the lane's output limit may bind: with answers like this one, as many as the limit of requests allows would need half of it or more. */
export function outputMayBind({ outputTokens }: Pick<ExpectedCost, "outputTokens">, limits: LaneLimits): boolean {
  return outputTokens * limits.requestsPerMinute >= limits.outputTokensPerMinute * watchedFromShare;
}

export class AnswerWatch {
  readonly #options: AnswerWatchOptions;
  readonly #underWay = new Map<string, UnderWay>();
  readonly #warn: ReturnType<typeof warnSparingly>;
  #isTelling = false;
  #brokenInARow = 0;
  #pausedUntilMs = 0;

  constructor(options: AnswerWatchOptions) {
    this.#options = options;
    this.#warn = warnSparingly(options.log);
  }

  /** Whether another answer may be watched. */
  get hasRoom(): boolean {
    return this.#underWay.size < this.#options.watchedMax && performance.now() >= this.#pausedUntilMs;
  }

  /**
   * A gateway may not know how to stream. After some answers in a row that were no whole ones none is asked for as a stream for a while.
   *
   * @param isWhole whether a watched answer was
   */
  noteOutcome(isWhole: boolean): void {
    this.#brokenInARow = isWhole ? 0 : this.#brokenInARow + 1;
    if (this.#brokenInARow < brokenInARowMax) return;
    this.#brokenInARow = 0;
    this.#pausedUntilMs = performance.now() + pauseMs;
    const { laneName, log } = this.#options;
    log.warn({ event: "lane.watch_paused", lane: laneName, error: `${brokenInARowMax} streams in a row were no whole answers`, pauseMs });
  }

  /** @returns to be told of the attempt's progress, until {@link end}, which has to follow */
  begin(watched: Watched): (progress: AnswerProgress) => void {
    const underWay: UnderWay = { ...watched, progress: undefined };
    this.#underWay.set(watched.attemptId, underWay);
    if (!this.#isTelling) this.#tellSoon();
    return (progress) => {
      underWay.progress = progress;
    };
  }

  /** @returns undefined when the attempt is not watched */
  end(attemptId: string): Ended | undefined {
    const underWay = this.#underWay.get(attemptId);
    if (underWay === undefined) return undefined;
    this.#underWay.delete(attemptId);
    const { progress } = underWay;
    // What may have been written since it last showed something is not known.
    return { progress, written: progress === undefined ? 0 : this.#seen(underWay, progress, progress.lastEventAtMs).written };
  }

  #tellSoon(): void {
    this.#isTelling = this.#underWay.size > 0;
    if (this.#isTelling) setTimeout(() => void this.#tell(), intervalMs);
  }

  async #tell(): Promise<void> {
    const { redis, laneName, sizes } = this.#options;
    const nowMs = performance.now();
    const answers: SeenWriting[] = [];
    for (const underWay of this.#underWay.values()) {
      const { attemptId, progress } = underWay;
      if (progress !== undefined) answers.push({ attemptId, ...this.#seen(underWay, progress, nowMs) });
    }
    try {
      await noteWritten(redis, { laneName, answers, sizes: sizes(), goesOnMs });
    } catch (error) {
      // The budgets go by what is expected until Redis is back.
      this.#warn({ event: "budget.not_noted", lane: laneName, error: error instanceof Error ? error.message : String(error) });
    }
    this.#tellSoon();
  }

  #seen({ estimated, maxTokens }: Watched, progress: AnswerProgress, nowMs: number): Seen {
    const charactersPerToken = this.#options.charactersPerToken();
    const { overdueAfterMs } = estimated;
    return seenWriting(progress, { charactersPerToken, tokensPerSecond: writingPerSecond(estimated), overdueAfterMs, maxTokens }, nowMs);
  }
}
