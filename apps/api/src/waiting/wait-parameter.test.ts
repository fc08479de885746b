import { expect, test } from "vitest";
import { readWait } from "./wait-parameter.ts";

test.each([
  [undefined, 0, undefined],
  ["wait=10", 10_000, "wait=10"],
  ['WAIT = "5"', 5_000, "wait=5"],
  ["respond-async", 0, "respond-async"],
  ["respond-async, wait=10", 10_000, "respond-async, wait=10"],
  ["handling=lenient, wait=2; x=y", 2_000, "wait=2"],
  ["wait=9999", 60_000, "wait=60"],
  ["wait=soon", 0, undefined],
  ["wait=-1", 0, undefined],
])("Prefer: %s", (header, waitMs, applied) => {
  expect(readWait(undefined, header)).toEqual({ waitMs, headers: applied === undefined ? {} : { "Preference-Applied": applied } });
});

test("the query parameter counts before the header", () => {
  expect(readWait(0, "wait=10")).toEqual({ waitMs: 0, headers: {} });
  expect(readWait(7, undefined)).toEqual({ waitMs: 7_000, headers: {} });
});
