import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A text that tells a process from every later one with the same number: when it began. Linux counts that in ticks since
 * boot, so the boot's id is part of it.
 *
 * @returns `undefined` when no such process runs (a zombie, ended but not yet collected by its parent, does not run).
 */
export function readProcessIdentity(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name (2nd field) is in brackets and may hold spaces and brackets itself. After it: 3rd the state, 22nd the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const output = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [state = "", ...start] = output.trim().split(/\s+/);
    return start.length === 0 || state.startsWith("Z") ? undefined : start.join(" ");
  } catch {
    return undefined;
  }
}
