import type { z } from "zod";

/** What an unfit environment says: every problem at once, by variable name, never the value. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
  readonly code = "invalid_environment";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`These settings do not fit:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/**
 * Reads the settings of a process. Variables that are set to nothing count as unset, as in a `.env` file.
 *
 * @throws EnvironmentError naming each variable that does not fit; values are left out, since one may be a secret.
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
  const result = schema.safeParse(set, { reportInput: false });
  if (result.success) return result.data;
  throw new EnvironmentError(result.error.issues.map((issue) => `${issue.path.join(".") || "settings"}: ${issue.message}`));
}

/** {@link parseEnvironment} for a `main.ts`: prints the problems and ends the process with exit code 78 (EX_CONFIG). */
export function parseEnvironmentOrExit<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  return orExit(() => parseEnvironment(schema, environment));
}

/** What `read` gives; when the settings do not fit, prints every problem and ends the process with exit code 78 (EX_CONFIG). */
export function orExit<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    console.error(error.message);
    return process.exit(78);
  }
}
