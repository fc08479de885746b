import { batchLinesMax } from "@sluice/shared/batches/batch-id";
import { modelsMax } from "@sluice/shared/batches/batch-record";
import type { BatchSpec } from "@sluice/shared/batches/batch-record";
import type { MessageParams } from "@sluice/shared/jobs/job-request";
import { BrokenBody } from "../../http/body-stream.ts";
import { Problem } from "../../problems/problem.ts";
import type { Issue } from "../../problems/problem.ts";
import { checkRequest } from "./check-request.ts";
import { ChunkWriter } from "./chunk-writer.ts";
import type { StoreChunk } from "./chunk-writer.ts";
import type { RawRequest, ReadingPlace } from "./split-lines.ts";

/** Longest request of a batch: several are held at a time while they come, and when they become jobs. */
export const requestBytesMax = 10_485_760;

/** More would not help anybody. */
const issuesMax = 100;

export interface Receiving {
  requests: AsyncIterable<RawRequest>;
  at: ReadingPlace;
  /** What stands before the path of an issue: of the JSON form, the place in the list. */
  pathOf: (number: number) => string;
  store: StoreChunk;
  /** Is shown each request that fits. */
  onRequest: (params: MessageParams) => void;
}

export interface Received {
  total: number;
  models: BatchSpec["models"];
}

/**
 * Reads and checks the requests of a batch and stores them as they come. After a bad one it goes on reading, to name others, but stores no
 * more.
 *
 * @throws Problem `invalid_request`: 422 with up to 100 issues, 400 with the line reached when the body is broken off;
 *   `payload_too_large` for too many requests
 */
export async function receiveRequests({ requests, at, pathOf, store, onRequest }: Receiving): Promise<Received> {
  const issues: Issue[] = [];
  const lineOfId = new Map<string, number>();
  const models = new Map<string, { model: string; lines: number; lastLine: number }>();
  const chunks = new ChunkWriter(store);
  const refuse = (number: number, found: readonly Issue[]) => {
    for (const { path, message } of found) {
      const parts = [pathOf(number), path].filter(Boolean);
      if (issues.length < issuesMax) issues.push({ line: number, path: parts.join("."), message });
    }
    return issues.length >= issuesMax;
  };

  try {
    for await (const { number, bytes } of requests) {
      const checked = bytes === undefined ? { issues: [tooLong] } : checkRequest(bytes);
      if ("issues" in checked) {
        if (refuse(number, checked.issues)) break;
        continue;
      }
      const { custom_id: customId, params } = checked.request;
      const earlier = lineOfId.get(customId);
      if (earlier !== undefined) {
        if (refuse(number, [{ path: "custom_id", message: `is the same as in line ${earlier}` }])) break;
        continue;
      }
      lineOfId.set(customId, number);
      if (lineOfId.size > batchLinesMax) {
        throw Problem.of("payload_too_large", { detail: `A batch may have at most ${batchLinesMax} requests.` });
      }
      if (issues.length > 0 || bytes === undefined) continue;
      countModel(models, params.model, chunks.total);
      onRequest(params);
      await chunks.add(bytes);
    }
    if (issues.length === 0) await chunks.finish();
  } catch (error) {
    if (!(error instanceof BrokenBody)) throw error;
    refuse(Math.max(1, at.number), [{ path: "", message: "is not complete: the body ends or cannot be decompressed here" }]);
    throw Problem.of("invalid_request", {
      detail: "The body is broken off, or it cannot be decompressed. `issues` says how far it was read.",
      issues,
      cause: error,
    });
  } finally {
    // The caller may remove what was stored: nothing may come after that.
    await chunks.settle();
  }
  if (issues.length > 0) {
    throw Problem.of("invalid_request", { status: 422, detail: "Requests of the batch do not fit. See `issues`.", issues });
  }
  const { total } = chunks;
  if (total === 0) throw Problem.of("invalid_request", { status: 422, detail: "There are no requests in the batch." });
  return { total, models: [...models.values()] };
}

const tooLong: Issue = { path: "", message: `is longer than ${requestBytesMax} bytes` };

function countModel(models: Map<string, { model: string; lines: number; lastLine: number }>, model: string, line: number): void {
  const known = models.get(model);
  if (known !== undefined) {
    known.lines += 1;
    known.lastLine = line;
  } else if (models.size < modelsMax) models.set(model, { model, lines: 1, lastLine: line });
}
