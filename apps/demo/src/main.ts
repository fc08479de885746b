// `npm run demo`: a hundred real questions through the whole service, in about a minute, without network.
import { parseEnvironmentOrExit } from "@sluice/shared/config/parse-environment";
import { runDemo } from "./run-demo.ts";
import { demoSettingsSchema } from "./settings.ts";

/** What the processes log is shown only when a person should look. */
function tellsOfTrouble(line: string): boolean {
  return !line.startsWith("{") || line.includes('"level":"error"');
}

const settings = parseEnvironmentOrExit(demoSettingsSchema, process.env);
const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());

try {
  const ok = await runDemo({
    environment: process.env,
    settings,
    reports: { line: (name, line) => tellsOfTrouble(line) && console.error(`${name}: ${line}`), say: () => {} },
    signal: stop.signal,
  });
  console.log(ok ? "All of it is true. Next: npm start, then the first job by curl (README)." : "Not all of it is true.");
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
