import { expect, test } from "vitest";
import { Webhook } from "standardwebhooks";
import { signWebhook } from "./sign-webhook.ts";

const published = {
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  atMs: 1_614_265_330_000,
  body: '{"test": 2432232314}',
  secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
};

test("the published test vector of Standard Webhooks is met", () => {
  expect(signWebhook(published)).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("the public library verifies what is signed here, with text beyond ASCII and with either secret of a rotation", () => {
  const secrets = ["bmV3LW5ldy1uZXctbmV3LW5ldy1uZXc=", "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQ="].map((key) => `whsec_${key}`);
  const body = JSON.stringify({ type: "job.succeeded", text: "größer – 測試 🐢" });
  const headers = signWebhook({ id: "evt_1", atMs: Date.now(), body, secrets });
  expect(headers["webhook-signature"].split(" ")).toHaveLength(2);
  for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook("whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXI=").verify(body, headers)).toThrow("No matching signature");
});

test("nothing is signed without a secret, with one of another form, or under an id with a dot", () => {
  expect(() => signWebhook({ ...published, secrets: [] })).toThrow(TypeError);
  expect(() => signWebhook({ ...published, secrets: ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] })).toThrow(TypeError);
  expect(() => signWebhook({ ...published, secrets: ["whsec_"] })).toThrow(TypeError);
  expect(() => signWebhook({ ...published, id: "evt.1" })).toThrow(TypeError);
});
