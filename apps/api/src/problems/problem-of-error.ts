import { redisUnavailability } from "@sluice/shared/redis/unavailable";
import { Problem } from "./problem.ts";

/** What went wrong, as the client is to hear it. Anything that is not known to be the client's or Redis' doing is our own fault. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof Problem) return error;
  switch (redisUnavailability(error)) {
    case "away":
      return unavailable("Redis does not answer.", error);
    case "full":
      return unavailable("Redis has no room left.", error);
    case undefined:
      return problemOfLibraryError(error) ?? Problem.of("internal", { detail: "The log has the details.", cause: error });
  }
}

/** A 503 that asks to come back soon. */
export function unavailable(reason: string, cause?: unknown): Problem {
  return Problem.of("unavailable", { detail: `${reason} Nothing was accepted.`, headers: { "Retry-After": "2" }, cause });
}

/** Refusals of Express and its body parser, by their documented `type`; their texts may repeat what the client sent. */
function problemOfLibraryError(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !("status" in error)) return undefined;
  const type = "type" in error ? error.type : undefined;
  switch (type) {
    case "entity.too.large":
      return Problem.of("payload_too_large", { detail: "The body may have at most 33554432 bytes after decompression.", cause: error });
    case "encoding.unsupported":
      return Problem.of("invalid_request", {
        status: 415,
        detail: "The Content-Encoding is not supported.",
        headers: { "Accept-Encoding": "gzip, deflate, br" },
        cause: error,
      });
    case "request.aborted":
    case "request.size.invalid":
      return Problem.of("invalid_request", { detail: "The body ended before its announced length.", cause: error });
    default:
      return error.status === 400 ? Problem.of("invalid_request", { detail: "The request cannot be read.", cause: error }) : undefined;
  }
}
