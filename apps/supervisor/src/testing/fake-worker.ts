import { runFakeProcess } from "./fake-process.ts";

await runFakeProcess("worker", "worker.started");
