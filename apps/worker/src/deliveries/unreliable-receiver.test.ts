// A receiver as bad as they get, at a scale that fits a test: it fails a third of the time, hangs now and then, and is down for a while.
import { randomUUID } from "node:crypto";
import { tenantKeys } from "@sluice/shared/redis/keys";
import { loadWebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { setUp, verify } from "./testing/set-up.ts";

test("180 events to a receiver that fails 30 %, hangs 5 % and is down for a while: each arrives, under one id, and verifies", async () => {
  const seed = randomUUID();
  let state = Number.parseInt(seed.slice(0, 8), 16);
  // A linear congruential generator: the seed tells how to repeat a failed run.
  const random = () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
  const t = await setUp({
    timeoutMs: 300,
    scheduleMs: [0, ...Array.from({ length: 20 }, () => 100)],
    concurrency: 30,
    breaker: { failuresMax: 10, waitMs: 200, waitMsMax: 1_000 },
  });
  let isDown = false;
  const taken = new Map<string, Set<string>>();
  t.receiver.answerAlways((request) => {
    if (isDown) return "reset";
    const chance = random();
    if (chance < 0.05) return "hang";
    if (chance < 0.35) return { status: 500 };
    const id = String(request.headers["webhook-id"]);
    taken.set(id, (taken.get(id) ?? new Set()).add(request.body));
    return { status: 200 };
  });
  await t.worker.start();
  const ulids = Array.from({ length: 180 }, (_, index) => String(index).padStart(3, "0"));
  await Promise.all(ulids.slice(0, 120).map((ulid) => t.deliver({ ulid })));
  await t.receiver.waitFor(60, { timeoutMs: 20_000 });
  isDown = true;
  const atDown = t.receiver.requests.length;
  await Promise.all(ulids.slice(120).map((ulid) => t.deliver({ ulid })));
  // Ten open the breaker; then it is probed.
  await t.receiver.waitFor(atDown + 12, { timeoutMs: 20_000 });
  isDown = false;

  const { deliveriesPending, deliveriesFailed } = tenantKeys("acme");
  const describe = `all to be delivered (seed ${seed})`;
  await waitUntil(async () => (await t.redis.zcard(deliveriesPending)) === 0, { timeoutMs: 25_000, everyMs: 50, describe });
  expect(await t.redis.zcard(deliveriesFailed), `failed (seed ${seed})`).toBe(0);
  expect([...taken.keys()].toSorted()).toEqual(ulids.map((ulid) => `evt_${ulid}`));
  for (const bodies of taken.values()) expect(bodies.size).toBe(1);
  const { current } = await loadWebhookSecret(t.redis, "acme");
  for (const request of t.receiver.requests) expect(verify(current, request)).toMatchObject({ type: "job.succeeded" });
}, 60_000);
