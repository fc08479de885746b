// What a run remembers beside its results, so that the same command takes it up again: which batch it is, and of which input.
//
// I1 The state is written before the batch is handed in, with the idempotency key it will be handed in with. Whenever the
//    process dies, the next one either finds the batch's id here or gets the same batch for the same key.
// I2 The key follows from the input, its options and where the results go; only a run that is asked for again has another.
import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { CliError } from "../cli-error.ts";

const runStateSchema = z.object({
  version: z.literal(1),
  /** Of the Sluice that has the batch. */
  url: z.string(),
  input_sha256: z.string(),
  total: z.int(),
  idempotency_key: z.string(),
  /** null until it was handed in. */
  batch_id: z.string().nullable(),
  /** Whether every line's result is in the results file. */
  complete: z.boolean(),
});
export type RunState = z.output<typeof runStateSchema>;

/** Beside the results: `results.jsonl.sluice`. */
export function stateFileOf(resultsPath: string): string {
  return `${resultsPath}.sluice`;
}

/** @throws CliError when the file holds something else */
export async function readRunState(resultsPath: string): Promise<RunState | undefined> {
  const path = stateFileOf(resultsPath);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return runStateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(`${path} is not the state of a run. Remove it, or name another file with -o.`, undefined, error);
  }
}

/** Whole or not at all: a process that dies here leaves the state before. */
export async function writeRunState(resultsPath: string, state: RunState): Promise<void> {
  const path = stateFileOf(resultsPath);
  await writeFile(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** @param salt sets a run that is made once more apart from the one before */
export function idempotencyKeyOf(inputSha256: string, resultsPath: string, salt: string): string {
  return `sluice-run-${createHash("sha256")
    .update(`${inputSha256}\n${resolve(resultsPath)}\n${salt}`)
    .digest("hex")}`;
}
