import type { Range } from "./answers/random.ts";
import type { FaultRates } from "./faults/fault-plan.ts";
import type { Exchange } from "./inspection/exchange.ts";
import type { Limits } from "./limits/limits.ts";
import type { RemainingMeaning } from "./limits/rate-limit-headers.ts";

/** How a simulator behaves. What is left out is as {@link defaultOptions} says. */
export interface SimulatorOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Of every pool, until it is changed by the control. */
  limits: Limits;
  countTokensRequestsPerMinute: number;
  /** Whether a 429 of a token limit uses up a request. */
  refusalsUseRequests: boolean;
  remaining: RemainingMeaning;
  /** Time from admission (or release) to the last byte of an answer, drawn evenly. */
  latencyMs: Range;
  /** What the fault `slow` adds to it. */
  slowMs: number;
  /** Size of answers; undefined: that of their text. Never above a request's `max_tokens`. */
  outputTokens: Range | undefined;
  /** Of the real count; the estimate at admission always uses the published 2.5. */
  charactersPerToken: number;
  seed: string;
  /** Keys that are accepted; undefined: any. */
  apiKeys: readonly string[] | undefined;
  /** Whether a model that is not in the list gets a pool of its own, or a 404. */
  acceptUnknownModels: boolean;
  faultRates: FaultRates;
  /** JSON lines with `question` and `answer`; undefined: no question is known. */
  questionsFile: string | undefined;
  bodyBytesMax: number;
  /** Called when a request of `POST /v1/messages` is over. */
  onEnded: ((exchange: Readonly<Exchange>) => void) | undefined;
  /** Called with errors of the simulator's own; the client gets a 500. */
  onError: ((error: unknown) => void) | undefined;
}

/** Limits of the smallest tier in the older scheme, strict: one second of refill. */
export const defaultLimits: Limits = {
  requestsPerMinute: 50,
  inputTokensPerMinute: 30_000,
  outputTokensPerMinute: 8000,
  burstSeconds: 1,
};

export const defaultOptions: SimulatorOptions = {
  host: "127.0.0.1",
  port: 0,
  limits: defaultLimits,
  countTokensRequestsPerMinute: 100,
  refusalsUseRequests: false,
  remaining: "limit",
  latencyMs: { min: 200, max: 200 },
  slowMs: 10_000,
  outputTokens: undefined,
  charactersPerToken: 2.5,
  seed: "1",
  apiKeys: undefined,
  acceptUnknownModels: true,
  faultRates: {},
  questionsFile: undefined,
  bodyBytesMax: 32 * 1024 * 1024,
  onEnded: undefined,
  onError: undefined,
};
