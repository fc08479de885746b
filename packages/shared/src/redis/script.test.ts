import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { Script } from "./script.ts";

const server = await startTestRedis();

function connect(): Redis {
  const redis = new Redis(server.url, { retryStrategy: () => 20 });
  redis.on("error", () => {});
  onTestFinished(() => redis.disconnect());
  return redis;
}

function fileOf(text: string): URL {
  const folder = mkdtempSync(join(tmpdir(), "sluice-script-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "x.lua");
  writeFileSync(file, text);
  return pathToFileURL(file);
}

function scriptOf(text: string, parts: readonly string[] = []): Script {
  return new Script(fileOf(text), parts.map(fileOf));
}

// A job's record must be there before its BullMQ job, which is sent right behind it.
test("a command sent right after a script's first call runs after it", async () => {
  const redis = connect();
  const script = scriptOf("return redis.call('SET', KEYS[1], ARGV[1])");
  const [, value] = await Promise.all([script.run(redis, ["first"], ["1"]), redis.get("first")]);
  expect(value).toBe("1");
});

test("the same holds after Redis was killed and has forgotten its scripts", async () => {
  const redis = connect();
  const script = scriptOf("return redis.call('SET', KEYS[1], ARGV[1])");
  await script.run(redis, ["second"], ["1"]);
  await server.kill();
  await server.restart();
  await waitUntil(() => redis.status === "ready");
  const [, value] = await Promise.all([script.run(redis, ["second"], ["2"]), redis.get("second")]);
  expect(value).toBe("2");
});

test("a script whose text was flushed meanwhile still runs", async () => {
  const redis = connect();
  const script = scriptOf("return ARGV[1]");
  await script.run(redis, [], ["1"]);
  await redis.script("FLUSH");
  expect(String(await script.run(redis, [], ["2"]))).toBe("2");
});

test("a script calls the functions of its parts", async () => {
  const redis = connect();
  const script = scriptOf("return double(plusOne(tonumber(ARGV[1])))", [
    "local function plusOne(number) return number + 1 end",
    "local function double(number) return number * 2 end",
  ]);
  expect(await script.run(redis, [], [20])).toBe(42);
  expect(await script.run(redis, [], [1])).toBe(4);
});
