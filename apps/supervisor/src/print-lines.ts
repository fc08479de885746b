import { styleText } from "node:util";
import { prettyFactory } from "pino-pretty";
import { parseLogLine } from "./log-line.ts";

type Color = Parameters<typeof styleText>[0];

/** The processes keep their colours from start to start. */
const colors: Record<string, Color> = { api: "cyan", worker: "magenta", simulator: "yellow", redis: "blue", sluice: "green" };
const nameWidth = "simulator".length;

export interface LinePrinter {
  /** A line of a process: a JSON log line in short, anything else as it is. */
  line: (name: string, line: string) => void;
  /** What the supervisor itself has to say. */
  say: (text: string) => void;
}

/**
 * Prints the lines of all processes one under the other, each after the name of its process.
 *
 * @param write gets whole lines with their ends.
 * @param colored as a terminal shows it.
 */
export function createLinePrinter(write: (text: string) => void, colored: boolean): LinePrinter {
  const pretty = prettyFactory({
    colorize: colored,
    messageKey: "event",
    // Which process it is stands in front of the line.
    ignore: "pid,hostname,process",
    translateTime: "SYS:HH:MM:ss.l",
    singleLine: true,
  });
  const print = (name: string, text: string) => {
    const padded = name.padEnd(nameWidth);
    const prefix = colored ? styleText(colors[name] ?? "white", `${padded} │`, { validateStream: false }) : `${padded} |`;
    for (const part of text.trimEnd().split("\n")) write(`${prefix} ${part}\n`);
  };
  return {
    line: (name, line) => print(name, parseLogLine(line) ? pretty(line) : line),
    say: (text) => print("sluice", text),
  };
}
