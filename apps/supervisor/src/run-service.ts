import { banner } from "./banner.ts";
import { createLinePrinter } from "./print-lines.ts";
import { createService, type ServiceOptions } from "./service.ts";
import { ProcessFailedError } from "./supervised-process.ts";

export interface RunOptions extends Omit<ServiceOptions, "reports"> {
  colored: boolean;
}

/**
 * Runs the service in this process until a signal ends it, and prints its lines and its banner.
 * First Ctrl-C, SIGTERM or SIGHUP: all end in order, exit code 0. Second: at once, exit code 1. A part that cannot be
 * brought up ends the rest: exit code 78 when its settings do not fit, else 1.
 */
export async function runService({ colored, ...options }: RunOptions): Promise<void> {
  const printer = createLinePrinter((text) => process.stdout.write(text), colored);
  const service = createService({ ...options, reports: printer });
  let signals = 0;

  const stop = async (announcement: string) => {
    signals += 1;
    if (signals > 1) {
      printer.say("Ending at once.");
      await service.kill();
      process.exit(1);
    }
    printer.say(announcement);
    await service.stop();
    printer.say("Stopped.");
    process.exit(0);
  };
  const fail = async (error: unknown) => {
    if (signals > 0) return; // A signal interrupted it; that is no failure.
    await service.stop();
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(error instanceof ProcessFailedError && error.because === "bad configuration" ? 78 : 1);
  };

  process.on("SIGINT", () => void stop("Stopping; Ctrl-C once more ends at once."));
  process.on("SIGTERM", () => void stop("Stopping."));
  process.on("SIGHUP", () => void stop("Stopping."));
  // Whoever read the output is gone, as in `npm start | head`.
  process.stdout.on("error", () => void (signals === 0 && stop("Stopping.")));

  try {
    const facts = await service.start();
    process.stdout.write(banner(facts, process.cwd()));
    void service.failed.then(fail);
  } catch (error) {
    await fail(error);
  }
}
