import { expect, test } from "vitest";
import { apiKeyHint, createApiKey, isWellFormedApiKey } from "./api-key.ts";

test("a new key is well-formed, and no longer so with any character changed, lost or added", () => {
  const key = createApiKey();
  expect(key).toMatch(/^sk-sluice-[0-9A-Za-z]{38}$/);
  expect(isWellFormedApiKey(key)).toBe(true);
  for (let place = 0; place < key.length; place += 1) {
    const other = key[place] === "x" ? "y" : "x";
    expect(isWellFormedApiKey(key.slice(0, place) + other + key.slice(place + 1))).toBe(false);
    expect(isWellFormedApiKey(key.slice(0, place) + key.slice(place + 1))).toBe(false);
  }
  expect(isWellFormedApiKey(`${key}\n`)).toBe(false);
});

test("no two keys are alike, and a hint tells them apart without giving them away", () => {
  const keys = new Set(Array.from({ length: 1_000 }, createApiKey));
  expect(keys.size).toBe(1_000);
  for (const key of keys) expect(apiKeyHint(key)).toBe(`sk-sluice-…${key.slice(-4)}`);
});
