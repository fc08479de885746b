// `npm run bench`: Sluice and its peers over all scenarios. `npm run bench -- overhead`: what Sluice costs beside the bare recipe.
// `npm run bench -- deliveries`: how soon events leave. `npm run bench -- batches`: what large batches take.
// `npm run bench -- fairness`: who waits for whom.
import { parseArgs } from "node:util";
import { ensureRedisServer } from "@sluice/redis-server/install-redis-server";
import { describeBatches } from "./batches/report.ts";
import { runBatches } from "./batches/run-batches.ts";
import { describeDeliveries } from "./deliveries/report.ts";
import { runDeliveries } from "./deliveries/run-deliveries.ts";
import { describeFairness } from "./fairness/report.ts";
import { runFairness } from "./fairness/run-fairness.ts";
import { describeOverhead } from "./overhead/report.ts";
import { runOverhead } from "./overhead/run-overhead.ts";
import { describePeers } from "./report/tables.ts";
import { runPeers } from "./run-peers.ts";
import { writeResults } from "./write-results.ts";

const usage = `npm run bench                     Sluice and its peers over all scenarios
npm run bench -- overhead         what Sluice costs beside Express + BullMQ
npm run bench -- deliveries       how soon webhooks leave, also while a receiver hangs
npm run bench -- batches          how fast batches are taken in, and what they take of memory
npm run bench -- fairness         who waits for whom, and what that costs

  --quick                         short runs, to see that all works; results go to bench/results/trial
  --only output-binds,sluice      scenarios and contestants by name
  --sluice-only                   without the peers
  --seconds 75                    work for each contestant in each scenario
  --at-once 4                     contestants that run at the same time
  --cpu-profile FOLDER            overhead: a CPU profile of the API`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    "sluice-only": { type: "boolean", default: false },
    seconds: { type: "string" },
    "at-once": { type: "string", default: "4" },
    "cpu-profile": { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const [bench = "peers"] = positionals;

// What was started is ended by its own "exit" handler.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

if (options.help) {
  console.log(usage);
} else {
  await ensureRedisServer();
  await run();
}

async function run(): Promise<void> {
  switch (bench) {
    case "overhead":
      return await overhead();
    case "deliveries":
      return await deliveries();
    case "batches":
      return await batches();
    case "fairness":
      return await fairness();
    case "peers":
      return await peers();
    default:
      console.error(`There is no bench "${bench}".\n\n${usage}`);
      process.exitCode = 1;
  }
}

async function overhead(): Promise<void> {
  const profileFolder = options["cpu-profile"];
  const result = await runOverhead({ quick: options.quick, profileFolder, onProgress: console.error });
  const text = describeOverhead(result);
  const trial = options.quick || profileFolder !== undefined;
  await writeResults({ "overhead.json": `${JSON.stringify(result, null, 2)}\n`, "overhead.md": text }, { trial });
  console.log(text);
}

async function deliveries(): Promise<void> {
  const result = await runDeliveries({ quick: options.quick, onProgress: console.error });
  const text = describeDeliveries(result);
  const files = { "deliveries.json": `${JSON.stringify(result, null, 2)}\n`, "deliveries.md": text };
  await writeResults(files, { trial: options.quick });
  console.log(text);
}

async function batches(): Promise<void> {
  const result = await runBatches({ quick: options.quick, onProgress: console.error });
  const text = describeBatches(result);
  await writeResults({ "batches.json": `${JSON.stringify(result, null, 2)}\n`, "batches.md": text }, { trial: options.quick });
  console.log(text);
}

async function fairness(): Promise<void> {
  const result = await runFairness({ backlogJobs: options.quick ? 10_000 : 100_000, onProgress: console.error });
  const text = describeFairness(result);
  await writeResults({ "fairness.json": `${JSON.stringify(result, null, 2)}\n`, "fairness.md": text }, { trial: options.quick });
  console.log(text);
}

async function peers(): Promise<void> {
  const only = options.only.split(",").filter((name) => name !== "");
  const report = await runPeers({
    only: options["sluice-only"] ? [...only, "sluice"] : only,
    durationMs: Number(options.seconds ?? (options.quick ? 15 : 75)) * 1_000,
    atOnce: Number(options["at-once"]),
    trial: options.quick || options.seconds !== undefined,
    onProgress: console.error,
  });
  console.log(describePeers(report));
}
