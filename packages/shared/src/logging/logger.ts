import { pino, stdSerializers } from "pino";
import type { Logger as PinoLogger } from "pino";

export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error">;

export interface LoggerOptions {
  /** Name of the process: `api`, `worker`, … */
  process: string;
  level: "debug" | "info" | "warn" | "error" | "silent";
}

/**
 * JSON lines on standard output, one wide line per unit of work: `log.info({ event: "job.attempted", jobId, … })`.
 *
 * Keys, prompts and answers are not passed to the logger in the first place; the redaction here is the second belt.
 */
export function createLogger({ process: name, level }: LoggerOptions): Logger {
  return pino({
    level,
    base: { process: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: stdSerializers.err },
    redact: {
      paths: [
        "authorization",
        "apiKey",
        "secret",
        "*.authorization",
        "*.apiKey",
        "*.secret",
        '*["x-api-key"]',
        "error.headers",
        "error.error",
      ],
      censor: "[redacted]",
    },
  });
}
