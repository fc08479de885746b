import type { ServerResponse } from "node:http";

/** An answer other than 200, as data. Sent by {@link sendError}; never thrown. */
export class ApiError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** The stable `error.details.error_code`, where the API has one. */
  readonly errorCode: string | undefined;
  readonly headers: Record<string, string>;
  /** HTML sent in place of the JSON: the answer of a machine in front of the API. */
  readonly page: string | undefined;

  constructor(
    status: number,
    type: string,
    message: string,
    more: { errorCode?: string; headers?: Record<string, string>; page?: string } = {},
  ) {
    this.status = status;
    this.type = type;
    this.message = message;
    this.errorCode = more.errorCode;
    this.headers = more.headers ?? {};
    this.page = more.page;
  }

  body(requestId: string): string {
    const details = this.errorCode === undefined ? {} : { details: { error_code: this.errorCode } };
    return JSON.stringify({
      type: "error",
      error: { type: this.type, message: this.message, ...details },
      request_id: requestId,
    });
  }
}

export function invalidRequest(message: string): ApiError {
  return new ApiError(400, "invalid_request_error", message);
}

export function notFound(message: string): ApiError {
  return new ApiError(404, "not_found_error", message);
}

/** @param headers those of the place that answers; the error's own win. */
export function sendError(response: ServerResponse, error: ApiError, requestId: string, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return;
  const body = error.page ?? error.body(requestId);
  response.writeHead(error.status, {
    ...headers,
    ...error.headers,
    "content-type": error.page === undefined ? "application/json" : "text/html",
    "content-length": Buffer.byteLength(body),
    "request-id": requestId,
  });
  response.end(body);
}
