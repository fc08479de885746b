// The whole way of a hundred jobs: API, lane, worker, Claude, polling and webhooks, on free ports and in a folder of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job } from "@sluice/client/jobs";
import { Sluice } from "@sluice/client/sluice";
import { startService } from "@sluice/supervisor/start-service";
import type { ServiceOptions } from "@sluice/supervisor/service";
import { isRight, readQuestions } from "./questions.ts";
import type { Question } from "./questions.ts";
import type { DemoSettings } from "./settings.ts";
import { demoRequestsPerMinute } from "./settings.ts";
import { readSimulatorStats } from "./simulator-stats.ts";
import { answerOf, summarize } from "./summary.ts";
import { watchJobs } from "./watch-jobs.ts";
import { startWebhookCounter } from "./webhook-counter.ts";

export interface DemoOptions {
  environment: Record<string, string | undefined>;
  settings: DemoSettings;
  reports: ServiceOptions["reports"];
  /** Aborted by Ctrl-C: everything is stopped, the demo has failed. */
  signal: AbortSignal;
}

/** @returns whether everything that the summary claims is true */
export async function runDemo({ environment, settings, reports, signal }: DemoOptions): Promise<boolean> {
  const dataDir = await mkdtemp(join(tmpdir(), "sluice-demo-"));
  const requestsPerMinute = settings.SLUICE_REQUESTS_PER_MINUTE ?? (settings.SLUICE_TIER === undefined ? demoRequestsPerMinute : undefined);
  const changes = {
    PORT: 0,
    SLUICE_DATA_DIR: dataDir,
    SLUICE_WEBHOOK_ALLOW_PRIVATE: "127.0.0.0/8",
    ...(requestsPerMinute !== undefined && { SLUICE_REQUESTS_PER_MINUTE: requestsPerMinute }),
    // The demo is about requests; the questions' tokens would bind first at the smallest tier.
    ...(settings.SLUICE_TIER === undefined && { SLUICE_TIER: "tier-2" as const }),
  };
  console.log("Starting Redis, API, worker and simulator …");
  const service = await startService({
    environment: { ...environment, ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, String(value)])) },
    settings: { ...settings, ...changes },
    reports,
  });
  try {
    const questions = await readQuestions(settings.SLUICE_DEMO_JOBS);
    const client = new Sluice({ url: service.apiUrl, apiKey: service.adminKey });
    const receiver = await startWebhookCounter((await client.webhookSecret.get({ signal })).secret);
    try {
      const claude = service.simulated ? "the simulator" : service.claudeUrl;
      console.log(`${questions.length} questions go to ${claude} at ${service.limits.requestsPerMinute} requests a minute.\n`);
      const jobs = await ask(questions, { client, webhookUrl: receiver.url, model: settings.SLUICE_DEMO_MODEL, signal });
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
      while (receiver.verified.size < jobs.length && !deadline.aborted) await new Promise((resolve) => setTimeout(resolve, 50));
      const { text, ok } = summarize({
        questions,
        jobs,
        right: questions.filter((question, index) => isRight(answerOf(jobs[index]), question)).length,
        webhooks: { verified: receiver.verified.size, refused: receiver.refused() },
        simulator: service.simulated ? await readSimulatorStats(service.claudeUrl) : undefined,
      });
      console.log(text);
      return ok;
    } finally {
      receiver.stop();
    }
  } finally {
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface AskOptions {
  client: Sluice;
  webhookUrl: string;
  model: string;
  signal: AbortSignal;
}

/** Hands in all questions at once and watches them; the answers are in the order of the questions. */
async function ask(questions: Question[], { client, webhookUrl, model, signal }: AskOptions): Promise<Job[]> {
  const watch = watchJobs(client, questions.length);
  try {
    return await Promise.all(
      questions.map(async ({ id, question }) => {
        const params = { model, max_tokens: 512, messages: [{ role: "user" as const, content: question }] };
        const { id: jobId } = await client.jobs.submit({ params, custom_id: id, webhook_url: webhookUrl }, { signal });
        const job = await client.jobs.wait(jobId, { signal });
        watch.add(job);
        return job;
      }),
    );
  } finally {
    watch.end();
  }
}
