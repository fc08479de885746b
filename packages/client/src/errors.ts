import type { Schemas } from "./generated/api-types.ts";

export type Issue = NonNullable<Schemas["Problem"]["issues"]>[number] & { line?: number | undefined };

interface ErrorDetails {
  status: number;
  code: string;
  issues: readonly Issue[];
  requestId: string | undefined;
  retryAfterMs: number | undefined;
}

/** Sluice refused a call. `message` is for people; programs use `code` (docs/errors.md) and `issues`. */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
  readonly status: number;
  /** A code of docs/errors.md; `unknown` when something else than Sluice answered. */
  readonly code: string;
  /** What does not fit, by field, parameter, header or line. */
  readonly issues: readonly Issue[];
  /** Under which the log of Sluice has the call. */
  readonly requestId: string | undefined;
  /** How long the answer asked to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { status, code, issues, requestId, retryAfterMs }: ErrorDetails) {
    super(message);
    this.status = status;
    this.code = code;
    this.issues = issues;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer came: nobody listens there, the connection broke, or the time was up. */
export class SluiceConnectionError extends Error {
  override readonly name = "SluiceConnectionError";
  /** Where Sluice was looked for. */
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`Sluice could not be reached at ${url}: ${reasonOf(cause)}.`, { cause });
    this.url = url;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the name cannot be looked up at this moment",
  ECONNRESET: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_CONNECT_TIMEOUT: "the connection was not taken in time",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak https",
  ETIMEDOUT: "the connection was not taken in time",
};

function reasonOf(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
    const known = code === undefined ? undefined : reasons[code];
    if (known !== undefined) return known;
    // "fetch failed" says nothing; its cause does.
    if (!(error.cause instanceof Error)) return error.message.trim() || code || "the connection failed";
  }
  return "the connection failed";
}
