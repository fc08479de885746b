import { type Fault, faults } from "../faults/fault.ts";
import { shareOfLimit } from "../limits/limit-use.ts";
import type { LimitName, Limits } from "../limits/limits.ts";
import type { Pool } from "../limits/pool.ts";
import type { Exchange } from "./exchange.ts";
import { type PromptCounts, PromptRepeats } from "./prompt-repeats.ts";
import { RequestLog } from "./request-log.ts";

interface LimitReport {
  used: number;
  refused: number;
  perMinute: number;
  /** Used ÷ what a full bucket could have given from the first to the last use; null before the first. */
  share: number | null;
}

interface PoolReport {
  organizationId: string;
  pool: string;
  burstSeconds: Limits["burstSeconds"];
  limits: Record<LimitName, LimitReport>;
}

export interface StatsReport {
  countingSince: string;
  /** Requests by endpoint, whatever they were answered; `streamed` are those of `messages` with `stream: true`. */
  requests: Record<RequestKind, number>;
  /** Complete answers of `POST /v1/messages` by status. */
  answers: Record<string, number>;
  /** 429s by the limit that refused; planned 429s are among the `faults`. */
  rateLimited: Record<LimitName | "countTokens", number>;
  faults: Partial<Record<Fault, number>>;
  /** Clients that left before their answer was complete; `abortedWhileHeld` are among them. */
  aborted: number;
  abortedWhileHeld: number;
  held: number;
  inFlight: number;
  inFlightMax: number;
  firstRequestAt: string | null;
  lastRequestAt: string | null;
  lastAnswerAt: string | null;
  prompts: PromptCounts;
  pools: PoolReport[];
}

export type RequestKind = "messages" | "streamed" | "countTokens" | "models";

/** Counts since the start or the last reset. A request counts where it began: one that ends after a reset is forgotten. */
export class Stats {
  readonly requests: Record<RequestKind, number> = { messages: 0, streamed: 0, countTokens: 0, models: 0 };
  readonly log: RequestLog;
  countTokensRefused = 0;
  readonly #startedAtMs: number;
  readonly #answers = new Map<number, number>();
  readonly #rateLimited: Record<LimitName, number> = { requests: 0, inputTokens: 0, outputTokens: 0 };
  readonly #faults = new Map<Fault, number>();
  readonly #prompts = new PromptRepeats();
  #aborted = 0;
  #abortedWhileHeld = 0;
  #inFlight = 0;
  #inFlightMax = 0;
  #firstRequestAtMs: number | null = null;
  #lastRequestAtMs: number | null = null;
  #lastAnswerAtMs: number | null = null;

  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
    this.log = new RequestLog();
  }

  /** A `POST /v1/messages` has arrived. */
  arrived(exchange: Exchange): void {
    this.requests.messages += 1;
    this.#inFlight += 1;
    this.#inFlightMax = Math.max(this.#inFlightMax, this.#inFlight);
    this.#firstRequestAtMs ??= exchange.arrivedAtMs;
    this.#lastRequestAtMs = exchange.arrivedAtMs;
    this.log.add(exchange);
  }

  /** Its prompt is known and valid. Returns how often it was seen before. */
  seen(promptHash: string): number {
    return this.#prompts.add(promptHash, "seen") - 1;
  }

  admitted(promptHash: string): void {
    this.#prompts.add(promptHash, "admitted");
  }

  /** It is over, with all fields of the exchange filled in. */
  ended(exchange: Exchange): void {
    const { outcome, status, fault, limitedBy, promptHash, endedAtMs } = exchange;
    this.#inFlight -= 1;
    if (fault) addOne(this.#faults, fault);
    if (limitedBy) this.#rateLimited[limitedBy] += 1;
    if ((outcome === "answered" || outcome === "refused") && status !== null) {
      addOne(this.#answers, status);
      this.#lastAnswerAtMs = endedAtMs;
    }
    if (outcome === "answered" && promptHash !== null) this.#prompts.add(promptHash, "answered");
    if (outcome !== "aborted") return;
    this.#aborted += 1;
    if (exchange.held) this.#abortedWhileHeld += 1;
  }

  report({ held, pools }: { held: number; pools: Iterable<Pool> }): StatsReport {
    return {
      countingSince: isoTime(this.#startedAtMs),
      requests: { ...this.requests },
      answers: Object.fromEntries([...this.#answers].sort(([a], [b]) => a - b)),
      rateLimited: { ...this.#rateLimited, countTokens: this.countTokensRefused },
      faults: Object.fromEntries(faults.flatMap((fault) => (this.#faults.has(fault) ? [[fault, this.#faults.get(fault)]] : []))),
      aborted: this.#aborted,
      abortedWhileHeld: this.#abortedWhileHeld,
      held,
      inFlight: this.#inFlight,
      inFlightMax: this.#inFlightMax,
      firstRequestAt: this.#firstRequestAtMs === null ? null : isoTime(this.#firstRequestAtMs),
      lastRequestAt: this.#lastRequestAtMs === null ? null : isoTime(this.#lastRequestAtMs),
      lastAnswerAt: this.#lastAnswerAtMs === null ? null : isoTime(this.#lastAnswerAtMs),
      prompts: this.#prompts.counts(),
      pools: [...pools].map(reportPool),
    };
  }
}

function reportPool(pool: Pool): PoolReport {
  return {
    organizationId: pool.organizationId,
    pool: pool.name,
    burstSeconds: pool.limits.burstSeconds,
    limits: {
      requests: reportLimit(pool, "requests"),
      inputTokens: reportLimit(pool, "inputTokens"),
      outputTokens: reportLimit(pool, "outputTokens"),
    },
  };
}

function reportLimit({ use, shapes }: Pool, name: LimitName): LimitReport {
  const share = shareOfLimit(use[name], shapes[name]);
  return {
    used: Math.round(use[name].used),
    refused: use[name].refused,
    perMinute: shapes[name].perMinute,
    share: share === null ? null : Number(share.toFixed(4)),
  };
}

export function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

function addOne<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
