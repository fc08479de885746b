import { Option } from "@commander-js/extra-typings";

export const priorities = ["high", "normal", "low"] as const;

export function jsonOption() {
  return new Option("--json", "one JSON value for programs, in the place of text");
}

/** The end of a command's help. */
export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}

/** At most so many of a list that may be long. */
export async function first<Item>(items: AsyncIterable<Item>, most: number): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length >= most) break;
  }
  return found;
}
