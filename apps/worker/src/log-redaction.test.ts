import { startTestRedis } from "@sluice/testkit/redis";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import { expect, test } from "vitest";
import { streamFromMaxTokens } from "./provider/claude-client.ts";
import { newModel, startJobs } from "./testing/jobs.ts";
import { startTestSimulator } from "./testing/simulator.ts";
import { startTestWorker } from "./testing/workers.ts";

const key = "sk-ant-api03-Xylophon-Quitte";
const secretWord = "Marmeladenzeder";

test("neither prompts nor answers nor keys are in a worker's output, whatever goes wrong", async () => {
  const [server, simulator, receiver] = await Promise.all([startTestRedis(), startTestSimulator(), startWebhookReceiver()]);
  const jobs = await startJobs(server.url);
  const worker = await startTestWorker({
    redisUrl: server.url,
    simulator,
    env: { ANTHROPIC_API_KEY: key, SLUICE_LOG_LEVEL: "debug" },
  });
  const model = newModel();
  const faults = ["", "overloaded", "invalid_request", "rate_limit", "reset", "half", "stream_error", "refusal"];
  const drafts = faults.flatMap((fault) =>
    [100, streamFromMaxTokens].map((maxTokens) => ({
      fault,
      prompt: `Tell me about the ${secretWord} ${fault || "itself"} in ${maxTokens} words.`,
      maxTokens,
    })),
  );
  for (const { fault, prompt } of drafts) if (fault !== "") await simulator.fail(prompt, fault);
  const webhookUrl = `${receiver.url}/${secretWord}?token=${key}`;
  const ids = await jobs.submitAll(drafts.map(({ prompt, maxTokens }) => ({ prompt, maxTokens, model, maxAttempts: 2, webhookUrl })));
  const done = await Promise.all(ids.map((id) => jobs.finished(id)));

  // An error of Redis holds the command that failed, with all that it carries.
  const held = await simulator.hold();
  const late = await jobs.submit({ prompt: `Is the ${secretWord} too large for Redis?`, model });
  await held.arrived();
  await jobs.redis.config("SET", "maxmemory", "1mb");
  await held.release();
  await worker.waitForLine((line) => JSON.stringify(line).includes("OOM"));
  await jobs.redis.config("SET", "maxmemory", "0");
  done.push(await jobs.finished(late));

  await receiver.waitFor(ids.length);
  const output = worker.output();
  expect(output.split("\n").length).toBeGreaterThan(drafts.length);
  for (const id of ids) expect(output).toContain(id);
  expect(output).not.toContain(secretWord);
  expect(output).not.toContain(key);
  for (const text of textsOf(done.map(({ result }) => result))) expect(output).not.toContain(text);
});

/** Every text of the answers, long enough to be told from the words of a log. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value.length > 30 ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
