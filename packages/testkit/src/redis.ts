import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedisServer } from "@sluice/redis-server/start-redis-server";
import { cleanUpAfterTests } from "./cleanup.ts";

export interface TestRedis {
  /** What ioredis and `REDIS_URL` take. The same after a restart. */
  readonly url: string;
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. What it acknowledged is on disk. */
  kill: () => Promise<void>;
  /** Ends it if it runs, and starts it on the same data and address. */
  restart: () => Promise<void>;
  /** Ends it and removes its data. Done by itself after the test file. */
  stop: () => Promise<void>;
}

export interface TestRedisOptions {
  /** Listen on a loopback port, for tests with a proxy in between. */
  tcp?: boolean;
  /** Redis settings that differ, e.g. `{ maxmemory: "3mb" }`. */
  settings?: Record<string, string>;
}

/** A fresh Redis of the test's own, as durable as the real one (every write on disk before its answer). */
export async function startTestRedis({ tcp = false, settings = {} }: TestRedisOptions = {}): Promise<TestRedis> {
  const dataDir = mkdtempSync(join(tmpdir(), "sluice-test-"));
  let server = await startRedisServer({ dataDir, tcp, settings });
  const { url } = server;

  const stop = cleanUpAfterTests(
    async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
    // It has its own process group, so it would outlive a test run that is interrupted.
    () => {
      signal(server.pid, "SIGKILL");
      rmSync(dataDir, { recursive: true, force: true });
    },
  );
  return {
    url,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    async restart() {
      await server.stop();
      server = await startRedisServer({ dataDir, tcp: tcp && Number(new URL(url).port), settings });
    },
    stop,
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}
