import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readProcessIdentity } from "@sluice/redis-server/process-identity";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { Redis } from "ioredis";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { startSupervisor } from "./testing/supervisor-process.ts";

const supervisorScript = fileURLToPath(new URL("testing/run-fake-service.ts", import.meta.url));
type Name = "api" | "worker" | "simulator";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-supervisor-"));
  writeFileSync(join(folder, "diary"), "");
  // Registered before the supervisors are, so that it comes after their end.
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** Starts the supervisor with stand-ins for the apps. */
function run(env: Record<string, string> = {}) {
  return startSupervisor(supervisorScript, folder, { PORT: "0", SLUICE_DATA_DIR: join(folder, "data"), FAKE_FOLDER: folder, ...env });
}

const diary = () => readFileSync(join(folder, "diary"), "utf8").trimEnd().split("\n");

/** What the last start of a stand-in left behind. */
function lifeOf(name: Name): { pid: number; environment: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
}

/** False also for a zombie that nobody has collected yet. */
const runs = (pid: number) => readProcessIdentity(pid) !== undefined;

const redisUrl = () => lifeOf("worker").environment["REDIS_URL"] ?? "";
const redisRecord = () => join(folder, "data", "redis", "server.json");
const redisPid = (): number => JSON.parse(readFileSync(redisRecord(), "utf8")).pid;

test("all start in order, and Ctrl-C ends all in order: API, worker, simulator, Redis", async () => {
  const service = run();
  await service.shows("Ctrl-C stops it.");
  expect(diary()[2], "it needs the addresses of the others").toBe("worker started");
  const redis = redisPid();

  service.pressCtrlC();
  expect(await service.exited).toBe(0);
  expect(diary().slice(-3)).toEqual(["api stopped", "worker stopped", "simulator stopped"]);
  expect(diary().join()).not.toContain("SIGINT");
  expect(runs(redis)).toBe(false);
  expect(existsSync(redisRecord())).toBe(false);
});

test("the banner tells address, docs, key, Claude, tier, Redis, and a command to try", async () => {
  const service = run({ SLUICE_REQUESTS_PER_MINUTE: "120" });
  await service.shows("Ctrl-C stops it.");
  const key = readFileSync(join(folder, "data", "admin-key"), "utf8").trim();
  const api = /API +(http:\/\/127\.0\.0\.1:\d+)/.exec(service.output())?.[1];
  const text = service.output();
  expect(api).toBeDefined();
  for (const part of [
    `${api}/docs`,
    key,
    "the simulator at http://127.0.0.1:",
    "tier-1: 120 requests a minute",
    "data/redis/redis.sock",
    `curl -sS ${api}/v1/jobs`,
  ]) {
    expect(text).toContain(part);
  }
  expect(text, "no colours into a pipe").not.toContain("\u001B[");
});

test("with a file of accounts the banner names it and them, not the tier of an account that is not there", async () => {
  const file = join(folder, "accounts.yaml");
  const account = (name: string) => `  - { name: ${name}, api_key_env: KEY_${name.toUpperCase()}, tier: tier-1 }`;
  writeFileSync(file, ["accounts:", account("main"), account("second"), ""].join("\n"));
  const service = run({ SLUICE_CONFIG: file, KEY_MAIN: "sk-ant-1", KEY_SECOND: "sk-ant-2" });
  await service.shows("Ctrl-C stops it.");
  expect(service.output()).toMatch(/Claude +the accounts of .*accounts\.yaml: main, second\n/);
  expect(service.output()).not.toContain("Tier");
});

test("each process gets the secrets it needs and no others", async () => {
  const service = run({ ANTHROPIC_API_KEY: "sk-ant-real", SLUICE_ADMIN_KEY: "sk-sluice-mine" });
  await service.shows("Ctrl-C stops it.");
  expect(lifeOf("worker").environment).toMatchObject({ ANTHROPIC_API_KEY: "sk-ant-real" });
  expect(lifeOf("worker").environment).not.toHaveProperty("SLUICE_ADMIN_KEY");
  expect(lifeOf("api").environment).toMatchObject({ SLUICE_ADMIN_KEY: "sk-sluice-mine" });
  expect(lifeOf("api").environment).not.toHaveProperty("ANTHROPIC_API_KEY");
  expect(existsSync(join(folder, "simulator.json")), "no simulator beside the real Claude").toBe(false);
  expect(service.output(), "a given key is not printed").not.toContain("sk-sluice-mine");
});

test("with REDIS_URL no Redis is started", async () => {
  const redis = await startTestRedis();
  const service = run({ REDIS_URL: redis.url });
  await service.shows("Ctrl-C stops it.");
  expect(redisUrl()).toBe(redis.url);
  expect(existsSync(join(folder, "data", "redis"))).toBe(false);
});

