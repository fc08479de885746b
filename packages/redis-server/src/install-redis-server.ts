import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { findRedisServer, type RedisServerBinary } from "./find-redis-server.ts";
import { type Machine, planInstallation } from "./install-plan.ts";

/** No Redis server that fits, and none could be installed. The message says what to do on this machine. */
export class RedisServerMissingError extends Error {
  override readonly name = "RedisServerMissingError";
  readonly code = "redis_server_missing";
}

export interface EnsureOptions {
  /** Gets each line that tells what is done to the machine, before it is done. */
  say?: (line: string) => void;
  find?: typeof findRedisServer;
  machine?: Machine;
}

/**
 * Finds a Redis or Valkey server, and installs one by the system's package manager when there is none and it may.
 * Repeating the call is safe; so are two at once, which wait for each other at the package manager's lock.
 *
 * @throws RedisServerMissingError with instructions when it may not, or the installation failed.
 */
export async function ensureRedisServer({
  say = (line) => console.error(line),
  find = findRedisServer,
  machine = describeMachine(),
}: EnsureOptions = {}): Promise<RedisServerBinary> {
  const before = await find();
  if (before.found) return before.found;

  const reason = before.tooOld
    ? `The Redis server of this machine is ${before.tooOld.version}; 6.2 or later is needed.`
    : "There is no redis-server or valkey-server on this machine.";
  const { run, instructions } = planInstallation(machine);
  if (!run) throw new RedisServerMissingError(`${reason}\n${instructions}`);

  say(reason);
  say(run.explanation);
  const { succeeded, output } = await runQuietly(run.command);
  const after = await find();
  if (after.found) {
    say(`Installed ${after.found.product} ${after.found.version}.`);
    return after.found;
  }
  const outcome = succeeded && after.tooOld ? `The package manager brought only ${after.tooOld.version}.` : "The installation failed.";
  throw new RedisServerMissingError([output.trim(), reason, outcome, instructions].filter(Boolean).join("\n"));
}

export function describeMachine(): Machine {
  const has = (command: string) => spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" }).status === 0;
  return { platform: process.platform, isRoot: process.getuid?.() === 0, sudo: sudoKind(has), has };
}

function sudoKind(has: (command: string) => boolean): Machine["sudo"] {
  if (!has("sudo")) return "none";
  if (spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0) return "without-password";
  return process.stdin.isTTY && process.stderr.isTTY ? "with-password" : "none";
}

/** The output is kept back: it matters only when the command fails. sudo asks for its password on the terminal itself. */
function runQuietly([file = "", ...argv]: string[]): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(file, argv, { stdio: ["inherit", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", (error) => resolve({ succeeded: false, output: error.message }));
    child.on("close", (code, signal) => {
      // Ctrl-C during the installation: the terminal gave it to the child too, and the person wants all of it to end.
      if (signal === "SIGINT") process.exit(128 + constants.signals.SIGINT);
      resolve({ succeeded: code === 0, output });
    });
  });
}
