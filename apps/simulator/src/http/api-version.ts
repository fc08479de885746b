import type { IncomingMessage } from "node:http";
import { type ApiError, invalidRequest } from "./api-error.ts";

export type ApiVersion = "2023-06-01" | "2026-10-21";

export function readApiVersion(request: IncomingMessage): ApiVersion | ApiError {
  const version = request.headers["anthropic-version"];
  if (version === undefined || version === "") return invalidRequest("anthropic-version: header is required");
  if (version === "2023-06-01" || version === "2026-10-21") return version;
  return invalidRequest(`anthropic-version: "${String(version)}" is not a valid version.`);
}
