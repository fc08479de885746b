// A stand-in for an app: tells that it is ready, keeps a diary of its life, and behaves as `FAKE_<NAME>` says:
// `bad-settings`, `never-ready`, `hangs-at-start`, `ignores-stop`, or well.
import { appendFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { stopWithParent } from "@sluice/shared/processes/stop-with-parent";

/** @param serves whether it listens on the port in this variable, as API and simulator do. */
export async function runFakeProcess(name: string, readyEvent: string, serves?: string): Promise<void> {
  const { environment, behaviour, folder } = readEnvironment(name);
  const note = (text: string) => appendFileSync(`${folder}/diary`, `${name} ${text}\n`);
  note("started");
  writeFileSync(`${folder}/${name}.json`, JSON.stringify({ pid: process.pid, environment }));

  if (behaviour === "bad-settings") {
    console.error("These settings do not fit:\n  SOME_SETTING: must be better");
    process.exit(78);
  }
  if (behaviour === "never-ready") process.exit(1);
  if (behaviour === "hangs-at-start") return void setInterval(() => {}, 1000);

  const stop = () => {
    if (behaviour === "ignores-stop") return note("ignored the stop");
    note("stopped");
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", () => note("got SIGINT"));
  stopWithParent(stop);

  const url = serves === undefined ? undefined : await listen(Number(environment[serves] ?? 0));
  console.log(JSON.stringify({ level: "info", time: new Date().toISOString(), process: name, event: readyEvent, url, pid: process.pid }));
  if (url === undefined) setInterval(() => {}, 1000);
}

function readEnvironment(name: string) {
  // oxlint-disable-next-line node/no-process-env -- stands for a main.ts
  const environment = process.env;
  const folder = environment["FAKE_FOLDER"] ?? "";
  return { environment, folder, behaviour: environment[`FAKE_${name.toUpperCase()}`] };
}

function listen(port: number): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
    });
  });
}
