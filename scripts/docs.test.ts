// The pages that are written by hand, held against a running service and against the folder they stand in.
import { execFile, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { connectForWorker } from "../packages/shared/src/redis/connect.ts";
import { startTestRedis } from "../packages/testkit/src/redis.ts";
import { startApi } from "../packages/testkit/src/start-api.ts";
import { startSimulator } from "../packages/testkit/src/start-simulator.ts";
import { startWorker } from "../packages/testkit/src/start-worker.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root });

const adminKey = "sk-sluice-docs";
const redis = await startTestRedis();
const simulator = await startSimulator({ env: { SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: "6000" } });
const limits = { SLUICE_REQUESTS_PER_MINUTE: "6000" };
await startWorker({ redisUrl: redis.url, anthropicBaseUrl: simulator.url, env: limits });
const api = await startApi({ redisUrl: redis.url, adminKey, env: { ...limits, SLUICE_WEBHOOK_ALLOW_PRIVATE: "127.0.0.0/8" } });

const folder = mkdtempSync(join(tmpdir(), "sluice-docs-"));
mkdirSync(join(folder, ".data"));
writeFileSync(join(folder, ".data/admin-key"), `${adminKey}\n`);
afterAll(() => rmSync(folder, { recursive: true }));

/** An example of the README as a reader would run it, in a folder where `npm start` has left its key. */
async function runExample(language: string, containing: string, command: string, args: string[]): Promise<string> {
  const blocks = [...read("README.md").matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const [, , text = ""] = blocks.find(([, name, body = ""]) => name === language && body.includes(containing)) ?? [];
  expect(text, `the README has no such ${language} example`).not.toBe("");
  writeFileSync(join(folder, "example.mjs"), text.replaceAll("http://127.0.0.1:3000", api.url));
  const { PATH } = process.env;
  const { stdout } = await promisify(execFile)(command, [...args, "example.mjs"], { cwd: folder, env: { PATH, SLUICE_KEY: adminKey } });
  return stdout;
}

test("the README's first job by curl is accepted", async () => {
  expect(await runExample("sh", "curl", "sh", [])).toContain('"status":"queued"');
});

test("the README's first job by Node is answered", async () => {
  expect(await runExample("js", "fetch", process.execPath, [])).toMatch(/^succeeded \{/);
});

test.skipIf(spawnSync("python3", ["--version"]).status !== 0)("the README's first job by Python is answered", async () => {
  expect(await runExample("python", "urllib", "python3", [])).toMatch(/^succeeded \{/);
});

test("every key of a running service is in the table of keys", async () => {
  const submit = await fetch(`${api.url}/v1/jobs`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json", "idempotency-key": "a", prefer: "wait=20" },
    body: JSON.stringify({ prompt: "Name a river.", webhook_url: "http://127.0.0.1:9/hook", expires_in_seconds: 60 }),
  });
  expect(await submit.json()).toMatchObject({ status: "succeeded" });
  const waiting = await fetch(`${api.url}/v1/jobs`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ prompt: "Name a lake.", delay_seconds: 600 }),
  });
  expect(waiting.status).toBe(202);
  const batch = await fetch(`${api.url}/v1/batches`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      requests: [
        { custom_id: "a", params: { model: "claude-haiku-4-5", max_tokens: 16, messages: [{ role: "user", content: "A sea?" }] } },
      ],
    }),
  });
  expect(batch.status).toBe(202);

  const patterns = [...read("docs/redis-keys.md").matchAll(/`(sluice:[^`]*)`/g)].map(
    ([, pattern = ""]) =>
      new RegExp(
        `^${pattern
          .split("*")
          .map((text) => RegExp.escape(text))
          .join("[^:]+")}$`,
      ),
  );
  const connection = connectForWorker(redis.url);
  const keys = await connection.keys("*");
  connection.disconnect();
  expect(keys.length).toBeGreaterThan(15);
  expect(keys.filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
});

test.each(pages)("%s links to files that are there", (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.replace(/#.*/, ""))
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target));
  expect(targets.filter((target) => !existsSync(resolve(root, dirname(page), target)))).toEqual([]);
});

test("every page is in the index", () => {
  const index = read("docs/README.md");
  const names = pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md").map((page) => page.slice("docs/".length));
  expect(names.filter((name) => !index.includes(`(${name})`))).toEqual([]);
});
