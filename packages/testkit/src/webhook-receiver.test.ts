import { expect, test } from "vitest";
import { startWebhookReceiver } from "./webhook-receiver.ts";

const post = (url: string, body: string, signal?: AbortSignal) =>
  fetch(url, { method: "POST", body, headers: { "webhook-id": "msg_1" }, ...(signal ? { signal } : {}) });

test("requests are recorded with raw body, headers and time", async () => {
  const receiver = await startWebhookReceiver();
  const before = Date.now();
  await post(`${receiver.url}/hook?a=1`, '{ "spaces":  "kept" }');
  const [request] = await receiver.waitFor(1);
  expect(request).toMatchObject({ method: "POST", path: "/hook?a=1", body: '{ "spaces":  "kept" }' });
  expect(request?.headers["webhook-id"]).toBe("msg_1");
  expect(request?.receivedAtMs).toBeGreaterThanOrEqual(before);
});

test("scripted answers come in their order, then the usual one", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerAlways({ status: 204 });
  receiver.answerNext({ status: 500, body: "no", headers: { "retry-after": "3" } }, "reset");
  const first = await post(receiver.url, "1");
  expect([first.status, await first.text(), first.headers.get("retry-after")]).toEqual([500, "no", "3"]);
  await expect(post(receiver.url, "2")).rejects.toThrow("fetch failed");
  expect((await post(receiver.url, "3")).status).toBe(204);
  expect(receiver.requests.map(({ body }) => body)).toEqual(["1", "2", "3"]);
});

test("a hanging answer never comes, and the request is recorded all the same", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerNext("hang");
  const client = new AbortController();
  const response = post(receiver.url, "held", client.signal);
  await receiver.waitFor(1);
  client.abort();
  await expect(response).rejects.toThrow("aborted");
});

test("waiting for requests that do not come tells how many did", async () => {
  const receiver = await startWebhookReceiver();
  await post(receiver.url, "1");
  await expect(receiver.waitFor(2, { timeoutMs: 20 })).rejects.toThrow("There were 1 of 2 requests after 20 ms.");
});
