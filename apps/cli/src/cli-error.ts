/** Ends of the command, as a shell sees them. */
export const exitCodes = {
  /** The command did its work, but something in it failed: lines of a run, a job that was waited for. */
  failed: 1,
  /** The command, its options or its input do not fit. */
  usage: 2,
  /** Sluice could not be reached, or refused the key. */
  noService: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** What a file that cannot be used comes to: a message with its name, without a stack; what is no error of the system stays as it is. */
export function fileError(path: string, cannotBe: "read" | "written", error: unknown): unknown {
  if (!(error instanceof Error && "code" in error && "syscall" in error)) return error;
  return new CliError(`${path} cannot be ${cannotBe}: ${error.message}`, undefined, error);
}

/** Ends the command with a message for the person at the terminal. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
