import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** Memory that a process holds now, in bytes; null where the system does not tell (only Linux does). */
export async function residentBytes(pid: number): Promise<number | null> {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
  } catch {
    return null;
  }
}

/** The most it holds until the work is done, looked at twenty times a second. */
export async function peakWhile<Result>(pid: number, work: Promise<Result>): Promise<{ result: Result; peakBytes: number | null }> {
  const ended = work.then(
    () => true,
    () => true,
  );
  let peakBytes = await residentBytes(pid);
  while (!(await Promise.race([ended, delay(50, false)]))) {
    const now = await residentBytes(pid);
    if (now !== null && (peakBytes === null || now > peakBytes)) peakBytes = now;
  }
  return { result: await work, peakBytes };
}
