import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { waitUntil } from "@sluice/testkit/wait-until";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { startSupervisor, type SupervisorProcess } from "./testing/supervisor-process.ts";

const mainScript = fileURLToPath(new URL("main.ts", import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-service-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** What `npm start` runs, with the real apps. */
async function start(env: Record<string, string> = {}) {
  const service = startSupervisor(mainScript, folder, { PORT: "0", ...env });
  await service.shows("Ctrl-C stops it.");
  return service;
}

/** The command that the banner offers. */
function offeredCommand(service: SupervisorProcess): string {
  const command = /^ +(curl .+)$/m.exec(service.output())?.[1];
  if (command === undefined) throw new Error(`No command is offered:\n${service.output()}`);
  return command;
}

/** A client with the address and key of the banner. */
function clientOf(service: SupervisorProcess) {
  const [, url = "", key = ""] = /(http:\S+)\/v1\/jobs .*Bearer (\S+)"/.exec(offeredCommand(service)) ?? [];
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return {
    async submit(prompt: string): Promise<string> {
      const response = await fetch(`${url}/v1/jobs`, { method: "POST", headers, body: JSON.stringify({ prompt }) });
      return fieldOf(await response.json(), "id");
    },
    async statusOf(id: string): Promise<string> {
      const response = await fetch(`${url}/v1/jobs/${id}`, { headers });
      return fieldOf(await response.json(), "status");
    },
    isReady: async () => (await fetch(`${url}/readyz`)).status === 200,
  };
}

function fieldOf(body: unknown, name: string): string {
  const fields: Record<string, unknown> = { ...(typeof body === "object" ? body : {}) };
  const value = fields[name];
  if (typeof value !== "string") throw new Error(`No ${name} in ${JSON.stringify(body)}`);
  return value;
}

test("the command of the banner, pasted, gives an answer", { timeout: 60_000 }, async () => {
  const service = await start();
  const { stdout } = await promisify(execFile)("sh", ["-c", offeredCommand(service)]);
  expect(JSON.parse(stdout)).toMatchObject({ object: "job", status: "succeeded", result: { type: "succeeded" } });
});

// Two starts of five processes each: with two busy cores that alone takes 20 s.
test("Ctrl-C in mid-call ends all within 10 s, and the next start takes up the job", { timeout: 90_000 }, async () => {
  const first = await start({ SLUICE_SIMULATOR_LATENCY_MS: "60000", SLUICE_STOP_GRACE_SECONDS: "0.5" });
  const before = clientOf(first);
  const id = await before.submit("What is 2 + 2?");
  await waitUntil(async () => (await before.statusOf(id)) === "running", { describe: "the job to run" });

  const asked = performance.now();
  first.pressCtrlC();
  expect(await first.exited).toBe(0);
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(first.output(), "nobody had to be killed").not.toContain("is killed");

  const second = await start();
  const after = clientOf(second);
  expect(await after.isReady()).toBe(true);
  await waitUntil(async () => (await after.statusOf(id)) === "succeeded", { describe: "the job to succeed" });
});
