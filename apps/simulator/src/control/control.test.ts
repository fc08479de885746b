import { describe, expect, test } from "vitest";
import { aRequest, startForTest } from "../testing/start-for-test.ts";

/** The endpoints under /simulator, as a test in another process would use them. */
async function startWithControl(options: Parameters<typeof startForTest>[0] = {}) {
  const simulator = await startForTest(options);
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${simulator.url}/simulator/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    return { status: response.status, body: answer };
  };
  return { ...simulator, call };
}

describe("over HTTP", () => {
  test("stats tell requests, answers, 429s by limit, repeats and the use of each limit", async () => {
    const { send, call } = await startWithControl({ limits: { requestsPerMinute: 2, burstSeconds: 60 } });
    for (const prompt of ["a", "a", "b"]) await (await send(aRequest(prompt))).text();
    const { body } = await call("GET", "stats");
    expect(body).toMatchObject({
      requests: { messages: 3, streamed: 0, count_tokens: 0, models: 0 },
      answers: { 200: 2, 429: 1 },
      rate_limited: { requests: 1, input_tokens: 0, output_tokens: 0, count_tokens: 0 },
      faults: {},
      aborted: 0,
      aborted_while_held: 0,
      held: 0,
      in_flight: 0,
      in_flight_max: expect.any(Number),
      prompts: { distinct: 2, seen: { repeats: 1, max: 2 }, admitted: { repeats: 1, max: 2 }, answered: { repeats: 1, max: 2 } },
      pools: [
        { pool: "haiku-4-5", burst_seconds: 60, limits: { requests: { used: 2, refused: 1, per_minute: 2, share: expect.closeTo(1, 1) } } },
      ],
    });
  });

  test("the last requests are listed, oldest first, with their fate", async () => {
    const { send, call } = await startWithControl();
    await (await send(aRequest("first"))).text();
    await (await send({ ...aRequest("second"), max_tokens: -1 })).text();
    const { body } = await call("GET", "requests?limit=10");
    expect(body).toMatchObject({
      data: [
        { prompt_start: "first", outcome: "answered", status: 200, pool: "haiku-4-5", admitted: true },
        { prompt_start: null, outcome: "refused", status: 400, admitted: false },
      ],
    });
  });

  test("faults are planned, rated, listed and cleared", async () => {
    const { send, call } = await startWithControl();
    await call("POST", "faults", { fault: "overloaded" });
    await call("POST", "faults", { fault: "ramp", count: 2, retry_after_seconds: 9, containing: "Hello" });
    const rated = await call("POST", "faults", { fault: "internal", rate: 1 });
    expect(rated.body).toMatchObject({
      rates: { internal: 1 },
      planned: [
        { fault: "overloaded", count: 1 },
        { fault: "ramp", count: 2, retry_after_seconds: 9, containing: "Hello" },
      ],
    });
    expect((await send(aRequest())).status).toBe(529);
    expect((await send(aRequest("Bye"))).status).toBe(500);
    expect((await send(aRequest())).headers.get("retry-after")).toBe("9");
    expect((await call("DELETE", "faults")).body).toEqual({ rates: {}, planned: [] });
    expect((await send(aRequest())).status).toBe(200);
  });

  test("a hold is asked for, waited for by a long poll and released", async () => {
    const { send, call } = await startWithControl();
    expect((await call("POST", "hold", { count: 2 })).body).toEqual({ held: [], to_hold: 2 });
    const arrival = call("GET", "held?count=2&wait_seconds=20");
    const answers = [send(aRequest("one")), send(aRequest("two"))];
    const { body } = await arrival;
    expect(body).toMatchObject({ to_hold: 0, held: [{ model: "claude-haiku-4-5-20251001" }, {}] });
    expect((await call("POST", "release", { count: 1 })).body).toMatchObject({ released: 1 });
    expect((await call("POST", "release")).body).toEqual({ released: 1, held: [], to_hold: 0 });
    for (const answer of answers) expect((await answer).status).toBe(200);
  });

  test("a long poll that nothing arrives for answers with what there is", async () => {
    const { call } = await startWithControl();
    expect((await call("GET", "held?wait_seconds=0.05")).body).toEqual({ held: [], to_hold: 0 });
    expect((await call("POST", "hold", { count: "all" })).body).toEqual({ held: [], to_hold: null });
  });

  test("limits are changed and read, and a reset brings everything back to the start", async () => {
    const { send, call } = await startWithControl({ limits: { requestsPerMinute: 1 } });
    const changed = await call("PUT", "limits", { pool: "opus-5", requests_per_minute: 5, burst_seconds: 2 });
    expect(changed.body).toMatchObject({
      limits: { requests_per_minute: 1 },
      pools: { "opus-5": { requests_per_minute: 5, burst_seconds: 2 } },
    });
    await call("POST", "faults", { fault: "internal", rate: 1 });
    await call("POST", "hold", { count: "all" });
    expect((await send(aRequest())).status).toBe(500);
    expect(await call("POST", "reset")).toEqual({ status: 200, body: {} });
    expect((await call("GET", "limits")).body).toMatchObject({ pools: {} });
    expect([(await send(aRequest())).status, (await send(aRequest())).status]).toEqual([200, 429]);
    expect((await call("GET", "stats")).body).toMatchObject({ answers: { 200: 1, 429: 1 }, requests: { messages: 2 } });
    await call("POST", "reset");
    expect((await send(aRequest())).status).toBe(200);
  });

  test("what does not fit is refused with the reason, and changes nothing", async () => {
    const { call } = await startWithControl();
    for (const [method, path, body] of [
      ["POST", "faults", { fault: "bad luck" }],
      ["POST", "faults", { fault: "internal", rate: 2 }],
      ["PUT", "limits", { requests_per_minute: 0 }],
      ["PUT", "limits", { requests: 5 }],
      ["POST", "hold", { count: -1 }],
      ["GET", "held?count=zero", undefined],
    ] as const) {
      expect(await call(method, path, body), `${method} ${path}`).toMatchObject({ status: 400, body: { error: expect.any(String) } });
    }
    expect(await call("GET", "nothing")).toMatchObject({ status: 404 });
    expect(await call("GET", "reset")).toMatchObject({ status: 405 });
    expect((await call("GET", "faults")).body).toEqual({ rates: {}, planned: [] });
  });
});

test("a request that ends after a reset is not counted in the new counts", async () => {
  const { claude, control } = await startForTest({ latencyMs: { min: 50, max: 50 } });
  const hold = control.holdNext();
  const answer = claude.messages.create(aRequest());
  await hold.arrived;
  control.reset();
  await answer;
  expect(control.stats()).toMatchObject({ inFlight: 0, requests: { messages: 0 }, answers: {} });
});
