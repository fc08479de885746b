// Cuts a stream of bytes into the requests of a batch, without holding more than one of them.

import { Problem } from "../../problems/problem.ts";

export interface RawRequest {
  /** Number of its line, or of its place in the list, from 1. */
  number: number;
  /** JSON; undefined when it is longer than allowed. */
  bytes: Buffer | undefined;
}

/** 256 MB of line ends would keep the process busy for a minute. */
const linesMax = 1_000_000;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

/** `at` says how far the reading has come, for the message of an error of the stream itself. */
export interface ReadingPlace {
  number: number;
}

/**
 * The lines of JSONL: ends are LF or CRLF, a byte order mark at the beginning is passed over, and blank lines are, too; they count
 * in the numbering.
 *
 * @param lineBytesMax longer lines are read over
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>, lineBytesMax: number, at: ReadingPlace): AsyncGenerator<RawRequest> {
  let parts: Buffer[] = [];
  let bytes = 0;
  at.number = 1;

  const take = (part: Buffer) => {
    bytes += part.length;
    // One more than allowed: the end may be a carriage return.
    if (bytes <= lineBytesMax + 1 + byteOrderMark.length) parts.push(part);
    else parts = [];
  };
  const finish = (): RawRequest | undefined => {
    const line = trimmed(parts.length === 1 ? parts[0] : Buffer.concat(parts), at.number === 1);
    const isTooLong = line.length > lineBytesMax || line.length < bytes - 1 - byteOrderMark.length;
    const request = { number: at.number, bytes: isTooLong ? undefined : line };
    parts = [];
    bytes = 0;
    return isTooLong || !isBlank(line) ? request : undefined;
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      const request = finish();
      if (request !== undefined) yield request;
      at.number += 1;
      if (at.number > linesMax)
        throw Problem.of("payload_too_large", { detail: `The body may have at most ${linesMax} lines, blank ones included.` });
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (bytes > 0) {
    const request = finish();
    if (request !== undefined) yield request;
  }
}

function trimmed(line: Buffer = Buffer.alloc(0), isFirst: boolean): Buffer {
  const start = isFirst && line.subarray(0, 3).equals(byteOrderMark) ? byteOrderMark.length : 0;
  return line.subarray(start, line.at(-1) === carriageReturn ? -1 : undefined);
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09);
}
