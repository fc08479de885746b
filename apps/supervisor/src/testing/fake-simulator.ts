import { runFakeProcess } from "./fake-process.ts";

await runFakeProcess("simulator", "simulator.listening", "SLUICE_SIMULATOR_PORT");
