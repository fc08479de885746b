import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { z } from "zod";

const questionSchema = z.object({ question: z.string() });

/** Real questions, a few hundred characters each: texts that are all alike would be packed to nothing. */
const questions = readFileSync(new URL("../../../examples/gsm8k-test.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => questionSchema.parse(JSON.parse(line)).question);

/** A line of ordinary size; with as many of the next questions as make it at least `lineBytesMin` long, and not much longer. */
function lineOf(row: number, lineBytesMin: number): string {
  let content = questions[row % questions.length] ?? "";
  for (let next = row + 1; content.length < lineBytesMin; next += 1) content += ` ${questions[next % questions.length]}`;
  if (lineBytesMin > 0) content = content.slice(0, lineBytesMin);
  const params = { model: "claude-haiku-4-5", max_tokens: 256, messages: [{ role: "user", content }] };
  return `${JSON.stringify({ custom_id: `row-${row}`, params })}\n`;
}

export interface LineStream {
  bytes: number;
  open: () => Readable;
}

/** So many lines, made while they are read; of at least `lineBytesMin` when it is given. */
export function linesOf(count: number, lineBytesMin = 0): LineStream {
  let bytes = 0;
  for (let row = 0; row < count; row += 1) bytes += Buffer.byteLength(lineOf(row, lineBytesMin));
  return {
    bytes,
    open: () => {
      function* pieces() {
        let piece = "";
        for (let row = 0; row < count; row += 1) {
          piece += lineOf(row, lineBytesMin);
          if (piece.length >= 65_536) {
            yield piece;
            piece = "";
          }
        }
        if (piece !== "") yield piece;
      }
      return Readable.from(pieces(), { objectMode: false });
    },
  };
}
