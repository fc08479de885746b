import { STATUS_CODES, createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { Duplex } from "node:stream";
import { Problem, problemBody } from "../problems/problem.ts";
import { newRequestId } from "./request-trace.ts";

/** A server with limits on what a client may take its time for, and problem details for requests that are not HTTP. */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer(
    {
      // Longer than the 60 s of usual load balancers: they must be the ones to close an idle connection.
      keepAliveTimeout: 72_000,
      headersTimeout: 20_000,
      // For the request with its body, of which a batch may have 256 MB; others get a minute (read-json-body.ts). Answers (long polls,
      // streams of events) may take as long as they like.
      requestTimeout: 600_000,
      connectionsCheckingInterval: 5_000,
    },
    listener,
  );
  // The body is asked for when it is wanted, see read-json-body.ts.
  server.on("checkContinue", listener);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else socket.end(answerTo(error.code));
  });
  return server;
}

function answerTo(errorCode: string | undefined): string {
  const requestId = newRequestId();
  const problem = problemOf(errorCode);
  const body = problemBody(problem, requestId, "");
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ""}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    `X-Request-Id: ${requestId}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

function problemOf(errorCode: string | undefined): Problem {
  switch (errorCode) {
    case "HPE_HEADER_OVERFLOW":
      return Problem.of("invalid_request", { status: 431, detail: "The headers may have at most 16384 bytes." });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return Problem.of("invalid_request", { status: 408, detail: "The request did not arrive in time." });
    default:
      return Problem.of("invalid_request", { status: 400, detail: "The request is not valid HTTP." });
  }
}
