import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findRedisServer } from "./find-redis-server.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-find-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A command that answers `--version` with this text. */
function command(name: string, answer: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`);
  chmodSync(file, 0o755);
  return file;
}

const redis = (version: string) => `Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1234`;

test("the first server that is new enough is taken", async () => {
  const old = command("old", redis("6.0.16"));
  const fit = command("fit", redis("6.2.0"));
  const newer = command("newer", redis("8.0.1"));
  expect(await findRedisServer([join(folder, "absent"), old, fit, newer])).toEqual({
    found: { command: fit, product: "redis", version: "6.2.0" },
  });
});

test("Valkey is as good", async () => {
  const valkey = command("valkey-server", "Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1");
  expect((await findRedisServer([valkey])).found).toMatchObject({ product: "valkey", version: "8.1.1" });
});

test("what was found but is too old is told", async () => {
  const old = command("old", redis("5.0.14"));
  expect(await findRedisServer([old])).toMatchObject({ tooOld: { version: "5.0.14" } });
});

test("another program of that name is not taken for a server", async () => {
  expect(await findRedisServer([command("redis-server", "hello"), join(folder, "absent")])).toEqual({ tooOld: undefined });
});
