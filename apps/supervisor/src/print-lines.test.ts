import { expect, test } from "vitest";
import { createLinePrinter } from "./print-lines.ts";

function printed(colored: boolean, ...lines: [string, string][]) {
  let text = "";
  const printer = createLinePrinter((part) => (text += part), colored);
  for (const [name, line] of lines) printer.line(name, line);
  return text;
}

const logLine = JSON.stringify({
  level: "info",
  time: "2026-03-01T12:00:00.123Z",
  process: "api",
  pid: 1,
  hostname: "box",
  event: "api.listening",
  url: "http://127.0.0.1:3000",
});

test("a log line is one short line after the name of its process", () => {
  const text = printed(false, ["api", logLine]);
  expect(text).toMatch(/^api {7}\| \[\d\d:\d\d:00\.123\] INFO: api\.listening \{"url":"http:\/\/127\.0\.0\.1:3000"\}\n$/);
});

test("other text is printed as it is", () => {
  expect(printed(false, ["worker", "Error: no"], ["worker", "{ not json"])).toBe("worker    | Error: no\nworker    | { not json\n");
});

test("each line of an error's stack carries the name", () => {
  const error = { type: "Error", message: "no", stack: "Error: no\n    at a\n    at b" };
  const text = printed(false, [
    "worker",
    JSON.stringify({ level: "error", time: "2026-03-01T12:00:00.123Z", event: "worker.failed", error }),
  ]);
  expect(
    text
      .trimEnd()
      .split("\n")
      .every((line) => line.startsWith("worker    | ")),
  ).toBe(true);
  expect(text).toContain("at b");
});

test("colours only where they are wanted", () => {
  expect(printed(false, ["api", logLine])).not.toContain("\u001B[");
  expect(printed(true, ["api", logLine])).toContain("\u001B[");
});
