import { access, constants, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CliError, fileError } from "../cli-error.ts";

const sqliteBusy = 5;

/** Kept by the run that writes a results file. */
export interface ResultsLock {
  release: () => Promise<void>;
}

/**
 * Lets one run at a time write a results file. The lock is the kernel's (Node offers those only by SQLite's transactions), so it
 * is free the moment its holder is gone, also by SIGKILL; what stays of it, an empty file, keeps nobody out.
 *
 * @throws CliError when another run has it, or the folder cannot be written to
 */
export async function lockResults(resultsPath: string): Promise<ResultsLock> {
  const path = `${resultsPath}.sluice.lock`;
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw fileError(resultsPath, "written", error);
  }
  for (;;) {
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      const before = await inodeOf(path);
      // IMMEDIATE takes the lock that only one can have, and writes nothing as long as the transaction does not.
      database.exec("BEGIN IMMEDIATE");
      // Whoever had it may have removed the file in between: a lock on what has no name keeps nobody out.
      if (before !== undefined && before === (await inodeOf(path))) return { release: async () => await release(database, path) };
      database.close();
    } catch (error) {
      database.close();
      if (!(error instanceof Error && "errcode" in error && error.errcode === sqliteBusy)) throw error;
      throw new CliError(
        `Another run is writing ${resultsPath} at this moment. Watch it there, or name another file with -o.`,
        undefined,
        error,
      );
    }
  }
}

async function release(database: DatabaseSync, path: string): Promise<void> {
  await rm(path, { force: true });
  database.close();
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch {
    return undefined;
  }
}
