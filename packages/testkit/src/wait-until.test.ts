import { expect, test } from "vitest";
import { waitUntil } from "./wait-until.ts";

test("the first truthy answer is given back", async () => {
  const answers = [undefined, 0, "yes", "later"];
  expect(await waitUntil(() => answers.shift())).toBe("yes");
});

test("a failure tells what was waited for and what was last seen", async () => {
  await expect(waitUntil(() => false, { timeoutMs: 20, describe: "three workers" })).rejects.toThrow(
    "Waited 20 ms for three workers; last seen: false",
  );
});

test("an error of the question is not yet an answer, and is the last thing seen", async () => {
  let asked = 0;
  const question = () => {
    asked += 1;
    if (asked < 3) throw new Error("connection refused");
    return asked;
  };
  expect(await waitUntil(question)).toBe(3);
  await expect(
    waitUntil(
      () => {
        throw new Error("connection refused");
      },
      { timeoutMs: 20 },
    ),
  ).rejects.toThrow("last seen: connection refused");
});
