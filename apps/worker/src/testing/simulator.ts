// The Claude of these tests: the simulator as a process, told to fail, and asked what reached it, by prompt.
import { startSimulator } from "@sluice/testkit/start-simulator";
import { waitUntil } from "@sluice/testkit/wait-until";
import { z } from "zod";

/** Limits that no test reaches by accident, and quick answers. */
const quick = {
  SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: "1000000",
  SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: "1000000000",
  SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "1000000000",
  SLUICE_SIMULATOR_LATENCY_MS: "20",
};

const requestSchema = z.object({
  arrived_at: z.iso.datetime().transform((text) => Date.parse(text)),
  duration_ms: z.number().nullable(),
  outcome: z.enum(["answered", "refused", "broken", "aborted"]).nullable(),
  status: z.number().nullable(),
  streamed: z.boolean(),
  held: z.boolean(),
  model: z.string().nullable(),
  prompt_start: z.string().nullable(),
});
type SeenRequest = z.output<typeof requestSchema>;

const limitSchema = z.object({ refused: z.number(), share: z.number().nullable() });
const statsSchema = z.object({
  answers: z.record(z.string(), z.number()),
  prompts: z.object({ distinct: z.number(), seen: z.object({ repeats: z.number() }) }),
  pools: z.array(
    z.object({
      pool: z.string(),
      limits: z.object({ requests: limitSchema, input_tokens: limitSchema, output_tokens: limitSchema }),
    }),
  ),
});

interface HowToFail {
  /** Requests that fail so; 1 by default. */
  count?: number;
  retry_after_seconds?: number;
  delay_ms?: number;
}

export interface TestSimulator {
  url: string;
  /** The next requests with this prompt fail so (names: `apps/simulator/src/faults/fault.ts`). */
  fail: (prompt: string, fault: string, how?: HowToFail) => Promise<void>;
  /** The next request of anyone is held, admitted and with no byte answered, until it is released. */
  hold: () => Promise<{ arrived: () => Promise<void>; release: () => Promise<void> }>;
  /** Requests that carried the prompt, oldest first; prompts are told apart by their first 80 characters. */
  requestsWith: (prompt: string) => Promise<SeenRequest[]>;
  /** The same, waiting for that many. */
  arrived: (prompt: string, count?: number, timeoutMs?: number) => Promise<SeenRequest[]>;
  requests: () => Promise<SeenRequest[]>;
  stats: () => Promise<z.output<typeof statsSchema>>;
}

/** Starts a simulator; it ends after the test, or after the file when started outside of one. */
export async function startTestSimulator(env: Record<string, string> = {}): Promise<TestSimulator> {
  const { url } = await startSimulator({ env: { ...quick, ...env } });

  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/simulator/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`The simulator answered ${response.status} to ${path}: ${await response.text()}`);
    return await response.json();
  };
  const requests = async () => z.object({ data: z.array(requestSchema) }).parse(await call("GET", "requests?limit=20000")).data;
  const requestsWith = async (prompt: string) => (await requests()).filter(({ prompt_start: start }) => start === prompt.slice(0, 80));

  return {
    url,
    requests,
    requestsWith,
    async fail(prompt, fault, how = {}) {
      await call("POST", "faults", { fault, containing: prompt, count: 1, ...how });
    },
    async hold() {
      await call("POST", "hold", { count: 1 });
      return {
        async arrived() {
          await call("GET", "held?count=1&wait_seconds=10");
        },
        async release() {
          await call("POST", "release", {});
        },
      };
    },
    arrived: (prompt, count = 1, timeoutMs = 20_000) =>
      waitUntil(
        async () => {
          const seen = await requestsWith(prompt);
          return seen.length >= count && seen;
        },
        { timeoutMs, describe: `${count} requests with the prompt “${prompt}”` },
      ),
    stats: async () => statsSchema.parse(await call("GET", "stats")),
  };
}
