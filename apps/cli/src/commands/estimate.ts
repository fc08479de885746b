import type { Estimate } from "@sluice/client/batches";
import type { CliContext } from "../cli-context.ts";
import { connect } from "../connect.ts";
import { withInputFile } from "../input/input-file.ts";
import { inspectInput } from "../input/run-input.ts";
import { count, duration, limitName, money, short } from "../output/format.ts";
import { printer } from "../output/printer.ts";
import type { Printer } from "../output/printer.ts";
import { fields, table } from "../output/table.ts";
import { fileCommand, inputSource } from "./input-options.ts";
import { seconds } from "./option-values.ts";
import { examples, jsonOption } from "./shared-options.ts";

export function estimateCommand(context: CliContext) {
  return fileCommand("estimate", "say what a file of prompts would need: tokens, money, time, and the tier for a wished time")
    .option("--within <time>", "asks for the smallest tier that ends it in this time, like 1h", seconds)
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(["sluice estimate prompts.jsonl", 'sluice estimate words.csv --prompt "Translate into German: {{word}}" --within 1h']),
    )
    .action(async (file, options) => {
      const { client } = connect(context);
      const out = printer(context, options.json);
      const { signal } = context;
      const withinSeconds = options.within === undefined ? undefined : Math.ceil(options.within);
      const estimate = await withInputFile(file, signal, async (found) => {
        const input = await inspectInput(inputSource(found, options));
        return await client.batches.estimate(() => input.requests(), { account: options.account, withinSeconds, signal });
      });
      out.print(estimate, () => estimateLines(estimate, out));
    });
}

function estimateLines(estimate: Estimate, { width, paint }: Printer): string[] {
  const { requests, input_tokens: input, output_tokens: output, cost_usd: cost, unpriced_requests: unpriced, now, within } = estimate;
  const learned =
    estimate.learned_requests === 0
      ? "by a rule, nothing like them was answered yet"
      : `learned for ${count(estimate.learned_requests)} of them`;
  const pairs: [string, string][] = [
    ["requests", count(requests)],
    ["input", `about ${short(input)} tokens`],
    ["output", `about ${short(output.expected)} tokens, at most ${short(output.worst)} (${learned})`],
    [
      "cost",
      `about ${money(cost.expected)}, at most ${money(cost.worst)}${unpriced === 0 ? "" : ` (${count(unpriced)} requests without a known price)`}`,
    ],
    [
      "time now",
      `about ${duration(now.seconds.expected * 1_000)}${now.limited_by === null ? "" : `, limited by ${limitName(now.limited_by)}`}`,
    ],
  ];
  if (within !== null) pairs.push([`within ${duration(within.seconds * 1_000)}`, withinText(within)]);
  const tiers = table<Estimate["tiers"][number]>(
    [
      { title: "TIER", text: ({ tier }) => tier },
      { title: "ABOUT", text: (each) => duration(each.seconds.expected * 1_000), align: "right" },
      { title: "AT MOST", text: (each) => duration(each.seconds.worst * 1_000), align: "right" },
      {
        title: "LIMITED BY",
        text: (each) => (each.exceeds_month ? "more than its month allows" : each.limited_by === null ? "–" : limitName(each.limited_by)),
        style: (each) => (each.exceeds_month ? "red" : undefined),
      },
    ],
    estimate.tiers,
    width,
    paint,
  );
  return [...fields(pairs, paint), "", ...tiers];
}

function withinText({ now, tier }: NonNullable<Estimate["within"]>): string {
  const smallest = tier === null ? "no tier is enough" : `the smallest tier that is enough: ${tier}`;
  return now ? `the limits of now are enough (${smallest})` : smallest;
}
