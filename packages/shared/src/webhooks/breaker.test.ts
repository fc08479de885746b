import { startTestRedis } from "@sluice/testkit/redis";
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { changeBreaker, readBreaker, targetOf } from "./breaker-store.ts";
import { afterAttempt, breakerOf, closedBreaker, passageOf, saysOfTarget, withProbe } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";
import { defaultScheduleMs } from "./delivery-schedule.ts";

const options = { failuresMax: 3, waitMs: 1_000, waitMsMax: 4_000 };
const failed = (breaker: Breaker, nowMs: number, deliveryId = "del_other") =>
  afterAttempt(breaker, { deliveryId, succeeded: false, nowMs }, options);
const opened = (nowMs: number) => [1, 2, 3].reduce((breaker) => failed(breaker, nowMs), closedBreaker);

test("it opens after so many failures in a row; a success in between begins the count anew", () => {
  const almost = failed(failed(closedBreaker, 0), 0);
  expect(passageOf(almost, 0)).toEqual({ passage: "free" });
  expect(afterAttempt(almost, { deliveryId: "del_1", succeeded: true, nowMs: 0 }, options)).toEqual(closedBreaker);
  const open = failed(almost, 0);
  expect(passageOf(open, 999)).toEqual({ passage: "held", untilMs: 1_000 });
  // It was under way when the breaker opened.
  expect(failed(open, 500)).toEqual(open);
});

test("one probe is let through; each that fails doubles the wait up to the longest, a success closes", () => {
  let breaker = opened(0);
  let nowMs = 0;
  for (const waitMs of [1_000, 2_000, 4_000, 4_000]) {
    nowMs += waitMs;
    expect(passageOf(breaker, nowMs)).toEqual({ passage: "probe" });
    const probed = withProbe(breaker, { deliveryId: "del_probe", nowMs, leaseMs: 100 });
    expect(probed && passageOf(probed, nowMs + 99)).toEqual({ passage: "probed", untilMs: nowMs + 100 });
    expect(probed && withProbe(probed, { deliveryId: "del_second", nowMs, leaseMs: 100 })).toBeUndefined();
    // Its worker died: another may try.
    expect(probed && passageOf(probed, nowMs + 100)).toEqual({ passage: "probe" });
    breaker = failed(probed ?? closedBreaker, nowMs, "del_probe");
  }
  expect(afterAttempt(breaker, { deliveryId: "del_any", succeeded: true, nowMs }, options)).toEqual(closedBreaker);
});

test("it waits half a minute up to a quarter of an hour, and no longer than a short schedule does", () => {
  expect(breakerOf(defaultScheduleMs)).toMatchObject({ waitMs: 30_000, waitMsMax: 900_000 });
  expect(breakerOf([0, 1_000, 5_000, 2_000])).toMatchObject({ waitMs: 5_000, waitMsMax: 5_000 });
});

test("whatever happens, it never waits longer than the longest wait, and is never without a way to close", () => {
  const step = fc.record({ afterMs: fc.nat(3_000), succeeded: fc.boolean(), takesProbe: fc.boolean(), ends: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let breaker: Breaker = closedBreaker;
      let nowMs = 0;
      for (const { afterMs, succeeded, takesProbe, ends } of steps) {
        nowMs += afterMs;
        if (takesProbe) breaker = withProbe(breaker, { deliveryId: "del_p", nowMs, leaseMs: 500 }) ?? breaker;
        if (ends) breaker = afterAttempt(breaker, { deliveryId: takesProbe ? "del_p" : "del_o", succeeded, nowMs }, options);
        if (breaker.state === "closed") expect(breaker.failures).toBeLessThan(options.failuresMax);
        else expect(breaker.untilMs - nowMs).toBeLessThanOrEqual(options.waitMsMax);
        expect(["free", "probe"]).toContain(passageOf(breaker, nowMs + options.waitMsMax + 500).passage);
      }
    }),
  );
});

test("a forbidden address and a 410 say nothing of the target; an endpoint is one, and so is an origin", () => {
  expect(saysOfTarget({ outcome: "blocked_address", statusCode: null })).toBe(false);
  expect(saysOfTarget({ outcome: "http_4xx", statusCode: 410 })).toBe(false);
  expect(saysOfTarget({ outcome: "http_4xx", statusCode: 404 })).toBe(true);
  expect(targetOf({ endpointId: "ep_1", url: "https://example.com/a" })).toBe("ep_1");
  expect(targetOf({ endpointId: null, url: "https://example.com:8443/a?b" })).toBe("https://example.com:8443");
});

test("workers that change it at the same time lose no failure, and only one of them gets the probe", async () => {
  const server = await startTestRedis();
  const redis = connectForWorker(server.url);
  onTestFinished(() => redis.disconnect());
  const breaker = { tenant: "acme", target: "ep_1" };
  await Promise.all(
    Array.from({ length: 20 }, () =>
      changeBreaker(redis, breaker, (state) =>
        afterAttempt(state, { deliveryId: "d", succeeded: false, nowMs: 0 }, { ...options, failuresMax: 21 }),
      ),
    ),
  );
  expect(await readBreaker(redis, "acme", "ep_1")).toEqual({ state: "closed", failures: 20 });
  await changeBreaker(redis, breaker, () => opened(0));
  const probes = await Promise.all(
    ["del_1", "del_2", "del_3"].map((deliveryId) =>
      changeBreaker(redis, breaker, (state) => withProbe(state, { deliveryId, nowMs: 1_000, leaseMs: 9_000 })),
    ),
  );
  expect(probes.filter((state) => state !== undefined)).toHaveLength(1);
  await changeBreaker(redis, breaker, () => closedBreaker);
  expect(await redis.keys("*")).toEqual([]);
});
