import type { ReserveReply } from "@sluice/shared/budgets/reserve";
import { expect, test } from "vitest";
import { AdmissionLine } from "./admission-line.ts";

const never = new AbortController().signal;
const admitted: ReserveReply = { admitted: true, levels: undefined };
const refused = (retryAfterMs: number): ReserveReply => ({ admitted: false, limitedBy: "outputTokens", retryAfterMs });

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

test("an attempt that is aborted leaves the line, and a closed line sends everybody back", async () => {
  const line = new AdmissionLine();
  const abort = new AbortController();
  const first = line.admit(answers(refused(9_000)).ask, abort.signal);
  const second = line.admit(answers(refused(9_000)).ask, never);
  abort.abort();
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
