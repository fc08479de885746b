import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { writeLinesByTurn } from "./lines-by-turn.ts";

test("lines of one turn go out together and in order, lines of the next by themselves", async () => {
  const writes: string[] = [];
  const stream = writeLinesByTurn({ write: (text) => void writes.push(text) });
  stream.write("a\n");
  await Promise.resolve();
  stream.write("b\n");
  expect(writes).toEqual([]);
  await setImmediate();
  stream.write("c\n");
  await setImmediate();
  expect(writes).toEqual(["a\nb\n", "c\n"]);
});
