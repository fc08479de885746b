import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { developmentKeyFile, loadOrCreateDevelopmentKey } from "./development-key.ts";

let dataDir: string;

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), "sluice-key-")), "data");
});

afterEach(() => rmSync(join(dataDir, ".."), { recursive: true }));

test("a key is made once, kept, and readable by its owner only", () => {
  const key = loadOrCreateDevelopmentKey(dataDir);
  expect(key).toMatch(/^sk-sluice-[A-Za-z0-9]{32}$/);
  expect(loadOrCreateDevelopmentKey(dataDir)).toBe(key);
  expect(statSync(developmentKeyFile(dataDir)).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(["admin-key"]);
});

test("a key that others could read is closed to them again", () => {
  loadOrCreateDevelopmentKey(dataDir);
  chmodSync(developmentKeyFile(dataDir), 0o644);
  loadOrCreateDevelopmentKey(dataDir);
  expect(statSync(developmentKeyFile(dataDir)).mode & 0o777).toBe(0o600);
});

test("two data folders have different keys", () => {
  expect(loadOrCreateDevelopmentKey(dataDir)).not.toBe(loadOrCreateDevelopmentKey(join(dataDir, "other")));
});

test("a file that holds no key is an error that names it, not an open door", () => {
  loadOrCreateDevelopmentKey(dataDir);
  writeFileSync(developmentKeyFile(dataDir), "\n");
  expect(() => loadOrCreateDevelopmentKey(dataDir)).toThrow(developmentKeyFile(dataDir));
});
