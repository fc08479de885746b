import { Command } from "@commander-js/extra-typings";
import type { Job } from "@sluice/client/jobs";
import type { CliContext } from "../cli-context.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { connect } from "../connect.ts";
import { batchLines } from "../output/batch-text.ts";
import { jobLines } from "../output/job-text.ts";
import { printer, wantsColours } from "../output/printer.ts";
import type { Printer } from "../output/printer.ts";
import { doneOf, lostOf, RecentRate } from "../run/run-progress.ts";
import { openScreen } from "../run/screen.ts";
import { examples, jsonOption } from "./shared-options.ts";

export function getCommand(context: CliContext) {
  return new Command("get")
    .description("show a job or a batch")
    .argument("<id>", "job_… or batch_…")
    .addOption(jsonOption())
    .addHelpText("after", examples(["sluice get job_01KAV2M8Q4V6T0Z7J3C5R9XWNB", "sluice get batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB --json"]))
    .action(async (id, options) => {
      const { client } = connect(context);
      const out = printer(context, options.json);
      if (isBatch(id)) {
        const batch = await client.batches.get(id, { signal: context.signal });
        out.print(batch, () => batchLines(batch, out));
      } else {
        const job = await client.jobs.get(id, { signal: context.signal });
        out.print(job, () => jobLines(job, out));
      }
    });
}

export function waitCommand(context: CliContext) {
  return new Command("wait")
    .description("wait until a job or a batch is final, then show it")
    .argument("<id>", "job_… or batch_…")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `\nEnds with code 1 unless everything succeeded.\n${examples(["sluice wait job_01KAV2M8Q4V6T0Z7J3C5R9XWNB && echo answered"])}`,
    )
    .action(async (id, options) => {
      const { client, again } = connect(context);
      const { signal } = context;
      const out = printer(context, options.json);
      if (!isBatch(id)) return showFinal(await client.jobs.wait(id, { signal }), out);
      // Wrong ids and keys are told at once; afterwards it waits through every outage.
      await client.batches.get(id, { signal });
      const screen = openScreen(context.stderr, wantsColours(context.stderr, context.environment));
      const startedAtMs = Date.now();
      const rate = new RecentRate();
      for await (const { request_counts: counts, cost_usd: cost, estimated_end_at: endsAt } of again({
        retriesMax: Infinity,
      }).batches.events(id, { signal })) {
        rate.add(doneOf(counts), Date.now());
        screen.show({
          title: id,
          counts,
          elapsedMs: Date.now() - startedAtMs,
          leftMs: endsAt === null ? undefined : Math.max(0, Date.parse(endsAt) - Date.now()),
          ratePerMinute: rate.perMinute(Date.now()),
          pace: undefined,
          tokens: undefined,
          costUsd: doneOf(counts) === 0 ? undefined : cost,
          notice: undefined,
        });
      }
      screen.end();
      const batch = await client.batches.get(id, { signal });
      out.print(batch, () => batchLines(batch, out));
      if (lostOf(batch.request_counts) > 0) throw new CliError(`${lostOf(batch.request_counts)} lines have no answer.`, exitCodes.failed);
    });
}

export function cancelCommand(context: CliContext) {
  return new Command("cancel")
    .description("cancel a job or a batch")
    .argument("<id>", "job_… or batch_…")
    .addOption(jsonOption())
    .action(async (id, options) => {
      const { client } = connect(context);
      const out = printer(context, options.json);
      if (isBatch(id)) {
        const batch = await client.batches.cancel(id, { signal: context.signal });
        out.print(batch, () => batchLines(batch, out));
      } else {
        const job = await client.jobs.cancel(id, { signal: context.signal });
        out.print(job, () => jobLines(job, out));
      }
    });
}

/** Shows a final job; the command fails when it has no answer. */
export function showFinal(job: Job, out: Printer): void {
  out.print(job, () => jobLines(job, out));
  if (job.status !== "succeeded") throw new CliError(`The job ended ${job.status}.`, exitCodes.failed);
}

function isBatch(id: string): boolean {
  return id.startsWith("batch_");
}
