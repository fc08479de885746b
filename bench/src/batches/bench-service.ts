// An API with a Redis of its own, and the calls this bench makes.
import { batchViewSchema } from "@sluice/shared/batches/batch-view";
import type { BatchView } from "@sluice/shared/batches/batch-view";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { startTestRedis } from "@sluice/testkit/redis";
import { startServer } from "../overhead/start-server.ts";
import type { LineStream } from "./lines.ts";

const operatorKey = "sk-sluice-bench-0123456789abcdef0123456789abcdef";
const headers = { authorization: `Bearer ${operatorKey}` };

export interface BenchService {
  redisUrl: string;
  apiPid: number;
  /** Memory that Redis uses for its data, in bytes. */
  redisBytes: () => Promise<number>;
  /** Hands in a batch; resolves when it is accepted. */
  submit: (lines: LineStream) => Promise<BatchView>;
  read: (id: string) => Promise<BatchView>;
  /** Reads all results. @returns how many lines there were */
  countResults: (id: string) => Promise<number>;
  stop: () => Promise<void>;
}

export async function startBenchService(logFolder: string, limits: Record<string, string>): Promise<BenchService> {
  const server = await startTestRedis();
  const env = { REDIS_URL: server.url, SLUICE_ADMIN_KEY: operatorKey, SLUICE_LOG_LEVEL: "warn", ...limits };
  const api = await startServer({ script: "apps/api/src/main.ts", env, logFolder, readyPath: "/readyz" });
  const redis = connectForWorker(server.url);

  return {
    redisUrl: server.url,
    apiPid: api.pid,
    async redisBytes() {
      const [, bytes] = /^used_memory:(\d+)/m.exec(await redis.info("memory")) ?? [];
      return Number(bytes);
    },
    async submit(lines) {
      const response = await fetch(`${api.url}/v1/batches`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/jsonl" },
        body: lines.open(),
        duplex: "half",
      });
      if (response.status !== 202) throw new Error(`The batch was answered ${response.status}: ${await response.text()}`);
      return batchViewSchema.parse(await response.json());
    },
    read: async (id) => batchViewSchema.parse(await (await fetch(`${api.url}/v1/batches/${id}`, { headers })).json()),
    async countResults(id) {
      const { body } = await fetch(`${api.url}/v1/batches/${id}/results`, { headers });
      let lines = 0;
      for await (const chunk of body ?? []) for (const byte of chunk) if (byte === 0x0a) lines += 1;
      return lines;
    },
    async stop() {
      redis.disconnect();
      await api.stop();
      await server.stop();
    },
  };
}
