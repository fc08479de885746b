import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/**
 * Does something with a file that can be read several times: the one that is named, or, for `-`, a copy of standard input that is
 * removed afterwards.
 */
export async function withInputFile<Result>(
  file: string,
  signal: AbortSignal,
  work: (input: { path: string; name: string }) => Promise<Result>,
): Promise<Result> {
  if (file !== "-") return await work({ path: file, name: file });
  const folder = await mkdtemp(join(tmpdir(), "sluice-input-"));
  try {
    const path = join(folder, "standard-input");
    await pipeline(process.stdin, createWriteStream(path), { signal });
    return await work({ path, name: "standard input" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
