import { startSimulator } from "@sluice/testkit/start-simulator";
import { expect, test } from "vitest";
import { aRequest } from "./testing/start-for-test.ts";

const headers = { "x-api-key": "sk-test", "anthropic-version": "2023-06-01" };

test("as a process it says where it serves, answers bundled questions, and ends at once on SIGTERM with calls in flight", async () => {
  const simulator = await startSimulator({ env: { SLUICE_SIMULATOR_LATENCY_MS: "60000", SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: "6000" } });
  expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const answer = fetch(`${simulator.url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(aRequest()) });
  const long = fetch(`${simulator.url}/simulator/held?wait_seconds=60`);
  const stats = async (): Promise<unknown> => (await fetch(`${simulator.url}/simulator/stats`)).json();
  await expect.poll(stats).toMatchObject({ in_flight: 1 });
  const stopped = performance.now();
  const [exit] = await Promise.all([simulator.stop(), expect(answer).rejects.toThrow(), expect(long).rejects.toThrow()]);
  expect(exit).toEqual({ code: 0, signal: null });
  expect(performance.now() - stopped).toBeLessThan(2000);
});

test("settings that do not fit end it with the names of all of them", async () => {
  await expect(startSimulator({ env: { SLUICE_SIMULATOR_FAULTS: "luck=1", SLUICE_SIMULATOR_LATENCY_MS: "soon" } })).rejects.toThrow(
    /SLUICE_SIMULATOR_LATENCY_MS: must be.*SLUICE_SIMULATOR_FAULTS: there is no fault "luck"/s,
  );
});

test("its log tells what was answered, and never a prompt or a key", async () => {
  const simulator = await startSimulator({ env: { SLUICE_LOG_LEVEL: "debug", SLUICE_SIMULATOR_LATENCY_MS: "0" } });
  const body = JSON.stringify(aRequest("a very private prompt"));
  await (await fetch(`${simulator.url}/v1/messages`, { method: "POST", headers, body })).text();
  expect(await simulator.waitForLine((line) => line["event"] === "simulator.answered")).toMatchObject({ status: 200, outcome: "answered" });
  expect(simulator.output()).not.toMatch(/private|sk-test/);
});
