import { Command, Option } from "@commander-js/extra-typings";
import type { Usage } from "@sluice/client/sluice";
import type { CliContext } from "../cli-context.ts";
import { connect } from "../connect.ts";
import { count, money, short } from "../output/format.ts";
import { printer } from "../output/printer.ts";
import type { Printer } from "../output/printer.ts";
import { table } from "../output/table.ts";
import { examples, jsonOption } from "./shared-options.ts";

const groups = ["day", "model", "key"] as const;

export function usageCommand(context: CliContext) {
  return new Command("usage")
    .description("show requests, tokens and cost")
    .option("--from <day>", "first day, like 2026-11-01 (the first of this month)")
    .option("--to <day>", "last day (today)")
    .addOption(new Option("--by <group>", "one row for each").choices(groups).default("day" as const))
    .option("--all", "of all tenants (needs the operator's key)")
    .addOption(jsonOption())
    .addHelpText("after", examples(["sluice usage", "sluice usage --from 2026-11-01 --by model"]))
    .action(async ({ from, to, by, all, json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const query = { from, to, group_by: by, signal: context.signal };
      const usage = await (all === true ? client.usageOfAll(query) : client.usage(query));
      out.print(usage, () => usageTable(usage, by, out));
    });
}

type Row = Usage["total"] & { name: string };

function usageTable({ data, total, from, to }: Usage, by: (typeof groups)[number], { width, paint }: Printer): string[] {
  const rows: Row[] = [...data.map((each) => ({ ...each, name: each[by] ?? "–" })), { ...total, name: "total" }];
  const lines = table<Row>(
    [
      { title: by.toUpperCase(), text: ({ name }) => name, shrinks: true },
      { title: "JOBS", text: ({ requests }) => count(requests), align: "right" },
      { title: "ANSWERED", text: ({ succeeded }) => count(succeeded), align: "right" },
      { title: "FAILED", text: ({ failed }) => count(failed), align: "right" },
      { title: "RETRIES", dropsAs: 1, text: ({ retries }) => count(retries), align: "right" },
      { title: "429S", dropsAs: 2, text: (row) => count(row.rate_limited), align: "right" },
      {
        title: "INPUT",
        dropsAs: 3,
        text: (row) => short(row.input_tokens + row.cache_read_input_tokens + row.cache_creation_input_tokens),
        align: "right",
      },
      { title: "OUTPUT", text: (row) => short(row.output_tokens), align: "right" },
      { title: "COST", text: (row) => money(row.cost_usd), align: "right" },
    ],
    rows,
    width,
    paint,
  );
  return [paint("dim", `${from} to ${to}`), ...lines];
}
