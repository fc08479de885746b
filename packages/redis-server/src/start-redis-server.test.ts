import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readProcessIdentity } from "./process-identity.ts";
import { type RedisServer, type RedisServerOptions, RedisServerStartError, startRedisServer } from "./start-redis-server.ts";

let dataDir: string;
let servers: RedisServer[];

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), "sluice-redis-")), "data");
  servers = [];
});

afterEach(async () => {
  for (const server of servers) await server.kill();
  rmSync(join(dataDir, ".."), { recursive: true });
});

async function start(options: Partial<RedisServerOptions> = {}) {
  const server = await startRedisServer({ dataDir, ...options });
  servers.push(server);
  return server;
}

async function ask(url: string, ...[command, ...args]: [string, ...string[]]) {
  const redis = new Redis(url);
  try {
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}

test("the server is durable, never evicts, and is private to this user", async () => {
  const { url } = await start();
  expect(await ask(url, "CONFIG", "GET", "appendonly")).toContain("yes");
  expect(await ask(url, "CONFIG", "GET", "appendfsync")).toContain("always");
  expect(await ask(url, "CONFIG", "GET", "maxmemory-policy")).toContain("noeviction");
  expect(await ask(url, "CONFIG", "GET", "port")).toContain("0");
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(statSync(url).mode & 0o777).toBe(0o700);
});

test("an acknowledged write survives SIGKILL", async () => {
  const first = await start();
  await ask(first.url, "SET", "kept", "yes");
  await first.kill();
  await first.exited;
  const second = await start();
  expect(await ask(second.url, "GET", "kept")).toBe("yes");
});

test("stop resolves when the process is gone, and may be repeated", async () => {
  const server = await start({ tcp: true });
  expect(server.url).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
  await server.stop();
  expect(readProcessIdentity(server.pid)).toBeUndefined();
  await server.stop();
});

test("a TCP server comes back on the port it is given", async () => {
  const first = await start({ tcp: true });
  await first.stop();
  const second = await start({ tcp: Number(new URL(first.url).port) });
  expect(second.url).toBe(first.url);
});

test("a server that cannot start says why", async () => {
  const failure = start({ settings: { "maxmemory-policy": "nonsense" } });
  await expect(failure).rejects.toThrow(RedisServerStartError);
  await expect(failure).rejects.toThrow(/nonsense/);
});

test("a command that does not exist is an error, not a hanging start", async () => {
  await expect(start({ command: "/nonexistent/redis-server" })).rejects.toThrow("could not be run");
});
