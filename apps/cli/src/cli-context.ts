import type { ScreenStream } from "./run/screen.ts";

/** What a command has around it. */
export interface CliContext {
  environment: Readonly<Record<string, string | undefined>>;
  stdout: ScreenStream;
  stderr: ScreenStream;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}
