import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second (`getconf CLK_TCK` is 100 everywhere today). */
const tickMs = 10;

/** Processor time that processes have used so far, together, in ms; null where the system does not tell (only Linux does). */
export async function processorTimeMs(pids: readonly number[]): Promise<number | null> {
  try {
    const times = await Promise.all(pids.map(processorTimeOf));
    return times.reduce((sum, timeMs) => sum + timeMs, 0);
  } catch {
    return null;
  }
}

async function processorTimeOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  // The second field is the name, which may hold spaces; user and system time are the 14th and 15th.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
