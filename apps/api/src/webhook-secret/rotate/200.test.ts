import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { webhookSecretViewSchema } from "../webhook-secret-view.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const viewOf = async (response: Response) => {
  expect(response.status).toBe(200);
  return webhookSecretViewSchema.strict().parse(await response.json());
};
const read = async () => await viewOf(await api.fetch("/v1/webhook-secret"));
const rotate = async (body?: Record<string, unknown>) =>
  body === undefined ? await api.fetch("/v1/webhook-secret/rotate", { method: "POST" }) : await api.post("/v1/webhook-secret/rotate", body);

test("without a body the old secret signs for a day beside the new one; with a grace of 0 not at all", async () => {
  const { secret: old } = await read();
  const fresh = await viewOf(await rotate());
  expect(fresh.secret).not.toBe(old);
  expect(fresh.previous?.secret).toBe(old);
  expect(Date.parse(fresh.previous?.expires_at ?? "")).toBeGreaterThan(Date.now() + 86_000_000);
  expect(await read()).toEqual(fresh);
  const last = await viewOf(await rotate({ grace_seconds: 0 }));
  expect(last).toMatchObject({ previous: null });
  expect(last.secret).not.toBe(fresh.secret);
});

test.each([-1, 604_801, 1.5, "1"])("a grace of %j is refused, and the secret stays", async (graceSeconds) => {
  const before = await read();
  const response = await rotate({ grace_seconds: graceSeconds });
  expect(response.status).toBe(422);
  expect(await problemOf(response)).toMatchObject({ issues: [{ path: "grace_seconds" }] });
  expect(await read()).toEqual(before);
});
