// The supervisor as `npm start` runs it, with stand-ins for the apps.
import { fileURLToPath } from "node:url";
import { parseEnvironmentOrExit } from "@sluice/shared/config/parse-environment";
import { runService } from "../run-service.ts";
import { serviceSettingsSchema } from "../settings.ts";

// oxlint-disable-next-line node/no-process-env -- stands for a main.ts
const environment = process.env;
await runService({
  environment,
  settings: parseEnvironmentOrExit(serviceSettingsSchema, environment),
  colored: false,
  scripts: {
    api: fileURLToPath(new URL("./fake-api.ts", import.meta.url)),
    worker: fileURLToPath(new URL("./fake-worker.ts", import.meta.url)),
    simulator: fileURLToPath(new URL("./fake-simulator.ts", import.meta.url)),
  },
});
