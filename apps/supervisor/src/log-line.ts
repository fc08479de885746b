/** A JSON line by which a process tells something, e.g. `{ event: "api.listening", url: "…" }`. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A line of a logger; `undefined` for other text. */
export function parseLogLine(text: string): LogLine | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isLogLine(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isLogLine(value: unknown): value is LogLine {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
