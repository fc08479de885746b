// A file run as one batch, from wherever an earlier run of the same command got to.
import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { rm, stat } from "node:fs/promises";
import type { Batch, BatchOptions } from "@sluice/client/batches";
import { SluiceError } from "@sluice/client/errors";
import { CliError, exitCodes, fileError } from "../cli-error.ts";
import type { Connection } from "../connect.ts";
import type { RunInput } from "../input/run-input.ts";
import { count } from "../output/format.ts";
import { followBatch } from "./follow-batch.ts";
import { ResultsFile } from "./results-file.ts";
import { lockResults } from "./results-lock.ts";
import { idempotencyKeyOf, readRunState, stateFileOf, writeRunState } from "./run-state.ts";
import type { RunState } from "./run-state.ts";
import type { RunTally } from "./run-tally.ts";
import type { Screen } from "./screen.ts";

export interface RunFile {
  connection: Connection;
  input: RunInput;
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
  const lock = await lockResults(run.resultsPath);
  try {
    return await runLocked(run);
  } catch (error) {
    throw fileError(run.resultsPath, "written", error);
  } finally {
    await lock.release();
  }
}

async function runLocked(run: RunFile): Promise<FinishedRun> {
  const { connection, input, resultsPath, signal } = run;
  const state = await beginState(run);
  // Before anything is handed in: where results cannot be written, none is paid for.
  const results = await ResultsFile.open(resultsPath);
  try {
    if (state.batch_id === null) await writeRunState(resultsPath, state);
    const batch = await batchOf(run, state);
    run.onBatch(batch);
    let notice = { text: "", untilMs: 0 };
    const onRetry = (error: Error, waitMs: number) => {
      notice = { text: `${error.message} The batch goes on; trying again …`, untilMs: performance.now() + waitMs + noticeMs };
    };
    const ended = await followBatch({
      client: connection.again({ retriesMax: Infinity, onRetry }),
      batch,
      title: `${input.name} → ${resultsPath}`,
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

/** What is known of this run; to be written before anything is handed in. */
async function beginState({ connection, input, resultsPath, again }: RunFile): Promise<RunState> {
  if (await isSameFile(input.path, resultsPath)) throw new CliError(`${resultsPath} is the input itself. Name another file with -o.`);
  const known = again ? undefined : await readRunState(resultsPath);
  if (known !== undefined) {
    if (known.input_sha256 === input.sha256) return known;
    throw new CliError(
      `${resultsPath} holds a run of something else: ${input.name} or its options have changed. Name another file with -o, or start anew with --again.`,
    );
  }
  if (again) await forgetRun(resultsPath);
  else if (await hasContent(resultsPath))
    throw new CliError(`${resultsPath} is there already, and not from a run. Name another file with -o.`);
  return {
    version: 1,
    url: connection.url,
    input_sha256: input.sha256,
    total: input.total,
    idempotency_key: idempotencyKeyOf(input.sha256, resultsPath, again ? randomUUID() : ""),
    batch_id: null,
    complete: false,
  };
}

async function forgetRun(resultsPath: string): Promise<void> {
  await Promise.all([rm(resultsPath, { force: true }), rm(stateFileOf(resultsPath), { force: true })]);
}

async function hasContent(path: string): Promise<boolean> {
  return ((await statIfThere(path))?.size ?? 0) > 0;
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([statIfThere(one), statIfThere(other)]);
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined;
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
  note(`Handing in ${input.total === 1 ? "1 line" : `${count(input.total)} lines`} …`);
  try {
    const batch = await connection.client.batches.create(() => input.requests(), {
      options,
      idempotencyKey: state.idempotency_key,
      signal,
    });
    await writeRunState(resultsPath, { ...state, batch_id: batch.id });
    return batch;
  } catch (error) {
    // Nothing was handed in, so nothing needs to be remembered.
    if (error instanceof SluiceError && error.status < 500) await forgetRun(resultsPath);
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
