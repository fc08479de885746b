import { expect, test } from "vitest";
import { z } from "zod";
import { settingsTable } from "./settings-table.ts";

test("a setting is a row with its default and its meaning", () => {
  const table = settingsTable({
    A: z.coerce.number().default(3).describe("A number."),
    B: z.string().optional().describe("Open | or not."),
    C: z.enum(["x", "y"]).default("x").describe("A choice."),
    D: z
      .string()
      .default("1,2")
      .transform((text) => text.split(","))
      .pipe(z.array(z.string()))
      .describe("A list."),
  });
  expect(table.split("\n").slice(2)).toEqual([
    "| `A` | `3` | A number. |",
    "| `B` |  | Open \\| or not. |",
    "| `C` | `x` | A choice. One of `x`, `y`. |",
    "| `D` | `1,2` | A list. |",
  ]);
});

test("a setting without a description is an error", () => {
  expect(() => settingsTable({ A: z.string() })).toThrow("A has no description");
});
