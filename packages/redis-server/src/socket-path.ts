import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Unix socket addresses hold 104 bytes (macOS) or 108 (Linux), with their end mark. */
const pathBytesMax = 100;

/**
 * Where the server of a data folder listens: in the folder, or, when that path is too long for a socket address, in a
 * private folder of the system's temporary one. The same folder always gives the same path, so a later start finds the server.
 *
 * @throws when the private temporary folder belongs to someone else or is open to others.
 */
export function chooseSocketPath(folder: string, temporary: string = tmpdir()): string {
  const beside = join(folder, "redis.sock");
  if (Buffer.byteLength(beside) <= pathBytesMax) return beside;

  const uid = process.getuid?.() ?? 0;
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  const privateFolder = join(temporary, `sluice-${uid}-${name}`);
  mkdirSync(privateFolder, { mode: 0o700, recursive: true });
  const status = lstatSync(privateFolder);
  if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o077) !== 0) {
    throw new Error(`${privateFolder} must be a folder that only this user can enter; remove it and start again.`);
  }
  return join(privateFolder, "redis.sock");
}
