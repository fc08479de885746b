import { beforeAll, expect, test } from "vitest";
import { startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test("a process with its Redis is live and ready, whatever is in the query", async () => {
  expect(await (await fetch(`${api.url}/livez?verbose`)).json()).toEqual({ status: "live" });
  expect(await (await fetch(`${api.url}/readyz?verbose`)).json()).toEqual({ status: "ready" });
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
