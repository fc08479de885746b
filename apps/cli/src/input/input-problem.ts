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

/** All of them at once, so that the file is mended once; what several lines have in common is said once. */
export function inputError(path: string, problems: readonly InputProblem[], more: boolean): CliError {
  const kinds = [...Map.groupBy(problems, ({ message }) => message)];
  const shown = kinds.slice(0, shownMax).map(([message, lines]) => {
    const others = lines.length === 1 ? "" : ` (and ${more ? "at least " : ""}${count(lines.length - 1)} more)`;
    return `  line ${count(lines[0]?.line ?? 1)}${others}: ${message}`;
  });
  const rest = kinds.length > shownMax ? ["  … and more"] : [];
  return new CliError([`${path} cannot be run; nothing was handed in.`, ...shown, ...rest].join("\n"));
}
