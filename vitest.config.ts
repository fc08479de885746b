import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{apps,packages,bench,scripts,deploy}/**/*.test.ts"],
    globalSetup: "packages/testkit/src/global-setup.ts",
    setupFiles: "packages/testkit/src/after-each-file.ts",
    // A process for each of the files would spend a fifth of the time on loading the same modules.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Tests wait for real processes more than they compute: four files at a time fill two cores.
    maxWorkers: 4,
    // What the many processes of the tests load is compiled once: loading the worker takes 1.0 s of a core instead of 1.5 s.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url)) },
  },
});
