import { connectForSignals, connectForWorker } from "@sluice/shared/redis/connect";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { JobSignals } from "./job-signals.ts";

const server = await startTestRedis();
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
  redis.on("error", () => {});
});
afterAll(() => redis.disconnect());

async function openSignals(watchesMax = 100): Promise<JobSignals> {
  const connection = connectForSignals(server.url);
  connection.on("error", () => {});
  onTestFinished(() => connection.disconnect());
  await waitUntil(() => connection.status === "ready");
  return new JobSignals(connection, watchesMax);
}

async function watchOf(signals: JobSignals, channel: string) {
  const watch = await signals.watch(channel);
  if (watch === undefined) throw new Error("no watch was given out");
  return watch;
}

/** Whether the watch is still asleep, after everything that is under way has arrived. */
async function sleeps(watch: { changed: () => Promise<void> }): Promise<boolean> {
  return await Promise.race([
    watch.changed().then(() => false),
    redis
      .ping()
      .then(() => redis.ping())
      .then(() => true),
  ]);
}

const subscribers = async (channel: string) => Number((await redis.pubsub("NUMSUB", channel))[1]);

test("what is published after a watch was given out wakes it, and only watches of that channel", async () => {
  const signals = await openSignals();
  const [first, second, other] = await Promise.all([watchOf(signals, "a"), watchOf(signals, "a"), watchOf(signals, "b")]);
  await redis.publish("a", "1 queued");
  await Promise.all([first.changed(), second.changed()]);
  expect(await sleeps(other)).toBe(true);
});

test("a change between two looks is not missed", async () => {
  const signals = await openSignals();
  const watch = await watchOf(signals, "a");
  const other = await watchOf(signals, "a");
  await redis.publish("a", "1 queued");
  await other.changed(); // The message has arrived, while nobody waited at the first watch.
  await watch.changed();
  expect(await sleeps(watch)).toBe(true);
});

test("watches of one channel are one subscription, which ends with the last of them", async () => {
  const signals = await openSignals();
  const [first, second] = await Promise.all([watchOf(signals, "c"), watchOf(signals, "c")]);
  expect(await subscribers("c")).toBe(1);
  first.end();
  first.end();
  expect(signals.size).toBe(1);
  second.end();
  const again = await watchOf(signals, "c");
  expect(await subscribers("c")).toBe(1);
  again.end();
  await waitUntil(async () => (await subscribers("c")) === 0);
  expect(signals.size).toBe(0);
});

// What was published meanwhile is lost: everybody must look again.
test("a lost connection wakes all, and once more when it is subscribed again", async () => {
  const signals = await openSignals();
  const watch = await watchOf(signals, "d");
  await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
  await watch.changed();
  await watch.changed();
  expect(await subscribers("d")).toBe(1);
  await redis.publish("d", "2 running");
  await watch.changed();
});

test("while Redis is away no watch is given out, and none stays behind", async () => {
  const signals = await openSignals();
  await server.kill();
  await expect(waitUntil(() => signals.watch("e").then(() => undefined), { timeoutMs: 50 })).rejects.toThrow();
  await expect(signals.watch("e")).rejects.toThrow();
  expect(signals.size).toBe(0);
  await server.restart();
  const watch = await waitUntil(() => signals.watch("e"));
  await redis.publish("e", "1 queued");
  await watch.changed();
});

test("beyond its bound it gives out none, and one again when one has ended", async () => {
  const signals = await openSignals(1);
  const watch = await watchOf(signals, "f");
  expect(await signals.watch("f")).toBeUndefined();
  watch.end();
  expect(await signals.watch("f")).toBeDefined();
});

test("draining ends every watch and gives out no more", async () => {
  const signals = await openSignals();
  const watch = await watchOf(signals, "g");
  signals.drain();
  await watch.changed();
  expect(watch.isEnded).toBe(true);
  expect(await signals.watch("g")).toBeUndefined();
  expect(signals.size).toBe(0);
});
