import type { NextFunction, Request, Response } from "express";
import type { ApiContext } from "../api-context.ts";
import { problemOfError } from "../problems/problem-of-error.ts";
import { Problem, problemBody } from "../problems/problem.ts";
import { sendAnswer } from "./answer.ts";
import { traceOf } from "./request-trace.ts";

/** HTTP/1.1 asks for a `Host` (RFC 9112, 3.2). */
export function refuseMissingHost({ headers, httpVersion }: Request, _response: Response, next: NextFunction): void {
  if (headers.host !== undefined || httpVersion === "1.0") next();
  else next(Problem.of("invalid_request", { detail: "The header Host is missing." }));
}

/** The last route: nothing else took the request. */
export function refuseUnknownPath(_request: Request, _response: Response, next: NextFunction): void {
  next(Problem.of("not_found", { detail: "There is no such path; /docs lists those there are." }));
}

/** Express' error handler: every failure becomes a problem, and a part of the request's log line. */
export function sendProblems({ isDraining, settings }: ApiContext) {
  // Express tells error handlers by their four parameters.
  return async (error: unknown, request: Request, response: Response, _next: NextFunction): Promise<void> => {
    const problem = problemOfError(error);
    const trace = traceOf(response);
    trace.code = problem.code;
    if (problem.cause !== undefined && (problem.code === "internal" || problem.code === "unavailable")) trace.error = problem.cause;
    if (response.headersSent) {
      // An answer that has begun cannot become another; a client must not take half of one for the whole.
      response.destroy();
      return;
    }
    const headers = { "Content-Type": "application/problem+json", ...problem.headers };
    const body = problemBody(problem, trace.requestId, settings.publicUrl ?? baseOf(request));
    await sendAnswer(response, { status: problem.status, headers, body }, isDraining());
  };
}

/** The address under which the client reached us, as far as it can be believed. */
function baseOf({ protocol, host, headers }: Request): string {
  // Without the header Express' `host` is undefined, whatever its type says.
  return headers.host !== undefined && /^[\w.:[\]-]+$/.test(host) ? `${protocol}://${host}` : "";
}
