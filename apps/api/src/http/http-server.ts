import { STATUS_CODES, createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { Duplex } from "node:stream";
import { Problem, problemBody } from "../problems/problem.ts";
import { newRequestId } from "./request-trace.ts";
import { securityHeaders } from "./security-headers.ts";

/** What a client may take of time and room. */
export interface HttpLimits {
  /** For the head of a request, also of one that never begins. */
  headersMsMax: number;
  /**
   * For the request with its body, of which a batch may have 256 MB; others get a minute (read-json-body.ts). Answers (long polls,
   * streams of events) may take as long as they like.
   */
  requestMsMax: number;
  /** How often both are looked at. */
  checkMs: number;
  /** Open at once. One more is closed unanswered. */
  connectionsMax: number;
}

const defaultLimits: HttpLimits = {
  headersMsMax: 20_000,
  requestMsMax: 600_000,
  checkMs: 5_000,
  // Half as many again as may wait for jobs (`watchesMax`): those beyond are told so. 15,000 idle ones take about 200 MB.
  connectionsMax: 15_000,
};

const headerBytesMax = 16_384;

/**
 * A server with limits on what a client may take, and problem details for requests that are not HTTP.
 *
 * @param onFull called for each connection that is closed because there are too many
 */
export function createHttpServer(listener: RequestListener, onFull: () => void, limits: Partial<HttpLimits> = {}): Server {
  const { headersMsMax, requestMsMax, checkMs, connectionsMax } = { ...defaultLimits, ...limits };
  const server = createServer(
    {
      // Longer than the 60 s of usual load balancers: they must be the ones to close an idle connection.
      keepAliveTimeout: 72_000,
      headersTimeout: headersMsMax,
      requestTimeout: requestMsMax,
      connectionsCheckingInterval: checkMs,
      maxHeaderSize: headerBytesMax,
      // Refused by create-app.ts, with a problem.
      requireHostHeader: false,
    },
    listener,
  );
  server.maxConnections = connectionsMax;
  server.on("drop", onFull);
  // The body is asked for when it is wanted, see read-json-body.ts.
  server.on("checkContinue", listener);
  // Other expectations may be ignored (RFC 9110, 10.1.1); Node would refuse them without a problem.
  server.on("checkExpectation", listener);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else socket.end(answerTo(error.code));
  });
  return server;
}

const headersOfBroken = Object.entries({ ...securityHeaders, "Content-Type": "application/problem+json", "Cache-Control": "no-store" });

function answerTo(errorCode: string | undefined): string {
  const requestId = newRequestId();
  const problem = problemOf(errorCode);
  const body = problemBody(problem, requestId, "");
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ""}`,
    ...headersOfBroken.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

function problemOf(errorCode: string | undefined): Problem {
  switch (errorCode) {
    case "HPE_HEADER_OVERFLOW":
      return Problem.of("invalid_request", { status: 431, detail: `The headers may have at most ${headerBytesMax} bytes.` });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return Problem.of("invalid_request", { status: 408, detail: "The request did not arrive in time." });
    default:
      return Problem.of("invalid_request", { status: 400, detail: "The request is not valid HTTP." });
  }
}
