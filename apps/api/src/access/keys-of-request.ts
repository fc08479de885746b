import type { IncomingHttpHeaders } from "node:http";

/** Longer texts are no keys, and are not worth hashing. */
const keyLengthMax = 256;

/**
 * The keys a request carries, in the order in which they are tried. Claude's SDKs send `x-api-key`, `Authorization: Bearer`,
 * or both, when their environment holds another key besides the one they were given.
 */
export function keysOfRequest(headers: IncomingHttpHeaders): string[] {
  const { authorization, "x-api-key": apiKey } = headers;
  const keys: string[] = [];
  const bearer = authorization === undefined ? null : /^bearer +(\S+)$/i.exec(authorization);
  if (bearer?.[1] !== undefined) keys.push(bearer[1]);
  if (typeof apiKey === "string" && apiKey !== bearer?.[1]) keys.push(apiKey);
  return keys.filter((key) => key.length > 0 && key.length <= keyLengthMax);
}
