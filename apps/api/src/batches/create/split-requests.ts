// Cuts the JSON form of a batch, `{"requests": […], …}`, into its requests as it comes: no more than one of them is held.
//
// It only finds where the requests begin and end. Each of them, and what stands around the list, is parsed as JSON afterwards, so
// nothing that is not JSON passes.
import { Problem } from "../../problems/problem.ts";
import type { RawRequest, ReadingPlace } from "./split-lines.ts";

/** What stands around the list: options, metadata of at most 50 × 576 characters. */
const envelopeBytesMax = 1_048_576;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Bytes that lie in several chunks. Beyond `bytesMax` they are counted only. */
class Pieces {
  readonly #bytesMax: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isTooLong(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.isTooLong) this.#parts = [];
    else this.#parts.push(part);
  }

  take(): Buffer {
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return whole;
  }
}

/**
 * @param requestBytesMax longer requests are read over
 * @param envelope is given the text around the requests, with an empty list in their place, when all is read
 * @throws Problem `invalid_request` (400) when the text ends within the list, `payload_too_large`
 */
export async function* splitRequests(
  chunks: AsyncIterable<Buffer>,
  requestBytesMax: number,
  at: ReadingPlace,
  envelope: { text: string },
): AsyncGenerator<RawRequest> {
  const around = new Pieces(envelopeBytesMax);
  const request = new Pieces(requestBytesMax);
  let depth = 0;
  let inText = false;
  let isEscaped = false;
  let inList = false;
  /** The last text at the top level, and the key that a colon made of it. */
  let lastText: number[] = [];
  let key = "";
  let lastSign = 0;

  const finish = (): RawRequest => {
    const { isTooLong } = request;
    const bytes = request.take();
    return { number: (at.number += 1), bytes: isTooLong ? undefined : bytes };
  };

  at.number = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0;
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) inText = false;
        if (inText && depth === 1 && lastText.length < 16) lastText.push(byte);
        continue;
      }
      if (byte <= 0x20) continue;
      switch (byte) {
        case quote:
          inText = true;
          if (depth === 1) lastText = [];
          break;
        case colon:
          if (depth === 1) key = String.fromCharCode(...lastText);
          break;
        case openBrace:
        case openBracket:
          depth += 1;
          if (depth === 2 && byte === openBracket && lastSign === colon && key === "requests") {
            inList = true;
            around.add(chunk.subarray(start, index + 1));
            start = index + 1;
          }
          break;
        case comma:
          if (!inList || depth !== 2) break;
          request.add(chunk.subarray(start, index));
          start = index + 1;
          yield finish();
          break;
        case closeBrace:
        case closeBracket:
          if (inList && depth === 2) {
            inList = false;
            request.add(chunk.subarray(start, index));
            start = index;
            // Nothing stands in an empty list; behind a comma something must.
            if (lastSign !== openBracket || at.number > 0) yield finish();
          }
          depth -= 1;
          break;
        default:
      }
      lastSign = byte;
    }
    (inList ? request : around).add(chunk.subarray(start));
    if (around.isTooLong) {
      throw Problem.of("payload_too_large", { detail: `Beside \`requests\`, the body may have at most ${envelopeBytesMax} bytes.` });
    }
  }
  if (inList) {
    throw Problem.of("invalid_request", {
      detail: "The body is not JSON: it ends within `requests`.",
      issues: [{ line: at.number + 1, path: `requests.${at.number}`, message: "is not complete" }],
    });
  }
  envelope.text = around.take().toString();
}
