import { Command, Option } from "@commander-js/extra-typings";
import type { CliContext } from "../cli-context.ts";
import { connect } from "../connect.ts";
import { batchTable } from "../output/batch-text.ts";
import { jobTable } from "../output/job-text.ts";
import { printer } from "../output/printer.ts";
import { wholeNumber } from "./option-values.ts";
import { examples, first, jsonOption } from "./shared-options.ts";

const jobStatuses = ["queued", "running", "succeeded", "failed", "canceled", "expired"] as const;

export function lsCommand(context: CliContext) {
  return new Command("ls")
    .description("list jobs, newest first")
    .addOption(new Option("--status <status>", "only jobs in this state").choices(jobStatuses))
    .option("--batch <id>", "only jobs of this batch")
    .option("--limit <n>", "at most so many", wholeNumber, 20)
    .addOption(jsonOption())
    .addHelpText("after", examples(["sluice ls --status failed", "sluice ls --batch batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB --limit 100 --json"]))
    .action(async ({ status, batch, limit, json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const jobs = await first(client.jobs.list({ status, batchId: batch, signal: context.signal }), limit);
      out.print(jobs, () => (jobs.length === 0 ? ["There are no jobs."] : jobTable(jobs, out)));
    });
}

export function batchesCommand(context: CliContext) {
  return new Command("batches")
    .description("list batches, newest first")
    .option("--limit <n>", "at most so many", wholeNumber, 20)
    .addOption(jsonOption())
    .action(async ({ limit, json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const batches = await first(client.batches.list({ signal: context.signal }), limit);
      out.print(batches, () => (batches.length === 0 ? ["There are no batches."] : batchTable(batches, out)));
    });
}

export function resultsCommand(context: CliContext) {
  return new Command("results")
    .description("write a batch's results so far, one JSON line each")
    .argument("<id>", "batch_…")
    .addOption(new Option("--filter <type>", "only results of this type").choices(["succeeded", "errored", "canceled", "expired"] as const))
    .addHelpText("after", examples(["sluice results batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB --filter errored"]))
    .action(async (id, { filter }) => {
      const { client } = connect(context);
      for await (const line of client.batches.results(id, { filter, signal: context.signal })) {
        if (!context.stdout.write(`${JSON.stringify(line)}\n`)) await new Promise((resolve) => context.stdout.once("drain", resolve));
      }
    });
}
