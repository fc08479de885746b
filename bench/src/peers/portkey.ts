// Portkey's open gateway between the client and Claude, with its retries as its docs show ("Automatic retries"): up to five,
// `retry-after` respected. It has no pacing of its own (that is part of its hosted plans), so the client bounds how many run at once.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { findFreePort } from "@sluice/redis-server/free-port";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { waitUntil } from "@sluice/testkit/wait-until";
import pLimit from "p-limit";
import { ask, createClaude } from "./claude.ts";
import { type Peer, retriesMax, submitEach } from "./peer.ts";

const gatewayScript = createRequire(import.meta.url).resolve("@portkey-ai/gateway/build/start-server.js");

export const portkey: Peer = {
  async start(context) {
    const gateway = await startGateway();
    const config = {
      provider: "anthropic",
      api_key: context.apiKey,
      // It trusts `localhost`, not 127.0.0.1, as a host of one's own.
      custom_host: `${context.baseUrl.replace("127.0.0.1", "localhost")}/v1`,
      retry: { attempts: retriesMax, on_status_codes: [429, 500, 502, 503, 504, 529], use_retry_after_header: true },
    };
    const claude = createClaude({ ...context, baseUrl: gateway.url }, 0).withOptions({
      defaultHeaders: { "x-portkey-config": JSON.stringify(config) },
    });
    const limit = pLimit(context.concurrency);
    return {
      run: (jobs, signal) => submitEach(jobs, signal, (job) => limit(() => ask(claude, context, job))),
      async stop() {
        limit.clearQueue();
        await gateway.stop();
      },
    };
  },
};

async function startGateway(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await findFreePort();
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [gatewayScript, `--port=${port}`, "--headless"], { env: { PATH, HOME }, stdio: "ignore" });
  const exited = once(child, "exit");
  const stop = cleanUpAfterTests(
    async () => {
      child.kill("SIGKILL");
      await exited;
    },
    () => child.kill("SIGKILL"),
  );
  const url = `http://localhost:${port}`;
  await waitUntil(async () => (await fetch(url)).ok, { timeoutMs: 20_000, describe: "the gateway to answer" });
  return { url, stop };
}
