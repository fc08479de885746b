import type { CliContext } from "../cli-context.ts";
import { coloured, plain } from "./paint.ts";
import type { Paint } from "./paint.ts";

/** Where a command's answer goes: lines for people, or one JSON value for programs. */
export interface Printer {
  /** Columns that a table may take; a pipe has room for all of it. */
  width: number;
  paint: Paint;
  /** `lines` are made only when they are shown. */
  print: (value: unknown, lines: () => readonly string[]) => void;
  /** Beside the answer, on standard error. */
  note: (text: string) => void;
}

export function printer({ stdout, stderr, environment }: CliContext, asJson = false): Printer {
  return {
    width: stdout.isTTY === true ? (stdout.columns ?? 80) : 10_000,
    paint: wantsColours(stdout, environment) ? coloured : plain,
    print(value, lines) {
      const text = asJson ? JSON.stringify(value, null, 2) : lines().join("\n");
      stdout.write(`${text}\n`);
    },
    note: (text) => void stderr.write(`${text}\n`),
  };
}

/** `NO_COLOR`, `FORCE_COLOR` and what is no terminal are respected. */
export function wantsColours(stream: CliContext["stdout"], environment: CliContext["environment"]): boolean {
  if (environment["NO_COLOR"]) return false;
  if (environment["FORCE_COLOR"]) return environment["FORCE_COLOR"] !== "0";
  return stream.isTTY === true && environment["TERM"] !== "dumb";
}
