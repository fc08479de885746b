import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import type { BodyStream } from "../../http/body-stream.ts";
import { BrokenBody } from "../../http/body-stream.ts";
import { excessOf } from "../../http/json-shape.ts";
import { describeMissing, validationIssues } from "../../http/validation-issues.ts";
import { Problem } from "../../problems/problem.ts";
import { receiveRequests, requestBytesMax } from "./receive-requests.ts";
import type { Received, Receiving } from "./receive-requests.ts";
import { batchOptionsSchema, envelopeSchema } from "./schema.ts";
import type { BatchOptions } from "./schema.ts";
import { splitLines } from "./split-lines.ts";
import { splitRequests } from "./split-requests.ts";

/** `api-contract.md`: 256 MB, counted after decompression. */
const bodyBytesMax = 268_435_456;

/** Options as far as they are named in the query. */
type GivenOptions = { [Name in keyof BatchOptions]?: BatchOptions[Name] | undefined };

export interface ReadBatch extends Received {
  options: BatchOptions;
  /** Where the stored chunks begin. */
  firstLines: number[];
  /** Hash of everything that was asked for. */
  fingerprint: string;
}

export interface BatchReading extends Pick<Receiving, "store" | "onRequest"> {
  body: BodyStream;
  /** Options of the query; those of the JSON form replace them. */
  given: GivenOptions;
  /** Removes what was stored of a body that cannot be accepted. */
  drop: (firstLines: readonly number[]) => Promise<void>;
}

/**
 * Reads a batch from a body and stores its requests as they come. What was stored of a body that cannot be accepted is removed again.
 *
 * @throws Problem `invalid_request` (400, 415, 422), `payload_too_large`; what `store` throws
 */
export async function readBatchBody({ body, given, store, drop, onRequest }: BatchReading): Promise<ReadBatch> {
  const isJson = isJsonForm(body.mediaType);
  const fingerprint = createHash("sha256").update(JSON.stringify(given));
  const chunks = hashed(body.read(bodyBytesMax), fingerprint);
  const at = { number: 1 };
  const envelope = { text: "" };
  const firstLines: number[] = [];
  try {
    const received = await receiveRequests({
      requests: isJson ? splitRequests(chunks, requestBytesMax, at, envelope) : splitLines(chunks, requestBytesMax, at),
      at,
      pathOf: (number) => (isJson ? `requests.${number - 1}` : ""),
      async store(firstLine, lines) {
        firstLines.push(firstLine);
        await store(firstLine, lines);
      },
      onRequest,
    });
    const options = isJson ? optionsOf(envelope.text, given) : batchOptionsSchema.parse(given);
    return { ...received, options, firstLines, fingerprint: fingerprint.digest("hex") };
  } catch (error) {
    // They would expire, too.
    await drop(firstLines).catch(() => {});
    if (error instanceof BrokenBody) throw Problem.of("invalid_request", { detail: "The body is broken off.", cause: error });
    throw error;
  }
}

function isJsonForm(mediaType: string): boolean {
  switch (mediaType) {
    case "application/json":
      return true;
    case "application/jsonl":
    case "application/x-ndjson":
      return false;
    default:
      throw Problem.of("invalid_request", {
        status: 415,
        detail: "The body must be sent with `Content-Type: application/json`, `application/jsonl` or `application/x-ndjson`.",
        headers: { Accept: "application/json, application/jsonl, application/x-ndjson" },
        issues: [{ path: "Content-Type", message: "must be application/json, application/jsonl or application/x-ndjson" }],
      });
  }
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function optionsOf(envelopeText: string, given: GivenOptions): BatchOptions {
  const excess = excessOf(Buffer.from(envelopeText));
  if (excess !== undefined) throw Problem.of("invalid_request", { detail: `What stands beside \`requests\` ${excess}.` });
  let envelope: unknown;
  try {
    envelope = JSON.parse(envelopeText.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw Problem.of("invalid_request", { detail: "The body is not JSON.", cause: error instanceof Error ? error.name : undefined });
  }
  const isList = Array.isArray(envelope);
  const asked = typeof envelope === "object" && !isList ? { ...given, ...envelope } : envelope;
  const parsed = envelopeSchema.safeParse(asked, { error: describeMissing });
  if (!parsed.success) {
    const issues = validationIssues(parsed.error);
    throw Problem.of("invalid_request", { status: 422, detail: "The body does not fit. See `issues`.", issues });
  }
  const { requests: _requests, ...options } = parsed.data;
  return options;
}
