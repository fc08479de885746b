import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const results = fileURLToPath(new URL("../results", import.meta.url));

/**
 * Writes files into `bench/results`. Runs that are short or leave something out go into its folder `trial`, which git
 * ignores, so that they never replace figures that are shown.
 *
 * @returns the folder
 */
export async function writeResults(files: Record<string, string>, { trial }: { trial: boolean }): Promise<string> {
  const folder = trial ? join(results, "trial") : results;
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
