import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable, pipeline } from "node:stream";
import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { Problem } from "../problems/problem.ts";

/** A body as it comes, decompressed, for operations that read it themselves. */
export interface BodyStream {
  /** The body's media type, in lower case and without parameters. */
  mediaType: string;
  /**
   * The body's bytes; it is read no faster than they are taken. Whoever does not read it to its end answers all the same, the rest is
   * thrown away.
   *
   * Throws Problem `payload_too_large` beyond `bytesMax`, {@link BrokenBody} when it ends too early or cannot be decompressed.
   */
  read: (bytesMax: number) => AsyncGenerator<Buffer>;
}

/** A client that sends nothing for so long is let go. The time in which nobody reads does not count. */
const idleMsMax = 60_000;

/** The client went away, or what it sent cannot be decompressed. */
export class BrokenBody extends Error {
  override readonly name = "BrokenBody";
}

const decompressions: Readonly<Record<string, (() => Transform) | "none">> = {
  identity: "none",
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** @throws Problem `invalid_request` (415) for an encoding that is not known, before anything is read */
export function bodyStream(request: IncomingMessage, response: ServerResponse): BodyStream {
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const decompression = decompressions[encoding];
  if (decompression === undefined) {
    throw Problem.of("invalid_request", {
      status: 415,
      detail: "The Content-Encoding is not supported.",
      headers: { "Accept-Encoding": "gzip, deflate, br" },
      issues: [{ path: "Content-Encoding", message: "must be gzip, deflate or br" }],
    });
  }
  const mediaType = (request.headers["content-type"] ?? "").split(";", 1)[0] ?? "";
  return {
    mediaType: mediaType.trim().toLowerCase(),
    read: (bytesMax) => readBody(request, response, decompression === "none" ? undefined : decompression(), bytesMax),
  };
}

async function* readBody(
  request: IncomingMessage,
  response: ServerResponse,
  decompression: Transform | undefined,
  bytesMax: number,
): AsyncGenerator<Buffer> {
  // What is compressed may have grown beyond it; what is not can be told at once.
  if (Number(request.headers["content-length"]) > bytesMax) throw tooLarge(bytesMax);
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks = decompression === undefined ? bytesOf(request) : decompressed(request, decompression);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      yield chunk;
    }
  } finally {
    // What was not read must not keep the connection from its next request.
    request.resume();
  }
}

/** The request itself is never destroyed: its connection is needed for the answer. */
async function* bytesOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  const iterator = request.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const idle = setTimeout(() => request.destroy(new Error(`the client sent nothing for ${idleMsMax} ms`)), idleMsMax);
      const next = await iterator.next().finally(() => clearTimeout(idle));
      if (next.done === true) return;
      if (Buffer.isBuffer(next.value)) yield next.value;
    }
  } catch (error) {
    throw new BrokenBody("the client went away", { cause: error });
  }
}

async function* decompressed(request: IncomingMessage, decompression: Transform): AsyncGenerator<Buffer> {
  const source = Readable.from(bytesOf(request), { objectMode: false });
  // An error of either ends the other, and the loop below throws it.
  pipeline(source, decompression, () => {});
  try {
    for await (const chunk of decompression) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    throw error instanceof BrokenBody ? error : new BrokenBody("the body cannot be decompressed", { cause: error });
  }
}

function tooLarge(bytesMax: number): Problem {
  return Problem.of("payload_too_large", { detail: `The body may have at most ${bytesMax} bytes after decompression.` });
}
