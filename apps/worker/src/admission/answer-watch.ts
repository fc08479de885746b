import { noteWritten } from "@sluice/shared/budgets/note-written";
import type { SeenWriting } from "@sluice/shared/budgets/note-written";
import type { BudgetSizes, ExpectedCost } from "@sluice/shared/budgets/budgets";
import { writingPerSecond } from "@sluice/shared/budgets/needs";
import type { LaneLimits } from "@sluice/shared/limits/tiers";
import type { Logger } from "@sluice/shared/logging/logger";
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
export interface Watched {
  attemptId: string;
  estimated: ExpectedCost;
  maxTokens: number;
}

interface UnderWay extends Watched {
  /** undefined until something is seen of it. */
  progress: AnswerProgress | undefined;
}

/** How often what is seen is told: less than half of a strict limit's one second of burst. */
const intervalMs = 200;

/** An answer of which no more is told, because its worker is gone, is taken to go on for so long. */
const goesOnMs = 2_000;

/** Part of the output limit from which on it is followed how answers are written. */
const watchedFromShare = 0.5;

/** Whether the lane's output limit may bind: with answers like this one, as many as the limit of requests allows would need half of it or more. */
export function outputMayBind({ outputTokens }: Pick<ExpectedCost, "outputTokens">, limits: LaneLimits): boolean {
  return outputTokens * limits.requestsPerMinute >= limits.outputTokensPerMinute * watchedFromShare;
}

/** Follows a lane's answers while they are streamed, and tells the budgets what of them is there. */
export class AnswerWatch {
  readonly #options: AnswerWatchOptions;
  readonly #underWay = new Map<string, UnderWay>();
  #isTelling = false;

  constructor(options: AnswerWatchOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#underWay.size < this.#options.watchedMax;
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

  /** @returns what was seen of the attempt's answer; undefined: nothing */
  end(attemptId: string): { progress: AnswerProgress; seen: Seen } | undefined {
    const underWay = this.#underWay.get(attemptId);
    this.#underWay.delete(attemptId);
    if (underWay?.progress === undefined) return undefined;
    return { progress: underWay.progress, seen: this.#seen(underWay, underWay.progress, performance.now()) };
  }

  #tellSoon(): void {
    this.#isTelling = this.#underWay.size > 0;
    if (this.#isTelling) setTimeout(() => void this.#tell(), intervalMs);
  }

  async #tell(): Promise<void> {
    const { redis, laneName, sizes, log } = this.#options;
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
      log.warn({ event: "budget.not_noted", lane: laneName, error });
    }
    this.#tellSoon();
  }

  #seen({ estimated, maxTokens }: Watched, progress: AnswerProgress, nowMs: number): Seen {
    const charactersPerToken = this.#options.charactersPerToken();
    return seenWriting(progress, { charactersPerToken, tokensPerSecond: writingPerSecond(estimated), maxTokens }, nowMs);
  }
}
