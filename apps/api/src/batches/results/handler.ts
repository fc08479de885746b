import { pipeline } from "node:stream/promises";
import { batchResults } from "@sluice/shared/batches/batch-results";
import type { BatchResult } from "@sluice/shared/batches/batch-results";
import type { Response } from "express";
import { keyedOperation } from "../../http/operation.ts";
import { findBatch } from "../batch-answer.ts";
import { batchResultsSchema } from "./schema.ts";

const resultHeaders = { "Content-Type": "application/jsonl", "X-Accel-Buffering": "no" };

export const batchResultsOperation = keyedOperation({
  ...batchResultsSchema,
  async handle({ context, trace, caller: { tenant }, params, query, isHead }) {
    const { id } = await findBatch(context, tenant, params.id);
    trace.batchId = id;
    if (isHead) return { status: 200, headers: resultHeaders };
    const results = batchResults(context.redis, { tenant, batchId: id, type: query.filter, skip: query.skip });
    return { status: 200, headers: resultHeaders, stream: (response) => writeLines(response, results) };
  },
});

/** Reads no faster than the client does. When Redis fails in between, the connection is broken: half of it is not taken for the whole. */
async function writeLines(response: Response, results: AsyncIterable<BatchResult>): Promise<void> {
  try {
    await pipeline(results, linesOf, response);
  } catch (error) {
    // The client has gone.
    if (error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE") return;
    throw error;
  }
}

async function* linesOf(results: AsyncIterable<BatchResult>): AsyncGenerator<string> {
  for await (const result of results) yield `${JSON.stringify(result)}\n`;
}
