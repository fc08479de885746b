import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{apps,packages,bench,scripts,deploy}/**/*.test.ts"],
    globalSetup: "packages/testkit/src/global-setup.ts",
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Tests start real processes: two files at a time fill two cores.
    maxWorkers: 2,
  },
});
