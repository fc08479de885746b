import { DatabaseSync } from "node:sqlite";
import { waitFor } from "./wait-for.ts";

const sqliteBusy = 5;

/**
 * Runs `work` while no other process runs any under the same file. The lock is the kernel's (Node offers those only by
 * SQLite's transactions), so it is free the moment its holder is gone, also by SIGKILL, and no stale file can keep it.
 *
 * @throws when others hold it for longer than `timeoutMs`; whatever `work` throws.
 */
export async function withStartLock<Result>(file: string, timeoutMs: number, work: () => Promise<Result>): Promise<Result> {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    const locked = await waitFor(() => tryLock(database) || undefined, { timeoutMs, everyMs: 20 });
    if (!locked) throw new Error(`Another process has been starting or stopping the embedded Redis for ${timeoutMs} ms (${file}).`);
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    // IMMEDIATE takes the lock that only one can have, and writes nothing as long as the transaction does not.
    database.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === sqliteBusy) return false;
    throw error;
  }
}
