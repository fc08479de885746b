// `npm run bench`: Sluice and its peers over all scenarios. `npm run bench -- overhead`: what Sluice costs beside the bare recipe.
import { parseArgs } from "node:util";
import { ensureRedisServer } from "@sluice/redis-server/install-redis-server";
import { describeOverhead } from "./overhead/report.ts";
import { runOverhead } from "./overhead/run-overhead.ts";
import { writeResults } from "./write-results.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    "cpu-profile": { type: "string" },
  },
});
const [bench = "peers"] = positionals;

// What was started is ended by its own "exit" handler.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

await ensureRedisServer();
switch (bench) {
  case "overhead": {
    const profileFolder = options["cpu-profile"];
    const result = await runOverhead({ quick: options.quick, profileFolder, onProgress: console.error });
    const text = describeOverhead(result);
    const trial = options.quick || profileFolder !== undefined;
    await writeResults({ "overhead.json": `${JSON.stringify(result, null, 2)}\n`, "overhead.md": text }, { trial });
    console.log(text);
    break;
  }
  default:
    console.error(`There is no bench "${bench}". Benches: overhead, peers.`);
    process.exitCode = 1;
}
