import { createHash } from "node:crypto";
import type { BatchLine } from "@sluice/client/batches";
import { composeLine } from "./compose-line.ts";
import type { LineOptions } from "./compose-line.ts";
import { InputProblemError, inputError } from "./input-problem.ts";
import type { InputProblem } from "./input-problem.ts";
import { readRecords } from "./read-records.ts";
import type { InputFormat, InputRecord } from "./read-records.ts";

export interface InputSource extends LineOptions {
  path: string;
  /** What people call it. */
  name: string;
  format: InputFormat;
}

interface NumberedLine {
  /** Of the file, from 1. */
  source: number;
  line: BatchLine;
  /** The request as it is sent. */
  json: string;
}

/** What a file asks for, seen whole and found in order. */
export interface RunInput extends Pick<InputSource, "path" | "name"> {
  total: number;
  /** Of the requests as they are handed in; the same file with the same options has the same one. */
  sha256: string;
  /** Reads the file again, as often as it is called. */
  lines: () => AsyncGenerator<NumberedLine, void>;
  /** The same, as JSON texts to be sent. */
  requests: () => AsyncGenerator<string, void>;
}

const problemsMax = 100;

/**
 * Reads a file through, so that nothing is handed in of one that does not fit.
 *
 * @throws CliError that names every problem by its line
 */
export async function inspectInput(source: InputSource): Promise<RunInput> {
  const hash = createHash("sha256");
  const problems: InputProblem[] = [];
  const firstLineOf = new Map<string, number>();
  for await (const record of readGently(source, problems)) {
    const { source: line, line: request, json } = record;
    const first = firstLineOf.get(request.custom_id);
    if (first === undefined) firstLineOf.set(request.custom_id, line);
    else problems.push({ line, message: `its name "${request.custom_id}" is that of line ${first}, too` });
    hash.update(`${json}\n`);
  }
  if (problems.length > 0) throw inputError(source.name, problems, problems.length > problemsMax);
  if (firstLineOf.size === 0) throw inputError(source.name, [{ line: 1, message: "there is nothing in it" }], false);
  const lines = () => readGently(source, []);
  const requests = async function* () {
    for await (const { json } of lines()) yield json;
  };
  const { path, name } = source;
  return { path, name, total: firstLineOf.size, sha256: hash.digest("hex"), lines, requests };
}

/** Lines that fit; what does not is added to `problems`. A file whose form is broken ends there, and so does one with too many of them. */
async function* readGently(source: InputSource, problems: InputProblem[]): AsyncGenerator<NumberedLine, void> {
  const records = readRecords(source.path, source.format);
  try {
    for await (const record of records) {
      if (problems.length > problemsMax) return;
      if ("problem" in record) {
        problems.push({ line: record.line, message: record.problem });
        continue;
      }
      const request = requestOf(record, source, problems);
      if (request !== undefined) yield request;
    }
  } catch (error) {
    if (!(error instanceof InputProblemError)) throw error;
    problems.push({ line: error.line, message: error.message });
  }
}

/** The request of a record, unless it adds to the problems. */
function requestOf(record: InputRecord, source: InputSource, problems: InputProblem[]): NumberedLine | undefined {
  try {
    const line = composeLine(record, source);
    return { source: record.line, line, json: JSON.stringify(line) };
  } catch (error) {
    if (error instanceof InputProblemError) problems.push({ line: error.line, message: error.message });
    // JSON.parse goes as deep as it likes, what writes JSON does not.
    else if (error instanceof RangeError) problems.push({ line: record.line, message: "is nested too deeply" });
    else throw error;
    return undefined;
  }
}
