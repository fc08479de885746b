import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const fileName = "admin-key";

/** Where the key of a data folder is kept. */
export function developmentKeyFile(dataDir: string): string {
  return join(dataDir, fileName);
}

/**
 * The operator key of a data folder when none is set: the one kept there, or a new one (`sk-sluice-` and 32 random letters
 * and digits), readable by this user only. Calls from several processes at once give the same key.
 *
 * @throws when the folder cannot be written, or the file holds something that is no such key.
 */
export function loadOrCreateDevelopmentKey(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = developmentKeyFile(dataDir);
  const kept = read(file);
  if (kept !== undefined) return kept;

  // Written whole under another name, then linked: the link fails when another process was first, and never shows half a key.
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, `${createKey()}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(draft);
  }
  const key = read(file);
  if (key === undefined) throw new Error(`${file} vanished while it was made.`);
  return key;
}

function createKey(): string {
  return `sk-sluice-${Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]).join("")}`;
}

function read(file: string): string | undefined {
  let key: string;
  try {
    key = readFileSync(file, "utf8").trim();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  if (!/^sk-sluice-[A-Za-z0-9]{32,}$/.test(key)) throw new Error(`${file} holds no key of Sluice. Remove it to get a new one.`);
  chmodSync(file, 0o600);
  return key;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
