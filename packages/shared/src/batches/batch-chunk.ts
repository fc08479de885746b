// Lines of a batch as they lie in Redis until they become jobs: packed together, about a tenth of what jobs take.
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import type { Redis } from "ioredis";
import { z } from "zod";
import { messageParamsSchema } from "../jobs/job-request.ts";
import { tenantKeys } from "../redis/keys.ts";

/** Lines of a chunk become jobs in one step, which holds up everybody else at Redis: 200 of them take it about 10 ms. */
export const chunkLinesMax = 200;
/** A chunk that has this many bytes, before they are deflated, takes no further line. */
export const chunkBytesMax = 1_048_576;

/** A call that does not accept its batch in this time has died. */
const uploadMsMax = 30 * 60_000;

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

/** A line as it was checked when it came; what else it holds was refused. */
const lineSchema = z.object({ custom_id: z.string(), params: messageParamsSchema });
export type BatchLine = z.output<typeof lineSchema>;

export interface ChunkPlace {
  tenant: string;
  batchId: string;
  /** Place of the chunk's first line in the batch. */
  firstLine: number;
}

/**
 * Stores lines before their batch is accepted; they expire unless it is.
 *
 * @param lines JSON texts as they came
 */
export async function storeChunk(redis: Redis, { tenant, batchId, firstLine }: ChunkPlace, lines: readonly Buffer[]): Promise<void> {
  const packed = await deflateAsync(joinLines(lines), { level: 1 });
  await redis.set(tenantKeys(tenant).batchChunk(batchId, firstLine), packed, "PX", uploadMsMax);
}

/** No JSON text holds it; requests of the JSON form may hold line ends. */
const separator = "\x1e";

function joinLines(lines: readonly Buffer[]): Buffer {
  const end = Buffer.from(separator);
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [end, line])));
}

/** The lines of a chunk; undefined when it is gone (its lines are expanded). */
export async function readChunk(redis: Redis, { tenant, batchId, firstLine }: ChunkPlace): Promise<BatchLine[] | undefined> {
  const packed = await redis.getBuffer(tenantKeys(tenant).batchChunk(batchId, firstLine));
  if (packed === null) return undefined;
  const text = (await inflateAsync(packed)).toString();
  return text.split(separator).map((line) => lineSchema.parse(JSON.parse(line)));
}

/** Removes what was stored of a batch that will not be accepted. Safe to repeat. */
export async function dropChunks(redis: Redis, tenant: string, batchId: string, firstLines: readonly number[]): Promise<void> {
  if (firstLines.length === 0) return;
  const keys = tenantKeys(tenant);
  await redis.unlink(firstLines.map((firstLine) => keys.batchChunk(batchId, firstLine)));
}
