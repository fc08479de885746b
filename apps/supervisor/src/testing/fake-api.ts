import { runFakeProcess } from "./fake-process.ts";

await runFakeProcess("api", "api.listening", "PORT");
