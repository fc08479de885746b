import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readProcessIdentity } from "./process-identity.ts";

/**
 * Remembers which process serves a data folder, for the moments in which it does not answer: while it starts and while it
 * ends. A number alone could since belong to another process, so its identity is kept with it.
 */
export interface ServerRecord {
  pid: number;
  identity: string;
}

/** Replaces the record in one step: a reader sees the old or the new one, never half of it. */
export function writeServerRecord(folder: string, pid: number): void {
  const identity = readProcessIdentity(pid);
  if (identity === undefined) return; // It ended at once; there is nothing to remember.
  const record: ServerRecord = { pid, identity };
  const draft = join(folder, "server.json.new");
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
  renameSync(draft, fileOf(folder));
}

/** The recorded process if it still runs; `undefined` for a stale, foreign or unreadable record. */
export function readRunningServer(folder: string): ServerRecord | undefined {
  const record = parse(folder);
  return record && readProcessIdentity(record.pid) === record.identity ? record : undefined;
}

export function removeServerRecord(folder: string): void {
  rmSync(fileOf(folder), { force: true });
}

function fileOf(folder: string): string {
  return join(folder, "server.json");
}

function parse(folder: string): ServerRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(fileOf(folder), "utf8"));
    if (typeof record !== "object" || record === null || !("pid" in record) || !("identity" in record)) return undefined;
    const { pid, identity } = record;
    return typeof pid === "number" && typeof identity === "string" ? { pid, identity } : undefined;
  } catch {
    return undefined;
  }
}
