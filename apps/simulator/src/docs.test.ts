import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { controlRoutes } from "./control/control-routes.ts";
import { faults } from "./faults/fault.ts";
import { simulatorSettings } from "./settings.ts";

const page = readFileSync(new URL("../../../docs/simulator.md", import.meta.url), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| `"));

describe("docs/simulator.md names", () => {
  test("every setting, with its default and its sentence", () => {
    expect(rows.filter((row) => row.startsWith("| `SLUICE_"))).toEqual(
      Object.entries(simulatorSettings).map(([name, schema]) => `| \`${name}\` | ${defaultOf(name, schema)} | ${schema.description} |`),
    );
  });

  test("every fault", () => {
    const table = page.slice(page.indexOf("## Faults"), page.indexOf("## Control"));
    expect([...table.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1])).toEqual(faults);
  });

  test("every control endpoint, and none that is not there", () => {
    const inDocs = rows.flatMap((row) => /^\| `([A-Z]+) (\/simulator\/\w+)/.exec(row)?.slice(1).join(" ") ?? []);
    const inCode = Object.entries(controlRoutes).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(inDocs.toSorted()).toEqual(inCode.toSorted());
  });
});

/** As it would be written in the environment. */
function defaultOf(name: string, schema: z.ZodType): string {
  if (name === "SLUICE_SIMULATOR_QUESTIONS_FILE") return "`examples/gsm8k-test.jsonl`";
  const { value } = z.object({ value: z.union([z.string(), z.number(), z.boolean(), z.object({ min: z.number() })]).optional() }).parse({
    value: z.object({ value: schema }).parse({}).value,
  });
  if (value === undefined) return "unset";
  return `\`${typeof value === "object" ? value.min : value}\``;
}
