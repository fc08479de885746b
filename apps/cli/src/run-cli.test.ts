import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { startTestRedis } from "@sluice/testkit/redis";
import { startApi } from "@sluice/testkit/start-api";
import { startSimulator } from "@sluice/testkit/start-simulator";
import { startWorker } from "@sluice/testkit/start-worker";
import { waitUntil } from "@sluice/testkit/wait-until";
import { afterAll, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";
import { startSluice } from "./testing/run-sluice.ts";

const adminKey = "sk-sluice-test-operator-of-the-command-line";
// Requests bind: a run that is long enough to be killed in, and short enough to wait for.
const limits = { SLUICE_REQUESTS_PER_MINUTE: "900", SLUICE_TIER: "tier-4" };
const redis = await startTestRedis();
const simulator = await startSimulator({
  env: {
    SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: "900",
    SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: "4000000",
    SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "800000",
    SLUICE_SIMULATOR_UNKNOWN_MODELS: "refuse",
    SLUICE_SIMULATOR_LATENCY_MS: "20",
  },
});
const [api] = await Promise.all([
  startApi({ redisUrl: redis.url, adminKey, env: limits }),
  startWorker({ redisUrl: redis.url, anthropicBaseUrl: simulator.url, env: limits }),
]);
const folder = mkdtempSync(join(tmpdir(), "sluice-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
const environment = { SLUICE_URL: api.url, SLUICE_API_KEY: adminKey };

/** The command line in this process: starting one takes longer than what most commands do. */
async function sluice(
  args: readonly string[],
  { env = environment, signal = new AbortController().signal }: { env?: Record<string, string>; signal?: AbortSignal } = {},
) {
  const texts = { stdout: "", stderr: "" };
  const collect = (name: keyof typeof texts) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const code = await runCli(args, { environment: env, stdout: collect("stdout"), stderr: collect("stderr"), signal });
  return { code, ...texts };
}

const inFolder = (name: string): string => join(folder, name);

function file(name: string, lines: readonly unknown[]): string {
  writeFileSync(inFolder(name), lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return inFolder(name);
}

interface ResultLine {
  custom_id: string;
  result: { type: string };
}

/** The whole lines of a results file. */
function resultsOf(name: string): ResultLine[] {
  const path = inFolder(name);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return text
    .split("\n")
    .slice(0, -1)
    .map((line): ResultLine => JSON.parse(line));
}

test("a run that is killed twice goes on where it was: every line once, nothing sent twice", async () => {
  const ids = Array.from({ length: 60 }, (_, index) => `question-${index}`);
  const prompts = file(
    "questions.jsonl",
    ids.map((custom_id, index) => ({ custom_id, prompt: `What is ${index} plus 1?` })),
  );
  const command = ["run", prompts, "-o", inFolder("answers.jsonl"), "--max-tokens", "64"];
  for (const reached of [5, 20]) {
    const started = startSluice(command, { PATH, HOME, NODE_COMPILE_CACHE, ...environment });
    await waitUntil(() => resultsOf("answers.jsonl").length >= reached, { timeoutMs: 20_000 });
    started.kill("SIGKILL");
    expect(await started.ended).toBeNull();
  }
  // What a kill in the middle of a write leaves behind.
  writeFileSync(inFolder("answers.jsonl"), '{"custom_id":"question-5', { flag: "a" });

  const last = await sluice([...command, "--json"]);
  expect(last.code, last.stderr).toBe(0);
  expect(JSON.parse(last.stdout)).toMatchObject({ total: 60, succeeded: 60, failed: 0, results: inFolder("answers.jsonl") });
  const results = resultsOf("answers.jsonl");
  expect(results.map((line) => line.custom_id).toSorted()).toEqual(ids.toSorted());
  expect(new Set(results.map(({ result }) => result.type))).toEqual(new Set(["succeeded"]));
  const stats: unknown = await (await fetch(`${simulator.url}/simulator/stats`)).json();
  expect(stats).toMatchObject({ prompts: { admitted: { repeats: 0 } } });

  const changed = await sluice([...command, "--system", "Briefly."]);
  expect(changed.code).toBe(2);
  expect(changed.stderr).toContain("answers.jsonl holds a run of something else");
});

test("lines without an answer are listed with their reasons, and the run ends with code 1", async () => {
  const bad = { custom_id: "bad", params: { model: "claude-nothing", messages: [{ role: "user", content: "Hi" }] } };
  const { code, stdout, stderr } = await sluice(["run", file("mixed.jsonl", [{ custom_id: "good", prompt: "Name a tree." }, bad])]);
  expect(code).toBe(1);
  expect(stdout).toContain("1 of 2 lines answered");
  expect(stderr).toMatch(/1 of 2 lines have no answer:\n {2}bad {2}not_found_error: /);
  expect(
    resultsOf("mixed.results.jsonl")
      .map((line) => line.custom_id)
      .toSorted(),
  ).toEqual(["bad", "good"]);
});

test("what Sluice refuses is told by the line of the file, and leaves nothing behind", async () => {
  const bad = { custom_id: "x", params: { messages: [{ role: "nobody", content: "Hi" }] } };
  const { code, stderr } = await sluice(["run", file("refused.jsonl", [{ prompt: "Fine" }, "", bad])]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/\n {2}line 3, params\.messages\.0\.role: /);
  expect(existsSync(inFolder("refused.results.jsonl.sluice"))).toBe(false);
});

test("Ctrl-C cancels the batch when that was asked for; what was answered before stays", async () => {
  const prompts = file(
    "long.txt",
    Array.from({ length: 300 }, (_, index) => `Say ${index}.`),
  );
  const stop = new AbortController();
  const running = sluice(["run", prompts, "--cancel-on-interrupt"], { signal: stop.signal });
  await waitUntil(() => resultsOf("long.results.jsonl").length > 0, { timeoutMs: 20_000 });
  stop.abort(new Error("Ctrl-C"));
  const { code, stderr } = await running;
  expect(code).toBe(130);
  const [, id = ""] = /Canceled (batch_\w+)/.exec(stderr) ?? [];
  const waited = await sluice(["wait", id, "--json"]);
  expect(waited.code).toBe(1);
  expect(JSON.parse(waited.stdout)).toMatchObject({ id, status: "ended", request_counts: { total: 300, queued: 0, running: 0 } });
  expect((await sluice(["run", prompts])).code).toBe(1);
  expect(resultsOf("long.results.jsonl")).toHaveLength(300);
});

test("jobs are handed in, waited for, shown and listed", async () => {
  const submitted = await sluice(["submit", "Name three rivers.", "--name", "rivers", "--meta", "order=A-12", "--wait", "--json"]);
  expect(submitted.code, submitted.stderr).toBe(0);
  const job: { id: string } = JSON.parse(submitted.stdout);
  expect(job).toMatchObject({ status: "succeeded", custom_id: "rivers", metadata: { order: "A-12" } });
  expect(await sluice(["get", job.id])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^job +job_\w+\nstatus +succeeded\n/) });
  expect((await sluice(["ls", "--limit", "1"])).stdout).toMatch(/^ID +STATUS +NAME.*\njob_\w+ +succeeded +rivers/);
  expect(await sluice(["cancel", job.id])).toMatchObject({ code: 1, stderr: expect.stringContaining("(conflict, ") });
  expect((await sluice(["limits"])).stdout).toMatch(/\ndefault\.haiku-4-5 +900\/min/);
  expect((await sluice(["usage", "--by", "model"])).stdout).toMatch(/\nclaude-haiku-4-5 +\d+/);
  expect((await sluice(["deliveries"])).stdout).toBe("There are no deliveries.\n");
});

test("a file is estimated before it is run: cost, time now and in each tier, and the tier for a wished time", async () => {
  const prompts = file(
    "estimated.txt",
    Array.from({ length: 200 }, (_, index) => `Name ${index}.`),
  );
  const { code, stdout, stderr } = await sluice(["estimate", prompts, "--max-tokens", "100", "--within", "1m"]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^requests +200\n/);
  expect(stdout).toMatch(/\ntime now +about \d+ s, limited by requests\n/);
  expect(stdout).toMatch(/\nwithin 1 min 00 s +the limits of now are enough \(the smallest tier that is enough: tier-2\)\n/);
  expect(stdout).toMatch(/\nfree +19 min 54 s +/);
});

test("keys are created, used, listed and revoked", async () => {
  const created = await sluice(["keys", "create", "--tenant", "acme", "--name", "ci", "--per-minute", "60", "--json"]);
  expect(created.code, created.stderr).toBe(0);
  const { id, key }: { id: string; key: string } = JSON.parse(created.stdout);
  const env = { ...environment, SLUICE_API_KEY: key };
  expect(await sluice(["ls"], { env })).toMatchObject({ code: 0, stdout: "There are no jobs.\n" });
  expect(await sluice(["keys"], { env })).toMatchObject({ code: 3, stderr: expect.stringContaining("operator's key") });
  expect((await sluice(["keys"])).stdout).toMatch(/key_\w+ +acme +ci +\S+ +60\/min/);
  const changed = await sluice(["keys", "update", id, "--per-minute", "none", "--queued-jobs", "7"]);
  expect(changed).toMatchObject({ code: 0, stdout: expect.stringContaining(`(${id}): 7 queued.`) });
  expect((await sluice(["keys", "revoke", id])).code).toBe(0);
  expect((await sluice(["ls"], { env })).code).toBe(3);
});

test("nobody there, no key, a wrong key, a wrong command: each is told, with its own exit code", async () => {
  const cases = [
    {
      args: ["ls"],
      env: { ...environment, SLUICE_URL: "http://127.0.0.1:1" },
      code: 3,
      says: "could not be reached at http://127.0.0.1:1",
    },
    { args: ["ls"], env: { ...environment, SLUICE_API_KEY: "sk-sluice-wrong" }, code: 3, says: "refused the key" },
    { args: ["ls"], env: { SLUICE_URL: "https://sluice.example" }, code: 3, says: "There is no key for https://sluice.example" },
    { args: ["lst"], env: environment, code: 2, says: "unknown command 'lst'" },
    { args: ["get", "job_none"], env: environment, code: 1, says: "no job of this id" },
  ];
  for (const { args, env, code, says } of cases) {
    expect(await sluice(args, { env })).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(says) });
  }
});

test("bash completes commands, their options, and the options' values", async () => {
  const { stdout: script } = await sluice(["completion", "bash"]);
  const test = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sluice; echo "${COMPREPLY[*]}"';
  const complete = (...words: string[]): string[] =>
    execFileSync("bash", ["-c", `${script}\n${test}`, "bash", "sluice", ...words], { encoding: "utf8" })
      .trim()
      .split(" ");
  expect(complete("ru")).toEqual(["run"]);
  expect(complete("run", "--pr")).toEqual(["--prompt", "--priority"]);
  expect(complete("run", "x.jsonl", "--priority", "")).toEqual(["high", "normal", "low"]);
  expect(complete("keys", "create", "--ten")).toEqual(["--tenant"]);
  expect(complete("keys", "")).toEqual(["ls", "create", "update", "revoke", "--help"]);
});
