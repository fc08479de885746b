import type { ReadableStream as NodeReadableStream } from "node:stream/web";

/** The lines of a stream of JSON lines, parsed; blank ones are skipped. A last line without its end is no line: the stream broke. */
export async function* readJsonLines<Line>(body: NodeReadableStream<Uint8Array> | ReadableStream<Uint8Array>): AsyncGenerator<Line, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() === "") continue;
      const parsed: Line = JSON.parse(line);
      yield parsed;
    }
  }
  if (rest.trim() !== "") throw new Error("the stream ended within a line");
}

export type Lines<Line> = Iterable<Line | string> | AsyncIterable<Line | string>;

/** Bytes of JSON lines, compressed: what is uploaded. Strings are taken for lines that are JSON already. */
export function compressedLines<Line>(lines: Lines<Line>): ReadableStream<Uint8Array> {
  return ReadableStream.from(encodedLines(lines)).pipeThrough(new CompressionStream("gzip"));
}

/** Small lines travel together: one chunk of the stream for each costs more than the compression. */
const chunkCharacters = 65_536;

async function* encodedLines<Line>(lines: Lines<Line>): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const encoder = new TextEncoder();
  let text = "";
  for await (const line of lines) {
    text += `${typeof line === "string" ? line : JSON.stringify(line)}\n`;
    if (text.length < chunkCharacters) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}
