import { Command, Option } from "@commander-js/extra-typings";
import type { Delivery } from "@sluice/client/webhooks";
import type { CliContext } from "../cli-context.ts";
import { connect } from "../connect.ts";
import { count, time } from "../output/format.ts";
import { statusStyle } from "../output/job-text.ts";
import { printer } from "../output/printer.ts";
import type { Printer } from "../output/printer.ts";
import { fields, table } from "../output/table.ts";
import { wholeNumber } from "./option-values.ts";
import { examples, first, jsonOption } from "./shared-options.ts";

const statuses = ["pending", "delivered", "failed"] as const;

export function deliveriesCommand(context: CliContext) {
  return new Command("deliveries")
    .description("list webhooks' deliveries, show one, send one again")
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(getCommand(context))
    .addCommand(redeliverCommand(context))
    .addHelpText("after", examples(["sluice deliveries --status failed", "sluice deliveries redeliver del_01KAV2M8Q4V6T0Z7J3C5R9XWNB"]));
}

function listCommand(context: CliContext) {
  return new Command("ls")
    .description("list deliveries, newest first")
    .addOption(new Option("--status <status>", "only deliveries in this state").choices(statuses))
    .option("--job <id>", "only those of this job")
    .option("--endpoint <id>", "only those to this endpoint")
    .option("--limit <n>", "at most so many", wholeNumber, 20)
    .addOption(jsonOption())
    .action(async ({ status, job, endpoint, limit, json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const { signal } = context;
      const deliveries = await first(client.deliveries.list({ status, job_id: job, endpoint_id: endpoint, signal }), limit);
      out.print(deliveries, () => (deliveries.length === 0 ? ["There are no deliveries."] : deliveryTable(deliveries, out)));
    });
}

function getCommand(context: CliContext) {
  return new Command("get")
    .description("show a delivery with its attempts")
    .argument("<id>", "del_…")
    .addOption(jsonOption())
    .action(async (id, { json }) => {
      const out = printer(context, json);
      const delivery = await connect(context).client.deliveries.get(id, { signal: context.signal });
      out.print(delivery, () => [...deliveryLines(delivery, out), ...attemptTable(delivery, out)]);
    });
}

function redeliverCommand(context: CliContext) {
  return new Command("redeliver")
    .description("send an event once more")
    .argument("<id>", "del_…")
    .addOption(jsonOption())
    .action(async (id, { json }) => {
      const out = printer(context, json);
      const delivery = await connect(context).client.deliveries.redeliver(id, { signal: context.signal });
      out.print(delivery, () => deliveryLines(delivery, out));
    });
}

function deliveryTable(deliveries: readonly Delivery[], { width, paint }: Printer): string[] {
  return table<Delivery>(
    [
      { title: "ID", text: ({ id }) => id },
      { title: "STATUS", text: ({ status }) => status, style: ({ status }) => statusStyle(status) },
      { title: "EVENT", dropsAs: 3, text: (delivery) => delivery.event_type },
      { title: "TRIES", dropsAs: 2, text: (delivery) => count(delivery.attempt_count), align: "right" },
      { title: "NEXT TRY (UTC)", dropsAs: 1, text: (delivery) => time(delivery.next_attempt_at) },
      { title: "URL", text: ({ url }) => url, shrinks: true },
    ],
    deliveries,
    width,
    paint,
  );
}

function deliveryLines(delivery: Delivery, { paint }: Printer): string[] {
  const style = statusStyle(delivery.status);
  const pairs: [string, string][] = [
    ["delivery", delivery.id],
    ["status", style === undefined ? delivery.status : paint(style, delivery.status)],
    ["event", `${delivery.event_type} (${delivery.event_id})`],
    ["to", delivery.url],
    ["created", time(delivery.created_at)],
  ];
  if (delivery.next_attempt_at !== null) pairs.push(["next try", time(delivery.next_attempt_at)]);
  if (delivery.failure_reason !== null) pairs.push(["reason", delivery.failure_reason]);
  return fields(pairs, paint);
}

function attemptTable({ attempts = [] }: Delivery, { width, paint }: Printer): string[] {
  if (attempts.length === 0) return [];
  const rows = table<(typeof attempts)[number]>(
    [
      { title: "TRY", text: ({ number }) => String(number), align: "right" },
      { title: "AT (UTC)", text: ({ at }) => time(at) },
      { title: "TOOK", dropsAs: 4, text: (attempt) => `${count(attempt.duration_ms)} ms`, align: "right" },
      { title: "OUTCOME", text: ({ outcome }) => outcome },
      { title: "CODE", dropsAs: 5, text: (attempt) => String(attempt.status_code ?? "–"), align: "right" },
      { title: "ANSWER", text: (attempt) => attempt.response_excerpt ?? "", shrinks: true },
    ],
    attempts,
    width,
    paint,
  );
  return ["", ...rows];
}
