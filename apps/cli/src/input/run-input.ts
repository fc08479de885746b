import { createHash } from "node:crypto";
import type { BatchLine } from "@sluice/client/batches";
import { composeLine } from "./compose-line.ts";
import type { LineOptions } from "./compose-line.ts";
import { InputProblemError, inputError } from "./input-problem.ts";
import type { InputProblem } from "./input-problem.ts";
import { readRecords } from "./read-records.ts";
import type { InputFormat } from "./read-records.ts";

export interface InputSource extends LineOptions {
  path: string;
  format: InputFormat;
}

interface NumberedLine {
  /** Of the file, from 1. */
  source: number;
  line: BatchLine;
}

/** What a file asks for, seen whole and found in order. */
export interface RunInput {
  total: number;
  /** Of the requests as they are handed in; the same file with the same options has the same one. */
  sha256: string;
  /** Reads the file again, as often as it is called. */
  lines: () => AsyncGenerator<NumberedLine, void>;
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
    if (problems.length > problemsMax) break;
    const { source: line, line: request } = record;
    const first = firstLineOf.get(request.custom_id);
    if (first === undefined) firstLineOf.set(request.custom_id, line);
    else problems.push({ line, message: `its name "${request.custom_id}" is that of line ${first}, too` });
    hash.update(`${JSON.stringify(request)}\n`);
  }
  if (problems.length > 0) throw inputError(source.path, problems, problems.length > problemsMax);
  if (firstLineOf.size === 0) throw inputError(source.path, [{ line: 1, message: "there is nothing in it" }], false);
  return { total: firstLineOf.size, sha256: hash.digest("hex"), lines: () => readGently(source, []) };
}

/** Lines that fit; what does not is added to `problems`. A file whose form is broken ends there. */
async function* readGently(source: InputSource, problems: InputProblem[]): AsyncGenerator<NumberedLine, void> {
  const records = readRecords(source.path, source.format);
  try {
    for await (const record of records) {
      try {
        yield { source: record.line, line: composeLine(record, source) };
      } catch (error) {
        if (!(error instanceof InputProblemError)) throw error;
        problems.push({ line: error.line, message: error.message });
      }
    }
  } catch (error) {
    if (!(error instanceof InputProblemError)) throw error;
    problems.push({ line: error.line, message: error.message });
  }
}
