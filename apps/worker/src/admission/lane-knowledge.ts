import { budgetSizes } from "@sluice/shared/budgets/budgets";
import type { BudgetSizes, LevelRange, Levels } from "@sluice/shared/budgets/budgets";
import {
  concludeCounting,
  documentedCounting,
  fewAnswers,
  noEvidence,
  withOutcome,
  withTold,
} from "@sluice/shared/budgets/output-counting";
import type { CountingEvidence, Foreseen, OutputCounting, Reckoned } from "@sluice/shared/budgets/output-counting";
import { charactersPerTokenAtFirst } from "@sluice/shared/estimates/estimate-cost";
import { usualCost } from "@sluice/shared/estimates/usage-store";
import type { UsualCost } from "@sluice/shared/estimates/usage-store";
import { readLearnedLimits, writeCounting, writeEvidence, writeLearnedLimits, writeSlowdown } from "@sluice/shared/lanes/lane-limits";
import { effectiveLimits } from "@sluice/shared/limits/effective-limits";
import type { LimitsSource } from "@sluice/shared/limits/effective-limits";
import { afterRefusal, sameEventMs, slowFactor } from "@sluice/shared/limits/slow-down";
import type { Slowdown } from "@sluice/shared/limits/slow-down";
import { limitNames } from "@sluice/shared/limits/tiers";
import type { LaneLimits } from "@sluice/shared/limits/tiers";
import type { Logger } from "@sluice/shared/logging/logger";
import type { Redis } from "ioredis";

export interface LaneKnowledgeOptions {
  redis: Redis;
  laneName: string;
  /** What the operator configured, see {@link effectiveLimits}. */
  limits: Omit<LimitsSource, "learned">;
  burstSeconds: number;
  log: Logger;
}

/** A first request is held up by about so much, see needs.ts. */
const coldRequestMs = 200;

/** After this long what is documented is tried again: the way that is waited for hides what would speak against it. */
const undocumentedForMs = 3_600_000;

/** What is known of a request from when it was sent. */
type SentRequest = Pick<Foreseen, "levelsAtStart" | "estimatedTokens">;

/** Weight of one answer in the mean of uncounted ones: it follows within a hundred answers. */
const uncountedWeight = 0.02;

/** The same in the mean of watched ones, and what it must be: sixteen in a row begin it, three others end it. */
const watchedWeight = 0.1;
const watchedShareMin = 0.8;

/**
 * What this process knows of a lane: its limits, what its requests usually cost, and how Claude counts. What answers teach is written
 * for the other workers of the lane, and what these have learned is read by {@link refresh}.
 */
export class LaneKnowledge {
  readonly #options: LaneKnowledgeOptions;
  #learned: Partial<LaneLimits> = {};
  #slowed: Slowdown | undefined;
  /** As it was last told, by the clock of whoever wrote it. */
  #slowedToldMs: number | undefined;
  #usual: UsualCost | undefined;
  #counting = documentedCounting;
  /** undefined until what others have seen was read */
  #evidence: CountingEvidence | undefined;
  #evidenceWritten: CountingEvidence | undefined;
  #refusedAtMs = -Infinity;
  #hasAnswer = false;
  #uncounted = 0;
  #watched = 0;

  constructor(options: LaneKnowledgeOptions) {
    this.#options = options;
  }

