import type { Response } from "express";
import { traceOf } from "./request-trace.ts";
import { overTlsHeaders, securityHeaders } from "./security-headers.ts";

type Headers = Readonly<Record<string, string>>;

/** What an operation answers. */
export type Answer =
  | { status: number; headers?: Headers; body?: string | Buffer }
  /** The function gets the response with its headers sent, and ends it. */
  | { status: 200; headers: Headers; stream: (response: Response) => Promise<void> };

/** For answers that are read by programs. An operation's own headers replace them. */
const defaultHeaders = { ...securityHeaders, "Content-Type": "application/json", "Cache-Control": "no-store" };

export function jsonAnswer(status: number, value: unknown, headers?: Headers): Answer {
  const body = JSON.stringify(value);
  return headers === undefined ? { status, body } : { status, headers, body };
}

/** Sends an answer. `isLast`: the connection is closed after it, because this process is shutting down. */
export async function sendAnswer(response: Response, answer: Answer, isLast: boolean): Promise<void> {
  const headers: Record<string, string | number> = { ...defaultHeaders, "X-Request-Id": traceOf(response).requestId, ...answer.headers };
  if (response.req.secure) Object.assign(headers, overTlsHeaders);
  if (isLast) headers["Connection"] = "close";
  if ("stream" in answer) {
    response.writeHead(answer.status, headers);
    response.flushHeaders();
    await answer.stream(response);
    return;
  }
  const { body } = answer;
  if (body === undefined) delete headers["Content-Type"];
  else headers["Content-Length"] = Buffer.byteLength(body);
  response.writeHead(answer.status, headers);
  response.end(body);
}
