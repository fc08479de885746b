import { Option } from "@commander-js/extra-typings";
import type { Batch } from "@sluice/client/batches";
import type { CliContext } from "../cli-context.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { connect } from "../connect.ts";
import { withInputFile } from "../input/input-file.ts";
import { inspectInput } from "../input/run-input.ts";
import { count, duration, money } from "../output/format.ts";
import { printer, wantsColours } from "../output/printer.ts";
import { clipped, oneLine, padded, textWidth } from "../output/text-width.ts";
import type { Printer } from "../output/printer.ts";
import { lostOf } from "../run/run-progress.ts";
import { runFile } from "../run/run-file.ts";
import type { FinishedRun } from "../run/run-file.ts";
import { openScreen } from "../run/screen.ts";
import { defaultResultsPath, fileCommand, inputSource } from "./input-options.ts";
import { examples, jsonOption, priorities } from "./shared-options.ts";

const notes = `
Results are written as they come, in the order they finish: {"custom_id", "job_id", "result"}, the shape of Message Batches.
The same command again goes on where it was, after Ctrl-C, a lost connection or a crash; no line is run twice.
Ends with code 1 when lines have no answer, 2 when the input does not fit, 3 when Sluice is not there, 130 after Ctrl-C.
`;

export function runCommand(context: CliContext) {
  return fileCommand("run", "run a file of prompts as one batch, and watch it")
    .option("-o, --output <file>", "where the results go (<file>.results.jsonl)")
    .addOption(new Option("--priority <priority>", "share of the capacity").choices(priorities))
    .option("--webhook <url>", "is called when the batch has ended")
    .option("--again", "start anew; results that are there are replaced")
    .option("--cancel-on-interrupt", "Ctrl-C cancels the batch instead of leaving it to go on")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      notes +
        examples([
          "sluice run prompts.jsonl -o results.jsonl",
          'sluice run words.csv --prompt "Translate into German: {{word}}" --id key --max-tokens 64',
          "jq -c '{prompt: .text}' data.json | sluice run - --format jsonl -o results.jsonl",
          'sluice run questions.txt --system "Answer in one sentence." --model claude-opus-4-8',
        ]),
    )
    .action(async (file, options) => {
      const connection = connect(context);
      const out = printer(context, options.json);
      const resultsPath = options.output ?? defaultResultsPath(file);
      let batch: Batch | undefined;
      try {
        const finished = await withInputFile(file, context.signal, async (found) =>
          runFile({
            connection,
            input: await inspectInput(inputSource(found, options)),
            resultsPath,
            options: { webhook_url: options.webhook, priority: options.priority, account: options.account },
            again: options.again ?? false,
            openScreen: () => openScreen(context.stderr, wantsColours(context.stderr, context.environment)),
            note: out.note,
            onBatch: (known) => (batch = known),
            signal: context.signal,
          }),
        );
        report(finished, resultsPath, out);
      } catch (error) {
        if (!context.signal.aborted) throw error;
        if (batch === undefined)
          throw new CliError("Stopped before anything was handed in for sure. The same command goes on.", exitCodes.interrupted);
        if (options.cancelOnInterrupt !== true) {
          throw new CliError(
            `Stopped watching; the batch goes on. The same command takes it up again.\n  To end it: sluice cancel ${batch.id}`,
            exitCodes.interrupted,
          );
        }
        await connection.client.batches.cancel(batch.id, { signal: AbortSignal.timeout(10_000) });
        throw new CliError(`Canceled ${batch.id}.\n  The same command fetches what was answered before.`, exitCodes.interrupted);
      }
    });
}

const shownFailuresMax = 10;

/** @throws CliError when lines have no answer */
function report({ batch, tally }: FinishedRun, resultsPath: string, out: Printer): void {
  const { request_counts: counts, created_at: createdAt, ended_at: endedAt, cost_usd: costUsd } = batch;
  const lost = lostOf(counts);
  const summary = {
    batch_id: batch.id,
    results: resultsPath,
    total: counts.total,
    succeeded: counts.succeeded,
    failed: lost,
    tokens: tally.tokens,
    cost_usd: costUsd,
    failures: tally.failures.map(({ customId, reason }) => ({ custom_id: customId, reason })),
  };
  const took = endedAt === null ? [] : [`in ${duration(Date.parse(endedAt) - Date.parse(createdAt))}`];
  out.print(summary, () => [
    [`${out.paint("green", "✓")} ${count(counts.succeeded)} of ${count(counts.total)} lines answered`, ...took].join(" "),
    `  ${money(costUsd)} · ${resultsPath}`,
  ]);
  if (lost === 0) return;
  const shown = tally.failures.slice(0, shownFailuresMax);
  const nameWidth = Math.max(...shown.map(({ customId }) => textWidth(customId)));
  const lines = shown.map(
    ({ customId, reason }) => `  ${padded(customId, nameWidth)}  ${clipped(oneLine(reason), Math.max(20, out.width - nameWidth - 4))}`,
  );
  const rest = lost > shown.length ? [`  … and ${count(lost - shown.length)} more, all in ${resultsPath}`] : [];
  throw new CliError([`${count(lost)} of ${count(counts.total)} lines have no answer:`, ...lines, ...rest].join("\n"), exitCodes.failed);
}
