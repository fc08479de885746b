import { setTimeout as delay } from "node:timers/promises";
import { startBenchService } from "./bench-service.ts";
import { linesOf } from "./lines.ts";
import { peakWhile, residentBytes } from "./resident-memory.ts";

export interface MemoryResult {
  lines: number;
  bytes: number;
  acceptedInMs: number;
  /** What the API held before, and at most while the batch came; null where the system does not tell. */
  idleBytes: number | null;
  peakBytes: number | null;
}

/** A batch as large as may be: what the API holds in memory while it comes. */
export async function measureMemory(logFolder: string, bytesMax: number): Promise<MemoryResult> {
  const lines = 100_000;
  // Around the text of a line stand about 130 bytes, and some of its characters have more than one.
  const stream = linesOf(lines, Math.floor(bytesMax / lines) - 180);
  const service = await startBenchService(logFolder, {});
  await service.submit(linesOf(100));
  // What the start has left behind is given back.
  await delay(3_000);
  const idleBytes = await residentBytes(service.apiPid);
  const sentAtMs = performance.now();
  const { peakBytes } = await peakWhile(service.apiPid, service.submit(stream));
  const acceptedInMs = performance.now() - sentAtMs;
  await service.stop();
  return { lines, bytes: stream.bytes, acceptedInMs, idleBytes, peakBytes };
}
