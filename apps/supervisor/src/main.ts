// `npm start`: the whole service under one supervisor.
import { parseEnvironmentOrExit } from "@sluice/shared/config/parse-environment";
import { runService } from "./run-service.ts";
import { serviceSettingsSchema } from "./settings.ts";

await runService({
  environment: process.env,
  settings: parseEnvironmentOrExit(serviceSettingsSchema, process.env),
  colored: process.stdout.isTTY && !process.env["NO_COLOR"],
});
