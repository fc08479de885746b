import { CliError } from "../cli-error.ts";
import { count } from "../output/format.ts";

/** Something in the input that does not fit. */
export interface InputProblem {
  /** Of the file, from 1. */
  line: number;
  message: string;
}

export class InputProblemError extends Error {
  override readonly name = "InputProblemError";
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const shownMax = 20;

/** All of them at once, so that the file is mended once. */
export function inputError(path: string, problems: readonly InputProblem[], more: boolean): CliError {
  const shown = problems.slice(0, shownMax).map(({ line, message }) => `  line ${count(line)}: ${message}`);
  const hidden = problems.length - shown.length;
  const rest = more || hidden > 0 ? [`  … and more`] : [];
  return new CliError([`${path} cannot be run; nothing was handed in.`, ...shown, ...rest].join("\n"));
}
