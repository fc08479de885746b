import { beforeAll, expect, test } from "vitest";
import { startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test("a process with its Redis is live and ready, whatever is in the query", async () => {
  expect(await (await fetch(`${api.url}/livez?verbose`)).json()).toEqual({ status: "live" });
  expect(await (await fetch(`${api.url}/readyz?verbose`)).json()).toEqual({ status: "ready", accepting: true });
});

test("checks that come all the time are no lines in the log of a normal day", () => {
  const lines = api.lines.filter(({ event, route }) => event === "request.handled" && (route === "/livez" || route === "/readyz"));
  expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(["debug"]));
});

// An orchestrator takes the process out of the traffic, and does not kill it for Redis' sake.
test("while Redis is silent the process is live and, within its second, not ready", async () => {
  process.kill(api.server.pid, "SIGSTOP");
  const start = performance.now();
  const [live, ready] = await Promise.all([fetch(`${api.url}/livez`), fetch(`${api.url}/readyz`)]);
  process.kill(api.server.pid, "SIGCONT");
  expect([live.status, ready.status]).toEqual([200, 503]);
  expect(performance.now() - start).toBeLessThan(1_400);
});

// What is full can still be read: taken out of the traffic, nobody would get at the results.
test("while Redis takes no writes for lack of room the process is ready and says that it accepts nothing; asking leaves no key", async () => {
  const readiness = async () => {
    const response = await fetch(`${api.url}/readyz`);
    return [response.status, await response.json()];
  };
  const keys = await api.redis.dbsize();
  await api.redis.config("SET", "maxmemory", "1");
  expect(await readiness()).toEqual([200, { status: "ready", accepting: false }]);
  await api.redis.config("SET", "maxmemory", "0");
  expect(await readiness()).toEqual([200, { status: "ready", accepting: true }]);
  expect(await api.redis.dbsize()).toBe(keys);
});
