import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface RedisServerBinary {
  /** Name found by the PATH, or an absolute path. */
  command: string;
  product: "redis" | "valkey";
  version: string;
}

/** Redis 6.2 is the oldest that has the commands and the append-only behaviour we build on; Valkey began at 7.2. */
const oldestRedis = [6, 2] as const;

/** PATH first; then where package managers put it on systems whose non-login shells have a short PATH. */
const usualPlaces = [
  "redis-server",
  "valkey-server",
  ...["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].flatMap((folder) => [`${folder}/redis-server`, `${folder}/valkey-server`]),
];

/**
 * Finds a Redis or Valkey server that is new enough.
 *
 * @returns the first that fits, else `undefined` and, in `tooOld`, what was found but does not fit.
 */
export async function findRedisServer(
  commands: readonly string[] = usualPlaces,
): Promise<{ found: RedisServerBinary; tooOld?: never } | { found?: never; tooOld: RedisServerBinary | undefined }> {
  let tooOld: RedisServerBinary | undefined;
  for (const command of commands) {
    const binary = await askForVersion(command);
    if (binary && isNewEnough(binary)) return { found: binary };
    tooOld ??= binary;
  }
  return { tooOld };
}

async function askForVersion(command: string): Promise<RedisServerBinary | undefined> {
  try {
    const { stdout } = await run(command, ["--version"], { timeout: 5000 });
    return parseVersion(command, stdout);
  } catch {
    return undefined; // absent, not executable, or something else of that name
  }
}

/** Reads `Redis server v=7.0.15 sha=…` and `Valkey server v=8.0.1 sha=…`. */
export function parseVersion(command: string, output: string): RedisServerBinary | undefined {
  const match = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/i.exec(output.trim());
  if (!match?.[1] || !match[2]) return undefined;
  return { command, product: match[1].toLowerCase() === "redis" ? "redis" : "valkey", version: match[2] };
}

function isNewEnough({ product, version }: RedisServerBinary): boolean {
  if (product === "valkey") return true;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldestRedis[0] || (major === oldestRedis[0] && minor >= oldestRedis[1]);
}
