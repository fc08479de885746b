import { rotateWebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { beforeAll, expect, test } from "vitest";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { webhookSecretViewSchema } from "../webhook-secret-view.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const read = async () => webhookSecretViewSchema.strict().parse(await (await api.fetch("/v1/webhook-secret")).json());

test("the secret is made once, for all who ask at the same moment, and stays", async () => {
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, read));
  expect(first).toMatchObject({ secret: expect.stringMatching(/^whsec_/), previous: null });
  for (const other of [...others, await read()]) expect(other).toEqual(first);
});

test("a secret that was replaced is shown as long as it still signs", async () => {
  const { secret } = await read();
  await rotateWebhookSecret(api.redis, "default", { graceMs: 60_000 });
  const rotated = await read();
  expect(rotated).toMatchObject({ previous: { secret } });
  // As text: a secret in base64 is no pattern.
  expect(rotated.secret).not.toBe(secret);
  await rotateWebhookSecret(api.redis, "default", { graceMs: 0 });
  expect(await read()).toMatchObject({ previous: null });
});
