// A file run as one batch, from wherever an earlier run of the same command got to.
import { randomUUID } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import type { Batch, BatchOptions } from "@sluice/client/batches";
import { SluiceError } from "@sluice/client/errors";
import { CliError, exitCodes } from "../cli-error.ts";
import type { Connection } from "../connect.ts";
import type { RunInput } from "../input/run-input.ts";
import { followBatch } from "./follow-batch.ts";
import { ResultsFile } from "./results-file.ts";
import { idempotencyKeyOf, readRunState, stateFileOf, writeRunState } from "./run-state.ts";
import type { RunState } from "./run-state.ts";
import type { RunTally } from "./run-tally.ts";
import type { Screen } from "./screen.ts";

export interface RunFile {
  connection: Connection;
  input: RunInput;
  inputPath: string;
  resultsPath: string;
  options: BatchOptions;
  /** Starts anew, whatever is there. */
  again: boolean;
  openScreen: () => Screen;
  note: (text: string) => void;
  /** Is told the batch as soon as there is one. */
  onBatch: (batch: Batch) => void;
  signal: AbortSignal;
}

export interface FinishedRun {
  batch: Batch;
  tally: RunTally;
}

/**
 * Resolves when every line has its result in the results file. Whenever it is interrupted, calling it again goes on.
 *
 * @throws CliError, SluiceError, SluiceConnectionError, the signal's reason
 */
export async function runFile(run: RunFile): Promise<FinishedRun> {
  const { connection, inputPath, resultsPath, signal } = run;
  const state = await beginState(run);
  const batch = await batchOf(run, state);
  run.onBatch(batch);
  const results = await ResultsFile.open(resultsPath);
  try {
    let notice = { text: "", untilMs: 0 };
    const onRetry = (error: Error, waitMs: number) => {
      notice = { text: `${error.message} The batch goes on; trying again …`, untilMs: performance.now() + waitMs + noticeMs };
    };
    const ended = await followBatch({
      client: connection.again({ retriesMax: Infinity, onRetry }),
      batch,
      title: `${inputPath} → ${resultsPath}`,
      results,
      screen: run.openScreen(),
      notice: () => (performance.now() < notice.untilMs ? notice.text : undefined),
      signal,
    });
    await writeRunState(resultsPath, { ...state, batch_id: batch.id, complete: true });
    return { batch: ended, tally: results.tally };
  } finally {
    await results.close();
  }
}

/** How long a lost connection is spoken of when nothing more is heard of it. */
const noticeMs = 1_500;

/** What is known of this run, written before anything is handed in. */
async function beginState({ connection, input, inputPath, resultsPath, again }: RunFile): Promise<RunState> {
  const known = again ? undefined : await readRunState(resultsPath);
  if (known !== undefined) {
    if (known.input_sha256 === input.sha256) return known;
    throw new CliError(
      `${resultsPath} holds a run of something else: ${inputPath} or its options have changed. Name another file with -o, or start anew with --again.`,
    );
  }
  if (again) await Promise.all([rm(resultsPath, { force: true }), rm(stateFileOf(resultsPath), { force: true })]);
  else if (await hasContent(resultsPath))
    throw new CliError(`${resultsPath} is there already, and not from a run. Name another file with -o.`);
  const state: RunState = {
    version: 1,
    url: connection.url,
    input_sha256: input.sha256,
    total: input.total,
    idempotency_key: idempotencyKeyOf(input.sha256, resultsPath, again ? randomUUID() : ""),
    batch_id: null,
    complete: false,
  };
  await writeRunState(resultsPath, state);
  return state;
}

async function hasContent(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size > 0;
  } catch {
    return false;
  }
}

/** The batch of this run: the one there is, or a new one. */
async function batchOf(run: RunFile, state: RunState): Promise<Batch> {
  const { connection, resultsPath, options, input, note, signal } = run;
  if (state.batch_id !== null) {
    try {
      return await connection.client.batches.get(state.batch_id, { signal });
    } catch (error) {
      if (!(error instanceof SluiceError) || error.status !== 404) throw error;
      throw new CliError(
        `${connection.url} has no batch ${state.batch_id} for this key (any more). The run began at ${state.url}. --again starts it anew.`,
        exitCodes.failed,
        error,
      );
    }
  }
  note(`Handing in ${input.total.toLocaleString("en-US")} lines …`);
  const lines = async function* () {
    for await (const { line } of input.lines()) yield line;
  };
  try {
    const batch = await connection.client.batches.create(lines, { options, idempotencyKey: state.idempotency_key, signal });
    await writeRunState(resultsPath, { ...state, batch_id: batch.id });
    return batch;
  } catch (error) {
    // Nothing was handed in, so nothing needs to be remembered.
    if (error instanceof SluiceError && error.status < 500) await rm(stateFileOf(resultsPath), { force: true });
    throw error instanceof SluiceError && error.issues.length > 0 ? await withSourceLines(error, run) : error;
  }
}

/** Sluice counts the lines it was sent; people count those of their file. */
async function withSourceLines(error: SluiceError, { input }: RunFile): Promise<SluiceError> {
  const wanted = new Set(error.issues.map(({ line }) => line));
  const sources = new Map<number | undefined, number>();
  let place = 0;
  for await (const { source } of input.lines()) {
    place += 1;
    if (wanted.has(place)) sources.set(place, source);
  }
  const { message, status, code, requestId, retryAfterMs } = error;
  const issues = error.issues.map((issue) => ({ ...issue, line: sources.get(issue.line) ?? issue.line }));
  return new SluiceError(message, { status, code, issues, requestId, retryAfterMs });
}
