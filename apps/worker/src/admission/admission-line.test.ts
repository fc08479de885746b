import type { ReserveReply } from "@sluice/shared/budgets/reserve";
import { afterEach, expect, test, vi } from "vitest";
import { AdmissionLine } from "./admission-line.ts";

const never = new AbortController().signal;
const admitted: ReserveReply = { admitted: true, levels: undefined };
const refused = (retryAfterMs: number): ReserveReply => ({ admitted: false, limitedBy: "outputTokens", retryAfterMs });

afterEach(() => vi.useRealTimers());

/** Answers in turn; the last one stays. */
function answers(...replies: ReserveReply[]): { ask: () => Promise<ReserveReply>; asked: () => number } {
  let asked = 0;
  return { ask: async () => replies[Math.min(asked++, replies.length - 1)] ?? admitted, asked: () => asked };
}

test("attempts are admitted in the order they came, also when a later one would fit at once", async () => {
  const line = new AdmissionLine();
  const order: string[] = [];
  const large = line.admit(answers(refused(20), refused(20), admitted).ask, never).then(() => order.push("large"));
  const small = line.admit(answers(admitted).ask, never).then(() => order.push("small"));
  expect(line.waiting).toBe(2);
  await Promise.all([large, small]);
  expect(order).toEqual(["large", "small"]);
  expect(line.waiting).toBe(0);
});

/** Refused for input tokens until they are there. */
function large(retryAfterMs = 9_000): { ask: () => Promise<ReserveReply>; asked: () => number; refill: () => void } {
  let asked = 0;
  let isThere = false;
  const ask = async (): Promise<ReserveReply> => {
    asked += 1;
    return isThere ? admitted : { admitted: false, limitedBy: "inputTokens", retryAfterMs };
  };
  return { ask, asked: () => asked, refill: () => (isThere = true) };
}

test("an attempt that lacks input tokens is overtaken by what fits, also by what comes later", async () => {
  const line = new AdmissionLine();
  const [head, next] = [large(), large()];
  const waiting = [line.admit(head.ask, never), line.admit(next.ask, never)];
  await line.admit(answers(admitted).ask, never);
  await line.admit(answers(admitted).ask, never);
  expect(line.waiting).toBe(2);
  // Its wait is not over, and nothing that was given back is for it first.
  expect(next.asked()).toBe(1);
  for (const attempt of [head, next]) attempt.refill();
  line.wake();
  for (const admission of await Promise.all(waiting)) expect(admission).toMatchObject({ admitted: true });
});

test("an attempt that lacks output is not overtaken, also behind one that lacks input tokens", async () => {
  const line = new AdmissionLine();
  const head = large();
  const second = answers(refused(9_000), refused(9_000), admitted);
  const third = answers(admitted);
  const waiting = [head, second, third].map(({ ask }) => line.admit(ask, never));
  await expect.poll(second.asked).toBe(1);
  line.wake();
  await expect.poll(second.asked).toBe(2);
  expect(third.asked()).toBe(0);
  head.refill();
  line.wake();
  for (const admission of await Promise.all(waiting)) expect(admission).toMatchObject({ admitted: true });
});

test("so many may overtake, and no more are asked", async () => {
  const line = new AdmissionLine();
  const attempts = Array.from({ length: 12 }, () => large());
  const waiting = attempts.map(({ ask }) => line.admit(ask, never));
  await expect.poll(() => attempts.filter(({ asked }) => asked() > 0).length).toBe(9);
  for (const { refill } of attempts) refill();
  line.wake();
  await Promise.all(waiting);
});

test("whoever was overtaken for three seconds is overtaken no more", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const line = new AdmissionLine();
  const head = large();
  const waiting = line.admit(head.ask, never);
  await line.admit(answers(admitted).ask, never);
  vi.setSystemTime(Date.now() + 3_000);
  const askedBefore = head.asked();
  const small = answers(admitted);
  const behind = line.admit(small.ask, never);
  line.wake();
  await expect.poll(head.asked).toBeGreaterThan(askedBefore);
  expect(small.asked()).toBe(0);
  head.refill();
  line.wake();
  expect(await waiting).toMatchObject({ admitted: true });
  expect(await behind).toMatchObject({ admitted: true });
});

test("what is too large for now keeps nobody behind it from overtaking, and sends everybody back only as the head", async () => {
  const line = new AdmissionLine();
  const head = large();
  const waiting = line.admit(head.ask, never);
  const huge = line.admit(large(60_000).ask, never);
  expect(await line.admit(answers(admitted).ask, never)).toMatchObject({ admitted: true });
  expect(line.waiting).toBe(2);
  head.refill();
  line.wake();
  expect(await waiting).toMatchObject({ admitted: true });
  expect(await huge).toEqual({ admitted: false, limitedBy: "inputTokens", restMs: 15_000 });
});

// A debt of half an hour may be an estimate that the next answer corrects.
test("a wait that is too long sends the whole line back, for a quarter of a minute at most; those who come later ask anew", async () => {
  const line = new AdmissionLine();
  const others = answers(admitted);
  const replies = await Promise.all([
    line.admit(answers(refused(60_000)).ask, never),
    line.admit(others.ask, never),
    line.admit(others.ask, never),
  ]);
  for (const reply of replies) expect(reply).toEqual({ admitted: false, limitedBy: "outputTokens", restMs: 15_000 });
  expect(others.asked()).toBe(0);
  expect(await line.admit(others.ask, never)).toMatchObject({ admitted: true });
});

test("something given back lets the head ask at once, not after the wait it was told", async () => {
  const line = new AdmissionLine();
  const head = answers(refused(9_000), admitted);
  const admission = line.admit(head.ask, never);
  await expect.poll(head.asked).toBe(1);
  line.wake();
  expect(await admission).toMatchObject({ admitted: true });
});

test("what is given back while the head asks is not lost", async () => {
  const line = new AdmissionLine();
  const asked = Promise.withResolvers<void>();
  const reply = Promise.withResolvers<ReserveReply>();
  const replies = [reply.promise, Promise.resolve(admitted)];
  const admission = line.admit(async () => {
    asked.resolve();
    return (await replies.shift()) ?? admitted;
  }, never);
  await asked.promise;
  line.wake();
  reply.resolve(refused(9_000));
  expect(await admission).toMatchObject({ admitted: true });
});

test("an attempt that is aborted leaves the line at once, wherever it stands, and a closed line sends everybody back", async () => {
  const line = new AdmissionLine();
  const abort = new AbortController();
  const second = line.admit(answers(refused(9_000)).ask, never);
  const first = line.admit(answers(refused(9_000)).ask, abort.signal);
  abort.abort();
  expect(await line.admit(answers(refused(9_000)).ask, abort.signal)).toMatchObject({ admitted: false, limitedBy: "aborted" });
  expect(await first).toMatchObject({ admitted: false, limitedBy: "aborted" });
  line.close();
  expect(await second).toMatchObject({ admitted: false, limitedBy: "aborted" });
  expect(await line.admit(answers(admitted).ask, never)).toMatchObject({ admitted: false, limitedBy: "aborted" });
});

test("a question that fails is the asker's failure alone; the line goes on", async () => {
  const line = new AdmissionLine();
  const broken = line.admit(() => Promise.reject(new Error("Redis said no")), never);
  const next = line.admit(answers(admitted).ask, never);
  await expect(broken).rejects.toThrow("Redis said no");
  expect(await next).toMatchObject({ admitted: true });
});
