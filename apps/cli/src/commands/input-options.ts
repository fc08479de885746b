// The options that say how a file becomes requests; `run` and `estimate` share them.
import { extname } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { CliError } from "../cli-error.ts";
import { formatOf, inputFormats } from "../input/read-records.ts";
import type { InputFormat } from "../input/read-records.ts";
import type { InputSource } from "../input/run-input.ts";
import { wholeNumber } from "./option-values.ts";
import { defaultMaxTokens, defaultModel } from "./submit.ts";

/** A command that takes a file of prompts. */
export function fileCommand(name: string, description: string) {
  return new Command(name)
    .description(description)
    .argument(
      "<file>",
      "JSON lines (of the Message Batches API, with `prompt`, or any with --prompt), CSV, TSV, or plain lines; `-` is standard input",
    )
    .addOption(new Option("--format <format>", "of the file; unless given, its ending says it").choices(inputFormats))
    .option("--prompt <template>", "prompt of each line, with {{column}}s; {{line}} is a plain line")
    .option("--id <column>", "column with the lines' own names (custom_id, else id, else the line's number)")
    .option("--model <model>", "for lines that name none", defaultModel)
    .option("--max-tokens <n>", "for lines that say none", wholeNumber, defaultMaxTokens)
    .option("--system <text>", "system prompt, for lines without")
    .option("--account <account>", "account to use");
}

interface FileOptions {
  format?: InputFormat;
  prompt?: string;
  id?: string;
  model: string;
  maxTokens: number;
  system?: string;
}

export function inputSource(
  { path, name }: { path: string; name: string },
  { format, prompt, id, model, maxTokens, system }: FileOptions,
): InputSource {
  return { path, name, format: format ?? formatOf(name), prompt, model, maxTokens, system, idColumn: id };
}

/** `prompts.csv` → `prompts.results.jsonl`. @throws CliError for standard input, which has no name */
export function defaultResultsPath(path: string): string {
  if (path === "-") throw new CliError("Of standard input, -o must name the file for the results.");
  return `${path.slice(0, path.length - extname(path).length)}.results.jsonl`;
}
