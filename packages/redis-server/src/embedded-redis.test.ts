import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "./embedded-redis.ts";
import { readProcessIdentity } from "./process-identity.ts";
import { waitFor } from "./wait-for.ts";

const holdScript = fileURLToPath(new URL("testing/hold-embedded-redis.ts", import.meta.url));

let base: string;
let dataDir: string;
let children: ChildProcess[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "sluice-embedded-"));
  dataDir = join(base, "data");
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  // Whatever a test left behind is taken over here, and ended by being the last to let it go.
  await (await startEmbeddedRedis({ dataDir })).stop();
  rmSync(base, { recursive: true });
});

/** Another process that holds the embedded Redis. */
async function hold() {
  const child = spawn(process.execPath, [holdScript, dataDir], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const [line]: string[] = await once(createInterface(child.stdout), "line");
  const held: { url: string; pid: number; owned: boolean } = JSON.parse(line ?? "");
  return {
    ...held,
    async letGo() {
      child.stdin.end();
      await once(child, "exit");
    },
    async kill() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function withRedis<Result>(url: string, work: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

const write = (url: string) => withRedis(url, (redis) => redis.set("kept", "yes"));
const read = (url: string) => withRedis(url, (redis) => redis.get("kept"));
const isGone = (pid: number) => waitFor(() => (readProcessIdentity(pid) === undefined ? true : undefined), { timeoutMs: 5000 });

test("data survive an orderly stop, at the same address", async () => {
  const first = await startEmbeddedRedis({ dataDir });
  await write(first.url);
  await first.stop();
  expect(readProcessIdentity(first.pid)).toBeUndefined();

  const second = await startEmbeddedRedis({ dataDir });
  expect(second).toMatchObject({ url: first.url, owned: true });
  expect(await read(second.url)).toBe("yes");
  await second.stop();
  await second.stop();
});

test("a server that is killed is told as lost, and the next start brings it back with its data", async () => {
  const first = await startEmbeddedRedis({ dataDir });
  await write(first.url);
  process.kill(first.pid, "SIGKILL");
  await first.lost;

  const second = await startEmbeddedRedis({ dataDir });
  expect(second.owned).toBe(true);
  expect(await read(second.url)).toBe("yes");
  await first.stop();
  expect(await read(second.url), "the stop of a lost one leaves its successor alone").toBe("yes");
  await second.stop();
});

test("a second start attaches; only the last to let go ends the server", async () => {
  const owner = await hold();
  const attached = await startEmbeddedRedis({ dataDir });
  expect(attached).toMatchObject({ url: owner.url, pid: owner.pid, owned: false });

  await attached.stop();
  await write(owner.url);
  const again = await startEmbeddedRedis({ dataDir });
  await owner.letGo();
  expect(await read(again.url), "the one who started it left while another needs it").toBe("yes");
  await again.stop();
  expect(await isGone(owner.pid)).toBe(true);
});

test("of several starts at once one starts the server and the others attach to it", async () => {
  const holders = await Promise.all([hold(), hold(), hold(), hold()]);
  expect(holders.filter(({ owned }) => owned)).toHaveLength(1);
  expect(new Set(holders.map(({ pid }) => pid)).size).toBe(1);
  await Promise.all(holders.map((holder) => holder.letGo()));
  expect(await isGone(holders[0].pid), "the last one out ended it").toBe(true);
});

test("a server left behind by a killed owner is taken over and ends with its new owner", async () => {
  const owner = await hold();
  await write(owner.url);
  await owner.kill();
  expect(readProcessIdentity(owner.pid), "it outlives its owner").toBeDefined();

  const next = await startEmbeddedRedis({ dataDir });
  expect(next.pid).toBe(owner.pid);
  expect(await read(next.url)).toBe("yes");
  await next.stop();
  expect(await isGone(owner.pid)).toBe(true);
});

test("a server left behind that does not answer is waited for, never doubled", async () => {
  const owner = await hold();
  await owner.kill();
  process.kill(owner.pid, "SIGSTOP");
  await expect(startEmbeddedRedis({ dataDir, readyTimeoutMs: 1 })).rejects.toThrow(`(process ${owner.pid}) runs but did not answer`);

  const next = startEmbeddedRedis({ dataDir });
  process.kill(owner.pid, "SIGCONT");
  expect(await next).toMatchObject({ pid: owner.pid, owned: false });
  await (await next).stop();
});

test.each([
  ["a process of another program", (pid: number) => JSON.stringify({ pid, identity: "an earlier process of that number" })],
  ["no process", () => JSON.stringify({ pid: 2 ** 22 + 1, identity: "none" })],
  ["nothing, cut off in the middle", () => '{"pid":12'],
])("a record that points to %s is replaced, and no process is harmed", async (_what, record) => {
  const foreign = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  children.push(foreign);
  const file = join(dataDir, "redis", "server.json");
  mkdirSync(join(dataDir, "redis"), { recursive: true });
  writeFileSync(file, record(foreign.pid ?? 0));

  const redis = await startEmbeddedRedis({ dataDir });
  expect(redis.owned).toBe(true);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: redis.pid });
  await redis.stop();
  expect(readProcessIdentity(foreign.pid ?? 0)).toBeDefined();
});

test("a folder whose path is too long for a socket address gets a private one elsewhere, always the same", async () => {
  dataDir = join(base, "a".repeat(110));
  const first = await startEmbeddedRedis({ dataDir });
  onTestFinished(() => rmSync(dirname(first.url), { recursive: true }));
  expect(first.url.startsWith(dataDir)).toBe(false);
  expect(Buffer.byteLength(first.url)).toBeLessThanOrEqual(100);
  expect(statSync(dirname(first.url)).mode & 0o777).toBe(0o700);
  const second = await startEmbeddedRedis({ dataDir });
  expect(second).toMatchObject({ url: first.url, owned: false });
  await second.stop();
  await first.stop();
});
