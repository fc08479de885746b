import type { StartedProcess } from "./processes.ts";

/** The address in the line by which a server tells that it listens. */
export function urlOf({ readyLine }: StartedProcess): string {
  const url = readyLine["url"];
  if (typeof url !== "string") throw new Error(`The ready line has no url: ${JSON.stringify(readyLine)}`);
  return url;
}
