// What is known of a request while it is handled, and the one log line it leaves.
import { randomUUID } from "node:crypto";
import type { Logger } from "@sluice/shared/logging/logger";
import type { NextFunction, Request, Response } from "express";
import type { HandledRequest } from "../metrics/metrics.ts";
import type { ProblemCode } from "../problems/error-catalogue.ts";

export interface RequestTrace {
  requestId: string;
  /** Template of the operation's path; null while it is unknown. The real path is not logged. */
  route: string | null;
  /** Of health checks, which come all the time. */
  isQuiet: boolean;
  tenant: string | null;
  jobId: string | null;
  batchId: string | null;
  code: ProblemCode | null;
  /** What the client is not told. */
  error: unknown;
}

const traces = new WeakMap<Response, RequestTrace>();

/** Middleware that begins the trace of each request; `note` is called with its end. */
export function beginTrace(log: Logger, note: (request: HandledRequest) => void) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const trace: RequestTrace = {
      requestId: newRequestId(),
      route: null,
      isQuiet: false,
      tenant: null,
      jobId: null,
      batchId: null,
      code: null,
      error: null,
    };
    traces.set(response, trace);
    const start = performance.now();
    response.once("close", () => {
      const durationMs = performance.now() - start;
      logRequest(log, request.method, response, trace, durationMs);
      note({ method: request.method, route: trace.route, status: response.statusCode, durationMs });
    });
    next();
  };
}

/** @throws Error when {@link beginTrace} did not run for this response */
export function traceOf(response: Response): RequestTrace {
  const trace = traces.get(response);
  if (trace === undefined) throw new Error("the request has no trace");
  return trace;
}

export function newRequestId(): string {
  return `req_${randomUUID().replaceAll("-", "")}`;
}

function logRequest(log: Logger, method: string, response: Response, trace: RequestTrace, durationMs: number): void {
  const line = {
    event: "request.handled",
    requestId: trace.requestId,
    method,
    route: trace.route,
    status: response.statusCode,
    durationMs: Math.round(durationMs * 10) / 10,
    tenant: trace.tenant,
    jobId: trace.jobId,
    ...(trace.batchId !== null && { batchId: trace.batchId }),
    ...(trace.code !== null && { code: trace.code }),
    ...(trace.error !== null && { error: trace.error }),
    // The client went away before it had the whole answer.
    ...(!response.writableFinished && { aborted: true }),
  };
  if (trace.code === "internal") log.error(line);
  else if (trace.isQuiet) log.debug(line);
  else log.info(line);
}
