// How the client speaks with Sluice: one call with its retries.
import { SluiceConnectionError, SluiceError } from "../errors.ts";
import type { Issue } from "../errors.ts";
import { readRetryAfter, retryAfterMs } from "./retry.ts";

export interface SluiceOptions {
  /** Where Sluice is reached, like `http://localhost:3000`. */
  url: string;
  apiKey: string;
  /** How often a call is tried again after a 429, a 503 or a broken connection; 5 unless given. */
  retriesMax?: number | undefined;
  /** How long an answer may take to begin, in ms; 100,000 unless given, since Sluice holds some back for a minute. */
  timeoutMs?: number | undefined;
  /** Is told of each failure that is followed by another try. */
  onRetry?: ((error: Error, waitMs: number) => void) | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, its waits and its retries. */
  signal?: AbortSignal | undefined;
}

export interface Request extends CallOptions {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  query?: object | undefined;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  json?: unknown;
  /** A body that is made anew for each try. */
  body?: () => ReadableStream<Uint8Array>;
  /** Whether a second one does no harm when the first one arrived; a GET never does. */
  repeatable?: boolean;
  /** The body can be sent only once: there is no second try at all. */
  isOnce?: boolean;
}

export class Http {
  readonly url: string;
  readonly #options: SluiceOptions & { retriesMax: number; timeoutMs: number };

  constructor({ url, apiKey, retriesMax, timeoutMs, onRetry }: SluiceOptions) {
    this.url = url.replace(/\/+$/, "");
    this.#options = { url: this.url, apiKey, retriesMax: retriesMax ?? 5, timeoutMs: timeoutMs ?? 100_000, onRetry };
  }

  /** @throws SluiceError, SluiceConnectionError, the signal's reason */
  async json<Answer>(request: Request): Promise<Answer> {
    return await this.#withRetries(request, async (response): Promise<Answer> => JSON.parse(await response.text()));
  }

  /** For answers without a body. */
  async done(request: Request): Promise<void> {
    await this.#withRetries(request, async (response) => await response.body?.cancel());
  }

  /** The answer's head; its body is read by the caller. Only the head is tried for again. */
  async stream(request: Request): Promise<Response> {
    return await this.#withRetries(request, async (response) => response);
  }

  /** Waits, and counts for the retries: {@link SluiceOptions.onRetry} is told. @returns whether there is another try */
  async waitForRetry(
    error: unknown,
    retries: number,
    { signal, repeatable = true }: Pick<Request, "signal" | "repeatable">,
  ): Promise<boolean> {
    if (retries >= this.#options.retriesMax) return false;
    const waitMs = retryAfterMs({ error, retries, repeatable, random: Math.random() });
    if (waitMs === undefined) return false;
    if (error instanceof Error) this.#options.onRetry?.(error, waitMs);
    await sleep(waitMs, signal);
    return true;
  }

  connectionError(cause: unknown): SluiceConnectionError {
    return new SluiceConnectionError(this.url, cause);
  }

  async #withRetries<Answer>(request: Request, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    const repeatable = request.repeatable ?? (request.method ?? "GET") === "GET";
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.#once(request, read);
      } catch (error) {
        if (request.isOnce === true) throw error;
        if (!(await this.waitForRetry(error, retries, { signal: request.signal, repeatable }))) throw error;
      }
    }
  }

  async #once<Answer>(request: Request, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    const { method = "GET", path, query = {}, headers = {}, json, body, signal } = request;
    signal?.throwIfAborted();
    const late = new AbortController();
    // An upload may take as long as it likes.
    const timer =
      body === undefined
        ? setTimeout(() => late.abort(new Error(`it did not answer within ${this.#options.timeoutMs} ms`)), this.#options.timeoutMs)
        : undefined;
    try {
      const response = await fetch(`${this.url}${path}${queryText(query)}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#options.apiKey}`,
          ...(json !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(body !== undefined && { body: body(), duplex: "half" }),
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
        redirect: "manual",
      });
      if (!response.ok) throw await errorOf(response);
      return await read(response);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SluiceError || error instanceof SyntaxError) throw error;
      throw new SluiceConnectionError(this.url, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function queryText(query: object): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) pairs.append(name, String(value));
  return pairs.size === 0 ? "" : `?${pairs.toString()}`;
}

interface ProblemText {
  code?: string;
  title?: string;
  detail?: string;
  request_id?: string;
  issues?: Issue[];
}

async function errorOf(response: Response): Promise<SluiceError> {
  const text = await response.text();
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
  const problem: ProblemText = isProblem ? JSON.parse(text) : {};
  return new SluiceError(problem.detail ?? problem.title ?? `Something that is not Sluice answered ${response.status}.`, {
    status: response.status,
    code: problem.code ?? "unknown",
    issues: problem.issues ?? [],
    requestId: problem.request_id ?? response.headers.get("x-request-id") ?? undefined,
    retryAfterMs: readRetryAfter(response.headers.get("retry-after"), Date.now()),
  });
}

/** @throws the signal's reason */
async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
