import { execFileSync } from "node:child_process";
import { loadWebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { startProcess } from "@sluice/testkit/processes";
import { expect, test } from "vitest";
import { setUp } from "./testing/set-up.ts";

test("the Express example takes a signed event, once, and refuses what is not signed", async () => {
  const t = await setUp();
  const { current } = await loadWebhookSecret(t.redis, "acme");
  const receiver = await startProcess({
    script: "examples/receivers/express/server.js",
    env: { WEBHOOK_SECRET: current, PORT: "0" },
    readyEvent: "receiver.listening",
  });
  const url = String(receiver.readyLine["url"]).replace("localhost", "127.0.0.1");
  await t.worker.start();
  // The same event twice, as when the answer to the first was lost.
  await t.deliver({ url });
  await t.finished();
  await t.redis.hset("sluice:{acme}:delivery:del_1", "status", "pending");
  await t.deliver({ url });
  expect((await t.finished()).delivery).toMatchObject({ status: "delivered" });
  await t.deliver({ url, ulid: "2" });
  await receiver.waitForLine((line) => line["id"] === "evt_2");
  const took = receiver.lines.filter((line) => line["event"] === "receiver.took");
  expect(took).toMatchObject([
    { id: "evt_1", type: "job.succeeded", subject: "job_1" },
    { id: "evt_2", type: "job.succeeded", subject: "job_2" },
  ]);
  const forged = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  expect(forged.status).toBe(400);
});

function hasPython(): boolean {
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test.runIf(hasPython())("the FastAPI example compiles", () => {
  const file = new URL("../../../../examples/receivers/fastapi/main.py", import.meta.url).pathname;
  execFileSync("python3", ["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", file]);
});
