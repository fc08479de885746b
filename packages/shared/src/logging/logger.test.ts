import { startTestRedis } from "@sluice/testkit/redis";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { createLogger } from "./logger.ts";

function logTo(lines: string[]) {
  return createLogger({ process: "test", level: "info", destination: { write: (line) => void lines.push(line) } });
}

// ioredis hangs the whole command on its errors, and with it the prompt that was to be stored.
test("a logged Redis error tells its message, and nothing of the command's arguments", async () => {
  const server = await startTestRedis();
  const redis = new Redis(server.url);
  onTestFinished(() => redis.disconnect());
  const wrong = await redis.call("SET", "key", "a-very-private-prompt", "NONSENSE").catch((failure: unknown) => failure);

  const lines: string[] = [];
  logTo(lines).error({ event: "test.failed", error: wrong });
  logTo(lines).error({ event: "test.failed", error: new Error("outer", { cause: wrong }) });
  expect(lines[0]).toContain("ERR syntax error");
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ error: { message: "outer", cause: { message: "ERR syntax error" } } });
  expect(lines.join()).not.toContain("a-very-private-prompt");
});

test("a key that is passed by mistake is not written", () => {
  const lines: string[] = [];
  logTo(lines).info({ event: "test", apiKey: "sk-1", request: { authorization: "Bearer sk-2", "x-api-key": "sk-3" } });
  expect(lines.join()).not.toMatch(/sk-\d/);
});
