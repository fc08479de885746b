import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { CliError } from "../cli-error.ts";
import { InputProblemError } from "./input-problem.ts";

export const inputFormats = ["jsonl", "csv", "tsv", "text"] as const;
export type InputFormat = (typeof inputFormats)[number];

export interface InputRecord {
  /** Of the file, from 1; where the record begins. */
  line: number;
  /** A line of text is a record with the one column `line`. */
  fields: Readonly<Record<string, unknown>>;
}

const formatByEnding: Readonly<Record<string, InputFormat>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".csv": "csv",
  ".tsv": "tsv",
  ".txt": "text",
};

/** What a file's ending says; anything unknown is text, one prompt a line. */
export function formatOf(path: string): InputFormat {
  return formatByEnding[extname(path).toLowerCase()] ?? "text";
}

/**
 * The records of a file, read as a stream. Blank lines are none.
 *
 * @throws InputProblemError for a line that cannot be read, CliError when the file cannot
 */
export async function* readRecords(path: string, format: InputFormat): AsyncGenerator<InputRecord, void> {
  try {
    if (format === "csv" || format === "tsv") yield* readTable(path, format === "csv" ? "," : "\t");
    else
      for await (const { line, text } of readLines(path))
        yield { line, fields: format === "text" ? { line: text } : parseObject(line, text) };
  } catch (error) {
    if (error instanceof Error && "code" in error && "syscall" in error)
      throw new CliError(`${path} cannot be read: ${error.message}`, undefined, error);
    throw error;
  }
}

async function* readLines(path: string): AsyncGenerator<{ line: number; text: string }, void> {
  // Not by readline, which also breaks at U+2028, a character that may stand in JSON.
  let line = 0;
  let rest = "";
  const numbered = (untrimmed: string) => {
    line += 1;
    return { line, text: untrimmed.replace(line === 1 ? /^\uFEFF|\r$/g : /\r$/, "") };
  };
  for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    for (const each of lines.map(numbered)) if (each.text.trim() !== "") yield each;
  }
  const last = numbered(rest);
  if (last.text.trim() !== "") yield last;
}

function parseObject(line: number, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputProblemError(line, "is not JSON");
  }
  if (!isObject(value)) throw new InputProblemError(line, "is not a JSON object");
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function* readTable(path: string, delimiter: string): AsyncGenerator<InputRecord, void> {
  const parser = parse({ delimiter, bom: true, columns: true, info: true, skip_empty_lines: true });
  // An error of either ends the other, and the loop below throws it.
  pipeline(createReadStream(path), parser, () => {});
  const records: AsyncIterable<{ record: Record<string, string>; info: { lines: number } }> = parser;
  // The parser tells the line behind the record.
  let line = 2;
  try {
    for await (const { record, info } of records) {
      yield { line, fields: record };
      line = info.lines + 1;
    }
  } catch (error) {
    if (error instanceof CsvError) throw new InputProblemError(Number(error["lines"] ?? line), error.message);
    throw error;
  }
}
