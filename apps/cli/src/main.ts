// `sluice`: the command line of a Sluice.
import { runCli } from "./run-cli.ts";
import { CliError, exitCodes } from "./cli-error.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // The second one does not wait.
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.abort(new CliError("Stopped.", exitCodes.interrupted));
  });
}
// A reader like `head` that has enough is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await runCli(process.argv.slice(2), {
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
});
