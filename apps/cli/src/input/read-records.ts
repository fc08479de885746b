import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { fileError } from "../cli-error.ts";
import { InputProblemError } from "./input-problem.ts";

export const inputFormats = ["jsonl", "csv", "tsv", "text"] as const;
export type InputFormat = (typeof inputFormats)[number];

export interface InputRecord {
  /** Of the file, from 1; where the record begins. */
  line: number;
  /** A line of text is a record with the one column `line`. */
  fields: Readonly<Record<string, unknown>>;
}

/** A line that holds no record; those behind it may. */
interface BrokenRecord {
  line: number;
  problem: string;
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
 * @throws InputProblemError for a line behind which nothing can be read, CliError when the file cannot
 */
export async function* readRecords(path: string, format: InputFormat): AsyncGenerator<InputRecord | BrokenRecord, void> {
  try {
    if (format === "csv" || format === "tsv") yield* readTable(path, format === "csv" ? "," : "\t");
    else
      for await (const { line, text } of readLines(path))
        yield format === "text" ? { line, fields: { line: text } } : { line, ...parseObject(text) };
  } catch (error) {
    throw fileError(path, "read", error);
  }
}

/** The text of a file, piece by piece. @throws InputProblemError where it is none: what it would be taken for costs money, too */
async function* readText(path: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 1;
  const decoded = (chunk: Buffer, isLast: boolean) => {
    try {
      return decoder.decode(chunk, { stream: !isLast });
    } catch {
      // The first bytes may end a character of the chunk before.
      const begin = Math.max(
        0,
        chunk.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000),
      );
      throw new InputProblemError(line + firstNoText(chunk.subarray(begin)), "is not UTF-8");
    }
  };
  for await (const chunk of createReadStream(path)) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError("the file was not read as bytes");
    yield decoded(chunk, false);
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, end + 1)) line += 1;
  }
  yield decoded(Buffer.alloc(0), true);
}

const lineFeed = 0x0a;

/** How many line ends stand before the first line that is not UTF-8. */
function firstNoText(bytes: Buffer): number {
  let lines = 0;
  let start = 0;
  for (let end = bytes.indexOf(lineFeed); end !== -1 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(lineFeed, start)) {
    lines += 1;
    start = end + 1;
  }
  return lines;
}

async function* readLines(path: string): AsyncGenerator<{ line: number; text: string }, void> {
  // Not by readline, which also breaks at U+2028, a character that may stand in JSON.
  let line = 0;
  let rest = "";
  const numbered = (untrimmed: string) => {
    line += 1;
    return { line, text: untrimmed.replace(line === 1 ? /^\uFEFF|\r$/g : /\r$/, "") };
  };
  for await (const piece of readText(path)) {
    const lines = `${rest}${piece}`.split("\n");
    rest = lines.pop() ?? "";
    for (const each of lines.map(numbered)) if (each.text.trim() !== "") yield each;
  }
  const last = numbered(rest);
  if (last.text.trim() !== "") yield last;
}

function parseObject(text: string): Pick<InputRecord, "fields"> | Pick<BrokenRecord, "problem"> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "is not JSON" };
  }
  return isObject(value) ? { fields: value } : { problem: "is not a JSON object" };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function distinctColumns(names: string[]): string[] {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new InputProblemError(1, `there are two columns "${twice}"`);
  return names;
}

async function* readTable(path: string, delimiter: string): AsyncGenerator<InputRecord, void> {
  const parser = parse({ delimiter, bom: true, columns: distinctColumns, info: true, skip_empty_lines: true });
  // An error of either ends the other, and the loop below throws it.
  pipeline(readText(path), parser, () => {});
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
