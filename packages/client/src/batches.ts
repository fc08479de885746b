import type { Schemas } from "./generated/api-types.ts";
import { followEvents } from "./http/follow-events.ts";
import type { CallOptions, Http } from "./http/http.ts";
import { compressedLines, readJsonLines } from "./http/json-lines.ts";
import type { Lines } from "./http/json-lines.ts";
import { listAll } from "./http/pages.ts";
import type { JobResult } from "./jobs.ts";

export type Batch = Schemas["Batch"];

/** A line of a batch, as the Message Batches API has it. */
export interface BatchLine {
  custom_id: string;
  params: Schemas["MessageParams"];
}

/** How one line ended. */
export interface BatchResult {
  custom_id: string;
  job_id: string;
  result: JobResult;
}

/** What holds for all of a batch. */
export interface BatchOptions {
  webhook_url?: string | undefined;
  priority?: Schemas["Job"]["priority"] | undefined;
  account?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
}

export interface CreateBatch extends CallOptions {
  options?: BatchOptions;
  /** The same key with the same lines is the same batch; made once per call unless given. */
  idempotencyKey?: string;
}

export type Estimate = Schemas["Estimate"];

export interface EstimateBatch extends CallOptions {
  account?: string | undefined;
  withinSeconds?: number | undefined;
}

export interface ReadResults extends CallOptions {
  filter?: JobResult["type"] | undefined;
  skip?: number | undefined;
}

export class Batches {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Hands in a batch, compressed and as a stream: however long it is, little of it is held here at a time.
   *
   * @param lines gives the lines, anew for each try: a call is repeated only when it is a function
   * @throws SluiceError with `issues` by line; nothing of the batch is kept then
   */
  async create(
    lines: Lines<BatchLine> | (() => Lines<BatchLine>),
    { options, idempotencyKey = crypto.randomUUID(), signal }: CreateBatch = {},
  ): Promise<Batch> {
    const isRepeatable = typeof lines === "function" || Array.isArray(lines);
    return await this.#http.json({
      method: "POST",
      path: "/v1/batches",
      query: { ...options, metadata: options?.metadata && JSON.stringify(options.metadata) },
      headers: { "content-type": "application/jsonl", "content-encoding": "gzip", "idempotency-key": idempotencyKey },
      body: () => compressedLines(typeof lines === "function" ? lines() : lines),
      repeatable: isRepeatable,
      isOnce: !isRepeatable,
      signal,
    });
  }

  /**
   * What lines come to before they are handed in: tokens, cost, and time under the limits of now and of every tier. Nothing is kept.
   *
   * @param withinSeconds asks for the smallest tier that ends them in this time
   */
  async estimate(lines: () => Lines<BatchLine>, { account, withinSeconds, signal }: EstimateBatch = {}): Promise<Estimate> {
    return await this.#http.json({
      method: "POST",
      path: "/v1/estimate",
      query: { account, within_seconds: withinSeconds },
      headers: { "content-type": "application/jsonl", "content-encoding": "gzip" },
      body: () => compressedLines(lines()),
      repeatable: true,
      signal,
    });
  }

  async get(id: string, { signal }: CallOptions = {}): Promise<Batch> {
    return await this.#http.json({ path: batchPath(id), signal });
  }

  /** Newest first; further pages are fetched as it is iterated. */
  list({ status, signal }: CallOptions & { status?: Batch["status"] | undefined } = {}): AsyncGenerator<Batch, void> {
    return listAll<Batch>(this.#http, { path: "/v1/batches", query: { status, limit: 100 }, signal });
  }

  /** Queued jobs are canceled at once, running ones aborted. @throws SluiceError `conflict` when it has ended */
  async cancel(id: string, { signal }: CallOptions = {}): Promise<Batch> {
    return await this.#http.json({ method: "POST", path: `${batchPath(id)}/cancel`, repeatable: true, signal });
  }

  /** The batch each time its counts have changed, until it has ended; a connection that breaks is taken up again. */
  async *events(id: string, { signal }: CallOptions = {}): AsyncGenerator<Batch, void> {
    const events = followEvents<Batch>(this.#http, { path: `${batchPath(id)}/events`, isLast: ({ status }) => status === "ended", signal });
    for await (const { data } of events) yield data;
  }

  /**
   * What is final so far, each line once, in the order they finished. That order does not change.
   *
   * @param skip leaves out so many from the beginning: those the caller has. Without a filter only
   */
  async *results(id: string, { filter, skip = 0, signal }: ReadResults = {}): AsyncGenerator<BatchResult, void> {
    let seen = skip;
    for (let retries = 0; ; retries += 1) {
      // Sluice passes over final jobs of any type, so it cannot with a filter.
      const query = filter === undefined ? { skip: seen } : { filter };
      let toPassOver = filter === undefined ? 0 : seen;
      const response = await this.#http.stream({ path: `${batchPath(id)}/results`, query, signal });
      if (response.body === null) return;
      try {
        for await (const line of readJsonLines<BatchResult>(response.body)) {
          toPassOver -= 1;
          if (toPassOver >= 0) continue;
          seen += 1;
          retries = 0;
          yield line;
        }
        return;
      } catch (error) {
        signal?.throwIfAborted();
        const broken = this.#http.connectionError(error);
        if (!(await this.#http.waitForRetry(broken, retries, { signal }))) throw broken;
      }
    }
  }
}

function batchPath(id: string): string {
  return `/v1/batches/${encodeURIComponent(id)}`;
}
