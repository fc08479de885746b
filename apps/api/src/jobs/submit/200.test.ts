import { waitUntil } from "@sluice/testkit/wait-until";
import { beforeAll, expect, test } from "vitest";
import { jobOf } from "../../testing/answers.ts";
import { aRequest, finish } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

/** Hands in a job and finishes it when somebody waits for it. */
async function submitAndFinish(headers: Record<string, string>) {
  const answer = api.post("/v1/jobs", aRequest({ metadata: { headers: JSON.stringify(headers) } }), headers);
  const id = await waitUntil(async () => {
    const [newest] = await api.redis.zrange("sluice:{default}:jobs", "+", "-", "BYLEX", "REV", "LIMIT", 0, 1);
    return newest !== undefined && (await api.redis.pubsub("NUMSUB", `sluice:{default}:job:${newest}:states`))[1] === 1
      ? newest
      : undefined;
  });
  await finish(api, id);
  return await answer;
}

test("with Prefer: wait the finished job itself is the answer, as soon as it is there", async () => {
  const start = performance.now();
  const response = await submitAndFinish({ prefer: "wait=30" });
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(response.status).toBe(200);
  expect(response.headers.get("preference-applied")).toBe("wait=30");
  const job = await jobOf(response);
  expect(response.headers.get("location")).toBe(`/v1/jobs/${job.id}`);
  expect(job).toMatchObject({ status: "succeeded", queue: null, result: { type: "succeeded" }, usage: { output_tokens: 4 } });
});

test("a job that takes longer than the wait is answered with 202", async () => {
  const response = await api.post("/v1/jobs", aRequest(), { prefer: "respond-async, wait=1" });
  expect(response.status).toBe(202);
  expect(response.headers.get("preference-applied")).toBe("respond-async, wait=1");
  expect(await jobOf(response)).toMatchObject({ status: "queued" });
});

test("a repeat with an idempotency key waits for the first call's job, too", async () => {
  const headers = { "idempotency-key": "k-1", prefer: "wait=30" };
  const first = await submitAndFinish(headers);
  const { id } = await jobOf(first);
  const again = await api.post("/v1/jobs", aRequest({ metadata: { headers: JSON.stringify(headers) } }), headers);
  expect(again.status).toBe(200);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(await jobOf(again)).toMatchObject({ id, status: "succeeded" });
});

// The job is accepted; telling the client that nothing was would make it send the job twice.
test("when Redis dies during the wait, the answer is the 202 of the accepted job", async () => {
  const own = await startTestApi();
  const answer = own.post("/v1/jobs", aRequest(), { prefer: "wait=30" });
  await waitUntil(async () => (await own.redis.pubsub("CHANNELS")).length > 0);
  await own.server.kill();
  expect((await answer).status).toBe(202);
});