  /** The limits the lane keeps to now. */
  get limits(): LaneLimits {
    return effectiveLimits({ ...this.#options.limits, learned: this.#learned });
  }

  get sizes(): BudgetSizes {
    return budgetSizes(this.limits, this.#options.burstSeconds);
  }

  /**
   * The same for what is asked of them: until its first answer a process, whose first request may be late, leaves more time before the second one where
   * nothing of a burst of requests is kept in hand.
   */
  get sizesToReserve(): BudgetSizes {
    const { sizes } = this;
    const { capacity, refillPerSecond } = sizes.requests;
    if (!this.isCold || capacity >= 2) return sizes;
    return { ...sizes, requests: { capacity, refillPerSecond: 1_000 / (1_000 / refillPerSecond + coldRequestMs) } };
  }

  /** Whether this process has had no answer of the lane yet. */
  get isCold(): boolean {
    return !this.#hasAnswer;
  }

  /** undefined before the lane's first answer */
  get usual(): UsualCost | undefined {
    return this.#usual;
  }

  /** Of what is visible in the lane's answers. */
  get charactersPerToken(): number {
    return this.#usual?.charactersPerToken ?? charactersPerTokenAtFirst;
  }

  /** How Claude is taken to count output. */
  get counting(): OutputCounting {
    return this.#counting;
  }

  /** Running mean of the requests that Claude answered without counting them, from 0 to 1. */
  get uncounted(): number {
    return this.#uncounted;
  }

  /** Whether this process sees answers of the lane while they are written. */
  get isWatched(): boolean {
    return this.#watched > watchedShareMin;
  }

  /** Whether what Claude's bucket holds less than ours is somebody else's use: neither guessed wrong by us, nor counted in a way that is not known yet. */
  get seesOthers(): boolean {
    return this.isWatched && (this.#usual?.answers ?? 0) >= fewAnswers;
  }

  /** The part of its pace that the lane may use after refusals. */
  get slowFactor(): number {
    return slowFactor(this.#slowed, Date.now());
  }

  async refresh(): Promise<void> {
    const { redis, laneName } = this.#options;
    const [known, usual] = await Promise.all([readLearnedLimits(redis, laneName), usualCost(redis, laneName)]);
    this.#learned = known.learned;
    // Written by a worker whose clock is ahead, it begins when it is first read: else nothing would come back until then.
    if (known.slowed?.atMs !== this.#slowedToldMs) {
      this.#slowedToldMs = known.slowed?.atMs;
      this.#slowed = known.slowed && { ...known.slowed, atMs: Math.min(known.slowed.atMs, Date.now()) };
    }
    this.#counting = known.counting;
    this.#usual = usual;
    if (this.#evidence === undefined) {
      this.#evidence = this.#evidenceWritten = known.evidence ?? noEvidence();
    } else if (known.counting.way !== documentedCounting.way && Math.abs(Date.now() - known.concludedAtMs) > undocumentedForMs) {
      this.#evidence = noEvidence();
      await this.#change(documentedCounting);
    }
    if (this.#evidence === this.#evidenceWritten) return;
    this.#evidenceWritten = this.#evidence;
    await writeEvidence(redis, laneName, this.#evidence);
  }

  /** @param wasCounted false: Claude answered without counting the request */
  noteAnswer(wasCounted: boolean): void {
    this.#hasAnswer = true;
    this.#uncounted += ((wasCounted ? 0 : 1) - this.#uncounted) * uncountedWeight;
  }

  noteWatched(wasWatched: boolean): void {
    this.#watched += ((wasWatched ? 1 : 0) - this.#watched) * watchedWeight;
  }

  /** Takes the limits that an answer told. They apply at once; resolves when the other workers can read them. */
  async learnLimits(told: Partial<LaneLimits>): Promise<void> {
    const { redis, laneName, log } = this.#options;
    const isNews = (name: keyof LaneLimits): boolean => told[name] !== undefined && told[name] !== this.#learned[name];
    const news: Partial<LaneLimits> = Object.fromEntries(
      Object.values(limitNames)
        .filter(isNews)
        .map((name) => [name, told[name]]),
    );
    if (Object.keys(news).length === 0) return;
    Object.assign(this.#learned, news);
    await writeLearnedLimits(redis, laneName, news);
    log.info({ event: "lane.limits_learned", lane: laneName, ...news });
  }

  /** Claude refused a request: the lane slows down. */
  async slowDown(): Promise<void> {
    const slowed = afterRefusal(this.#slowed, Date.now());
    if (slowed === undefined) return;
    this.#slowed = slowed;
    this.#slowedToldMs = slowed.atMs;
    await writeSlowdown(this.#options.redis, this.#options.laneName, slowed.factor, slowed.atMs);
  }

  /** A request was let in by Claude, or refused by a limit that may have been the one of output. */
  async noteOutcome(sent: SentRequest, outcome: "let_in" | "refused"): Promise<void> {
    if (outcome === "refused") {
      // Requests that left together are refused together: that is seen once.
      if (Date.now() - this.#refusedAtMs < sameEventMs) return;
      this.#refusedAtMs = Date.now();
    }
    await this.#conclude(withOutcome(this.#evidence ?? noEvidence(), this.#foreseen(sent), outcome));
  }

  /** Claude said between which levels its bucket of output is; `levels` are ours by our own reckoning, when it may have said so at the latest. */
  async noteTold(sent: SentRequest, levels: Levels, range: Required<LevelRange>): Promise<void> {
    const reckoned: Reckoned = { ...this.#foreseen(sent), levels };
    await this.#conclude(withTold(this.#evidence ?? noEvidence(), reckoned, range));
  }

  #foreseen(sent: SentRequest): Foreseen {
    return { ...sent, burst: this.sizes.outputTokens.capacity, answers: this.#usual?.answers ?? 0 };
  }

  /** Resolves when the other workers can read what is concluded. */
  async #conclude(evidence: CountingEvidence): Promise<void> {
    this.#evidence = evidence;
    const before = this.#counting;
    const now = concludeCounting(evidence, before);
    if (now.way !== before.way || now.tellsOfAnswer !== before.tellsOfAnswer) await this.#change(now);
  }

  async #change(counting: OutputCounting): Promise<void> {
    const { redis, laneName, log } = this.#options;
    this.#counting = counting;
    await writeCounting(redis, laneName, counting, Date.now());
    log.info({ event: "lane.counting_learned", lane: laneName, ...counting });
  }
}
