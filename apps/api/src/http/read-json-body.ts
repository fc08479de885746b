import { isUtf8 } from "node:buffer";
import express from "express";
import type { Request, Response } from "express";
import { Problem } from "../problems/problem.ts";
import { excessOf } from "./json-shape.ts";

/** Claude's own limit of a request, 32 MB; the envelope around `params` is counted in. */
export const bodyBytesMax = 33_554_432;

/** For a body that is held until it is whole. */
const arrivalMsMax = 60_000;

// Express' parser does the reading, decompressing and counting; the parsing is done here, where the bytes are needed too.
const readRaw = express.raw({ type: () => true, limit: bodyBytesMax, inflate: true });

export interface JsonBody {
  value: unknown;
  /** After decompression. */
  bytes: Buffer;
}

/**
 * Reads a JSON body, gzip, deflate or brotli accepted.
 *
 * @throws Problem `invalid_request` (400, 408, 415), `payload_too_large`; errors of Express' parser
 */
export async function readJsonBody(request: Request, response: Response): Promise<JsonBody> {
  checkContentType(request.headers["content-type"]);
  if (Number(request.headers["content-length"]) > bodyBytesMax && request.headers.expect !== undefined) {
    // The client waits to be asked for the body, and is not asked.
    throw Problem.of("payload_too_large", { detail: `The body may have at most ${bodyBytesMax} bytes.` });
  }
  if (request.headers.expect !== undefined) response.writeContinue();

  let late: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    late = setTimeout(() => {
      const headers = { Connection: "close" };
      reject(Problem.of("invalid_request", { status: 408, detail: "The body did not arrive in time.", headers }));
    }, arrivalMsMax);
    readRaw(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error("the body could not be read", { cause: error }));
    });
  }).finally(() => clearTimeout(late));
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) throw unreadable("There is no body.");
  return { value: parse(bytes), bytes };
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw unreadable("The body is not UTF-8.");
  const excess = excessOf(bytes);
  if (excess !== undefined) throw unreadable(`The body ${excess}.`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch (error) {
    // The parser's message repeats parts of the body.
    throw unreadable("The body is not JSON.", error instanceof Error ? error.name : undefined);
  }
  return value;
}

function unreadable(detail: string, cause?: unknown): Problem {
  return Problem.of("invalid_request", { status: 400, detail, cause });
}

function checkContentType(header = ""): void {
  const [type = "", ...parameters] = header.toLowerCase().split(";");
  const isJson = /^application\/(json|[\w.-]+\+json)$/.test(type.trim());
  const charset = parameters.map((parameter) => /^\s*charset="?([\w-]+)"?\s*$/.exec(parameter)?.[1]).find((name) => name !== undefined);
  if (isJson && (charset === undefined || charset === "utf-8" || charset === "utf8")) return;
  throw Problem.of("invalid_request", {
    status: 415,
    detail: "The body must be sent with `Content-Type: application/json`, in UTF-8.",
    headers: { Accept: "application/json" },
    issues: [{ path: "Content-Type", message: "must be application/json" }],
  });
}
