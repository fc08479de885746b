import { expect, test } from "vitest";
import { operatorKeyWeakness } from "./operator-key-strength.ts";

test("a random text is strong, a short or monotonous one is not", () => {
  expect(operatorKeyWeakness("8f3e0a1b9c2d47e6a5f81b30")).toBeUndefined();
  expect(operatorKeyWeakness("8f3e0a1b9c2d47e6a5f81b3")).toContain("at least 24 characters");
  expect(operatorKeyWeakness("abcabcabcabcabcabcabcabcabc")).toContain("different characters");
});
