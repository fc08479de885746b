import { describe, expect, test } from "vitest";
import { aRequest, startForTest } from "../testing/start-for-test.ts";

describe("a held answer", () => {
  test("tells the moment its call is in flight, and comes after its release", async () => {
    const { claude, control } = await startForTest();
    const hold = control.holdNext();
    const answer = claude.messages.create(aRequest("Wait for me"));
    const [held] = await hold.arrived;
    expect(held).toMatchObject({ model: "claude-haiku-4-5-20251001", promptStart: "Wait for me" });
    expect(control.stats()).toMatchObject({ held: 1, inFlight: 1, answers: {} });
    hold.release();
    expect((await answer).stop_reason).toBe("end_turn");
    expect(control.stats()).toMatchObject({ held: 0, answers: { 200: 1 } });
  });

  test("lets other requests pass, once there are as many as were asked for", async () => {
    const { claude, control } = await startForTest();
    const hold = control.holdNext(2);
    const first = [claude.messages.create(aRequest("one")), claude.messages.create(aRequest("two"))];
    expect(await hold.arrived).toHaveLength(2);
    await claude.messages.create(aRequest("three"));
    hold.release();
    await Promise.all(first);
  });

  test("whose client leaves is counted as aborted, is not held any more, and has produced nothing", async () => {
    const { send, control } = await startForTest();
    const hold = control.holdNext();
    const abort = new AbortController();
    const answer = send(aRequest(), { signal: abort.signal });
    await hold.arrived;
    abort.abort();
    await expect(answer).rejects.toThrow();
    await expect.poll(() => control.stats()).toMatchObject({ aborted: 1, abortedWhileHeld: 1, held: 0, inFlight: 0, answers: {} });
    hold.release();
    expect(control.stats().pools[0]?.limits.outputTokens.used).toBe(0);
    expect(control.stats().prompts.answered).toEqual({ repeats: 0, max: 0 });
    expect(control.requests(1)).toMatchObject([{ outcome: "aborted", status: null, outputTokens: 0 }]);
  });

  test("can be released by its id, by age, or with all others, and holding all ends with that", async () => {
    const { claude, control } = await startForTest();
    control.holdAll();
    const answers = ["a", "b", "c", "d"].map((prompt) => claude.messages.create(aRequest(prompt)));
    await control.waitForHeld(4, new AbortController().signal);
    const [first, second] = control.held();
    expect(control.release(second?.id ?? "")).toBe(true);
    expect(control.release(second?.id ?? "")).toBe(false);
    expect(control.releaseOldest(1)).toBe(1);
    expect(control.held().map(({ id }) => id)).not.toContain(first?.id);
    expect(control.releaseAll()).toBe(2);
    await Promise.all(answers);
    await claude.messages.create(aRequest("e"));
  });

  test("is not given to requests that the limits refuse", async () => {
    const { send, control } = await startForTest({ limits: { requestsPerMinute: 1 } });
    await send(aRequest());
    control.holdNext();
    expect((await send(aRequest())).status).toBe(429);
    expect(control.toHold()).toBe(1);
  });
});

test("an answer that is cut off while it is produced has used what was produced until then", async () => {
  const { send, control } = await startForTest({ latencyMs: { min: 5000, max: 5000 }, outputTokens: { min: 1000, max: 1000 } });
  const used = () => control.stats().pools[0]?.limits.outputTokens.used ?? 0;
  const abort = new AbortController();
  const response = await send({ ...aRequest("Hello", 1000), stream: true }, { signal: abort.signal });
  await expect.poll(used, { interval: 10 }).toBeGreaterThan(20);
  abort.abort();
  await response.text().catch(() => {});
  await expect.poll(() => control.stats().aborted).toBe(1);
  const afterwards = used();
  expect(afterwards).toBeLessThan(900);
  // Nothing goes on behind the back of a client that left: another answer's time later it is the same.
  const other = await startForTest({ latencyMs: { min: 120, max: 120 } });
  await other.claude.messages.create(aRequest());
  expect(used()).toBe(afterwards);
});
