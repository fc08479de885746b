import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { coloured, plain } from "../output/paint.ts";
import { textWidth } from "../output/text-width.ts";
import { paceOf, RecentRate } from "./run-progress.ts";
import type { RunProgress } from "./run-progress.ts";
import { runLine, runView } from "./run-view.ts";

const progress: RunProgress = {
  title: "prompts.jsonl → results.jsonl",
  counts: { total: 1_319, queued: 811, running: 4, succeeded: 498, failed: 5, canceled: 0, expired: 1 },
  elapsedMs: 252_000,
  leftMs: 410_000,
  ratePerMinute: 118.43,
  pace: { limitPerMinute: 120, limitedBy: "requests", restsForMs: undefined },
  tokens: { input: 61_240, output: 1_254_000 },
  costUsd: 0.504,
  notice: undefined,
};
const atTheBeginning: RunProgress = {
  ...progress,
  counts: { total: 3, queued: 3, running: 0, succeeded: 0, failed: 0, canceled: 0, expired: 0 },
  elapsedMs: 0,
  leftMs: undefined,
  ratePerMinute: undefined,
  pace: undefined,
  tokens: { input: 0, output: 0 },
  costUsd: undefined,
};
const resting: RunProgress = {
  ...progress,
  pace: { limitPerMinute: 120, limitedBy: "upstream", restsForMs: 31_000 },
  notice: "The connection is lost; trying again …",
};

test("80 columns", () => {
  expect(runView(progress, 80, plain).join("\n")).toMatchInlineSnapshot(`
    "  prompts.jsonl → results.jsonl
      ████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  38.2 %    504 of 1,319
      lines     498 succeeded ·     6 failed ·     4 running ·   811 waiting
      pace    118.4 of 120 a minute · limited by requests
      tokens  61.2 k in · 1.25 M out
      cost    $0.50 · about $1.32 in all
      time    4 min 12 s · about 6 min 50 s left
    "
  `);
  expect(runView(atTheBeginning, 80, plain).join("\n")).toMatchInlineSnapshot(`
    "  prompts.jsonl → results.jsonl
      ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   0.0 %  0 of 3
      lines   0 succeeded · 0 failed · 0 running · 3 waiting
      pace    –
      tokens  0 in · 0 out
      cost    –
      time    0 s
    "
  `);
  expect(runView(resting, 80, plain).join("\n")).toMatchInlineSnapshot(`
    "  prompts.jsonl → results.jsonl
      ████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  38.2 %    504 of 1,319
      lines     498 succeeded ·     6 failed ·     4 running ·   811 waiting
      pace    resting for 31 s: Claude itself
      tokens  61.2 k in · 1.25 M out
      cost    $0.50 · about $1.32 in all
      time    4 min 12 s · about 6 min 50 s left
      The connection is lost; trying again …"
  `);
});

test("80 columns have room for the states of 100,000 lines", () => {
  const counts = { total: 100_000, queued: 61_200, running: 34, succeeded: 38_751, failed: 15, canceled: 0, expired: 0 };
  expect(runView({ ...progress, counts }, 80, plain)[2]).toBe("  lines   38,751 succeeded · 15 failed · 34 running · 61,200 waiting");
});

test("200 columns", () => {
  expect(runView(progress, 200, plain).join("\n")).toMatchInlineSnapshot(`
    "  prompts.jsonl → results.jsonl
      ███████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  38.2 %    504 of 1,319
      lines     498 succeeded ·     6 failed ·     4 running ·   811 waiting              pace    118.4 of 120 a minute · limited by requests
      tokens  61.2 k in · 1.25 M out                                                      cost    $0.50 · about $1.32 in all
      time    4 min 12 s · about 6 min 50 s left
    "
  `);
});

test("colours change nothing but colours, and no frame is higher or wider than another", () => {
  for (const columns of [30, 60, 80, 149, 150, 200]) {
    const many = { ...progress.counts, total: 100_000, queued: 99_313 };
    const frames = [progress, atTheBeginning, resting, { ...progress, counts: many }, { ...progress, title: "長い名前".repeat(60) }];
    const heights = new Set(frames.map((each) => runView(each, columns, coloured).length));
    expect(heights.size).toBe(1);
    for (const each of frames) {
      const lines = runView(each, columns, coloured);
      expect(lines.map(stripVTControlCharacters)).toEqual(runView(each, columns, plain));
      for (const line of lines) expect(textWidth(line), line).toBeLessThan(columns);
    }
  }
});

test("without a terminal it is one line", () => {
  expect(runLine(progress)).toBe(
    "504 of 1,319 done · 6 failed · 118.4 of 120 a minute · limited by requests · $0.50 · about 6 min 50 s left",
  );
  expect(runLine(atTheBeginning)).toBe("0 of 3 done · 0 failed");
});

test("the pace is that of the lanes with something to do; the one that ends last says what limits", () => {
  const lane = {
    queued: 10,
    running: 1,
    pace_per_minute: 60,
    limited_by: "requests",
    resting_until: null,
    backlog_seconds: 10,
  } as const;
  const idle = { ...lane, queued: 0, running: 0 };
  expect(paceOf([idle], 0)).toBeUndefined();
  const slow = { ...lane, limited_by: "output_tokens", backlog_seconds: 90, resting_until: "1970-01-01T00:00:05.000Z" } as const;
  expect(paceOf([idle, lane, slow], 2_000)).toEqual({
    limitPerMinute: 120,
    limitedBy: "output_tokens",
    restsForMs: 3_000,
  });
  expect(paceOf([slow], 5_000)?.restsForMs).toBeUndefined();
});

test("the rate is that of the last seconds, whatever came before", () => {
  const recent = new RecentRate();
  recent.add(500, 0);
  expect(recent.perMinute(2_000)).toBeUndefined();
  for (let second = 1; second <= 60; second += 1) recent.add(500 + 2 * second, 1_000 * second);
  expect(recent.perMinute(60_000)).toBeCloseTo(120, 6);
  recent.add(620, 75_000);
  expect(recent.perMinute(75_000)).toBeCloseTo(7.5, 6);
});
