import { beforeAll, expect, test } from "vitest";
import { jobOf, problemOf } from "../../testing/answers.ts";
import { finish, submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const cancel = async (id: string) => await api.fetch(`/v1/jobs/${id}/cancel`, { method: "POST" });

test("a final job stays as it is, and the refusal says in which state", async () => {
  const { id } = await submit(api);
  await finish(api, id);
  const response = await cancel(id);
  expect(response.status).toBe(409);
  expect(await problemOf(response)).toMatchObject({ code: "conflict", detail: expect.stringContaining("succeeded") });
  expect(await jobOf(await api.fetch(`/v1/jobs/${id}`))).toMatchObject({ status: "succeeded" });
});

test("of two cancels one wins, the other is a conflict", async () => {
  const { id } = await submit(api);
  const statuses = (await Promise.all([cancel(id), cancel(id)])).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 409]));
});
