import { pino } from "pino";
import type { DestinationStream, Logger as PinoLogger } from "pino";

export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error">;

export interface LoggerOptions {
  /** Name of the process: `api`, `worker`, … */
  process: string;
  level: "debug" | "info" | "warn" | "error" | "silent";
  /** Where the lines go; standard output by default. */
  destination?: DestinationStream;
}

/**
 * JSON lines on standard output, one wide line per unit of work: `log.info({ event: "job.attempted", jobId, … })`.
 *
 * Keys, prompts and answers are not passed to the logger in the first place; the redaction here is the second belt.
 */
export function createLogger({ process: name, level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { process: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describeError },
    redact: {
      paths: ["authorization", "apiKey", "secret", "*.authorization", "*.apiKey", "*.secret", '*["x-api-key"]'],
      censor: "[redacted]",
    },
  };
  // Written at once: lines that wait in memory are lost, or out of order, when the process ends.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}

/**
 * An error without its other fields: those of a Redis error hold the command's arguments (a whole prompt), those of an
 * HTTP error headers and body.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return { name, code, message, stack, ...(cause !== undefined && { cause: describeError(cause) }) };
}