test("a process that dies is started again, at the same address", async () => {
  const service = run();
  await service.shows("Ctrl-C stops it.");
  const { pid } = lifeOf("worker");
  process.kill(pid, "SIGKILL");
  await service.shows("The worker ended unexpectedly (SIGKILL); it is started again");
  await waitUntil(() => lifeOf("worker").pid !== pid, { describe: "another worker" });

  const simulator = lifeOf("simulator").pid;
  process.kill(simulator, "SIGKILL");
  await waitUntil(() => lifeOf("simulator").pid !== simulator, { describe: "another simulator" });
  const address = new URL(lifeOf("worker").environment["ANTHROPIC_BASE_URL"] ?? "");
  expect(lifeOf("simulator").environment["SLUICE_SIMULATOR_PORT"]).toBe(address.port);
});

test("an embedded Redis that dies comes back at the same address with its data", async () => {
  const service = run();
  await service.shows("Ctrl-C stops it.");
  const redis = new Redis(redisUrl(), { retryStrategy: () => 20 });
  redis.on("error", () => {});
  await redis.set("kept", "yes");
  process.kill(redisPid(), "SIGKILL");
  await service.shows("The embedded Redis ended unexpectedly");
  expect(await redis.get("kept")).toBe("yes");
  redis.disconnect();
});

test("a process whose settings do not fit ends the whole at once, with its message", async () => {
  const service = run({ FAKE_WORKER: "bad-settings" });
  expect(await service.exited).toBe(78);
  expect(service.output()).toContain("SOME_SETTING: must be better");
  expect(service.output()).toContain("The settings of the worker do not fit");
  expect(diary().filter((line) => line === "worker started")).toHaveLength(1);
  expect(runs(lifeOf("simulator").pid)).toBe(false);
  expect(existsSync(redisRecord())).toBe(false);
});

test("a process that never gets ready ends the whole after five tries", async () => {
  const service = run({ FAKE_API: "never-ready" });
  expect(await service.exited).toBe(1);
  expect(service.output()).toContain("The api ended again and again before it was ready");
  expect(diary().filter((line) => line === "api started")).toHaveLength(5);
  expect(diary()).toContain("simulator stopped");
});

test("Ctrl-C during the start ends what was started", async () => {
  const service = run({ FAKE_API: "hangs-at-start" });
  await waitUntil(() => existsSync(join(folder, "api.json")), { describe: "the API's start" });
  service.pressCtrlC();
  expect(await service.exited).toBe(0);
  expect(runs(lifeOf("api").pid)).toBe(false);
  expect(existsSync(redisRecord())).toBe(false);
});

test("a process that does not stop is killed when its time is over", async () => {
  const service = run({ FAKE_API: "ignores-stop", SLUICE_STOP_GRACE_SECONDS: "0" });
  await service.shows("Ctrl-C stops it.");
  service.pressCtrlC();
  expect(await service.exited).toBe(0);
  expect(service.output()).toContain("The api did not stop within 2 s and is killed");
  expect(diary().slice(-3)).toEqual(["api ignored the stop", "worker stopped", "simulator stopped"]);
});

test("a second Ctrl-C ends all at once", async () => {
  const service = run({ FAKE_WORKER: "ignores-stop" });
  await service.shows("Ctrl-C stops it.");
  const redis = redisPid();
  service.pressCtrlC();
  await waitUntil(() => diary().includes("worker ignored the stop"));
  service.pressCtrlC();
  expect(await service.exited).toBe(1);
  expect(service.output()).toContain("Ending at once.");
  // Killed, they are gone a moment later: nobody waits for them.
  const pids = [...(["api", "worker", "simulator"] as const).map((name) => lifeOf(name).pid), redis];
  await waitUntil(() => !pids.some(runs), { describe: "all processes to be gone" });
});

test("when the supervisor is killed its processes stop by themselves, and the next start takes over its Redis", async () => {
  const first = run();
  await first.shows("Ctrl-C stops it.");
  const redis = redisPid();
  first.kill();
  await waitUntil(() => ["api stopped", "worker stopped", "simulator stopped"].every((line) => diary().includes(line)));

  const second = run();
  await second.shows("Ctrl-C stops it.");
  expect(second.output()).toContain("embedded, found running");
  expect(redisPid()).toBe(redis);
  second.pressCtrlC();
  expect(await second.exited).toBe(0);
  expect(runs(redis)).toBe(false);
});

test("a second start on the same port tells so and leaves the first alone", async () => {
  const first = run();
  await first.shows("Ctrl-C stops it.");
  const { port } = new URL(/API +(http:\S+)/.exec(first.output())?.[1] ?? "");
  const before = diary();

  const second = run({ PORT: port });
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain(`Port ${port} is in use.`);
  expect(diary()).toEqual(before);
  const redis = new Redis(redisUrl());
  expect(await redis.ping()).toBe("PONG");
  redis.disconnect();
});

test("bad settings of the supervisor are told before anything starts", async () => {
  const service = run({ PORT: "many" });
  expect(await service.exited).toBe(78);
  expect(service.output()).toContain("PORT:");
  expect(existsSync(join(folder, "data"))).toBe(false);
});

test("in production neither a key nor Claude is made up", async () => {
  const service = run({ NODE_ENV: "production" });
  expect(await service.exited).toBe(78);
  expect(service.output()).toContain("SLUICE_ADMIN_KEY: is required");
  expect(service.output()).toContain("ANTHROPIC_API_KEY: is required");
});
