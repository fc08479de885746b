import { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import { abortChannel } from "@sluice/shared/redis/keys";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { waitUntil } from "@sluice/testkit/wait-until";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { jobOf } from "../../testing/answers.ts";
import { start, submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const cancel = async (id: string) => await api.fetch(`/v1/jobs/${id}/cancel`, { method: "POST" });

test("a queued job is final at once, and leaves its lane", async () => {
  const { id } = await submit(api);
  const response = await cancel(id);
  expect(response.status).toBe(200);
  const job = await jobOf(response);
  expect(job).toMatchObject({ id, status: "canceled", result: { type: "canceled" }, queue: null, started_at: null });
  expect(job.finished_at).not.toBeNull();
  const lanes = new LaneDirectory(api.redis, []);
  expect(await lanes.queueOf("{default.haiku-4-5}").getJobState(id)).toBe("unknown");
  await lanes.close();
});

test("a running job is final at once, and its worker is told to abort the call", async () => {
  const { id } = await submit(api);
  await start(api, id);
  const worker = connectForWorker(api.server.url);
  onTestFinished(() => worker.disconnect());
  const told: string[] = [];
  worker.on("message", (_channel: string, message: string) => told.push(message));
  await worker.subscribe(abortChannel);
  expect(await jobOf(await cancel(id))).toMatchObject({ status: "canceled", attempts: 1 });
  await waitUntil(() => told.includes(`default/${id}`));
});

test("the event of a canceled job is on its way to its webhook", async () => {
  const { id } = await submit(api, { webhook_url: "https://example.com/hook" });
  await cancel(id);
  expect(await api.redis.exists(`sluice:{deliveries}:${id.replace("job_", "del_")}`)).toBe(1);
});
