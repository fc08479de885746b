// Redis killed in the middle of traffic and started again on the same data (P1, P8): every accepted job ends succeeded, none is
// sent twice while the outage is shorter than the locks, and no worker needs a restart.
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "./testing/jobs.ts";
import { startTestSimulator } from "./testing/simulator.ts";
import { startTestWorker } from "./testing/workers.ts";

/** A job that Redis had just given away when it was killed, and that no worker got, waits for its lock to end. */
const patienceMs = 60_000;

test(
  "Redis killed in mid-traffic: every accepted job succeeds, each prompt is seen once, the workers go on",
  { timeout: 90_000 },
  async () => {
    const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
    const jobs = await startJobs(server.url);
    const env = { SLUICE_REQUESTS_PER_MINUTE: "1200" };
    const workers = await Promise.all([1, 2].map(() => startTestWorker({ redisUrl: server.url, simulator, env })));
    const model = newModel();
    // Their answers come while Redis is away.
    const inFlight = Array.from({ length: 3 }, newPrompt);
    for (const prompt of inFlight) await simulator.fail(prompt, "slow", { delay_ms: 1_000 });
    const inFlightIds = await jobs.submitAll(inFlight.map((prompt) => ({ prompt, model })));
    await Promise.all(inFlight.map((prompt) => simulator.arrived(prompt)));
    const ids = [...inFlightIds, ...(await jobs.submitAll(Array.from({ length: 60 }, () => ({ prompt: newPrompt(), model }))))];
    await waitUntil(async () => (await simulator.requests()).length >= inFlight.length + 5);

    await server.kill();
    const failures = () => workers.map(({ lines }) => lines.filter(({ event }) => event === "redis.error").length);
    await waitUntil(() => Math.min(...failures()) >= 1, { describe: "the workers to look for Redis in vain" });
    const outcomes = async () =>
      (await Promise.all(inFlight.map((prompt) => simulator.requestsWith(prompt)))).flat().map(({ outcome }) => outcome);
    await waitUntil(async () => (await outcomes()).every((outcome) => outcome === "answered"), { describe: "the answers to come" });
    expect(await outcomes()).toHaveLength(inFlight.length);
    await server.restart();

    const done = await Promise.all(ids.map((id) => jobs.finished(id, patienceMs)));
    for (const job of done) expect(job).toMatchObject({ status: "succeeded", attempts: 1, failures: 0 });
    const { prompts } = await simulator.stats();
    expect(prompts).toMatchObject({ distinct: ids.length, seen: { repeats: 0 } });

    // Also what it heard only by a message before is heard again: a lane named after the outage.
    const after = await jobs.submit({ prompt: newPrompt(), model: newModel() });
    expect(await jobs.finished(after)).toMatchObject({ status: "succeeded", attempts: 1 });
    for (const { lines } of workers) expect(lines.filter(({ level }) => level === "error")).toEqual([]);
  },
);
