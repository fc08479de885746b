import { Command } from "@commander-js/extra-typings";
import type { Key } from "@sluice/client/keys";
import type { CliContext } from "../cli-context.ts";
import { connect } from "../connect.ts";
import { count, money, time } from "../output/format.ts";
import { printer } from "../output/printer.ts";
import type { Printer } from "../output/printer.ts";
import { fields, table } from "../output/table.ts";
import { amount, orNone, seconds, wholeNumber } from "./option-values.ts";
import { examples, first, jsonOption } from "./shared-options.ts";

export function keysCommand(context: CliContext) {
  return new Command("keys")
    .description("list, create, change and revoke client keys (needs the operator's key)")
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(createCommand(context))
    .addCommand(updateCommand(context))
    .addCommand(revokeCommand(context))
    .addHelpText(
      "after",
      examples([
        "sluice keys",
        "sluice keys create --tenant acme --name ci --per-minute 60 --usd-per-month 50",
        "sluice keys update key_01KAV2M8Q4V6T0Z7J3C5R9XWNB --usd-per-month 80 --per-minute none",
        "sluice keys revoke key_01KAV2M8Q4V6T0Z7J3C5R9XWNB",
      ]),
    );
}

function listCommand(context: CliContext) {
  return new Command("ls")
    .description("list keys, newest first")
    .option("--tenant <tenant>", "only keys of this tenant")
    .option("--limit <n>", "at most so many", wholeNumber, 100)
    .addOption(jsonOption())
    .action(async ({ tenant, limit, json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const keys = await first(client.keys.list({ tenant, signal: context.signal }), limit);
      out.print(keys, () => (keys.length === 0 ? ["There are no keys."] : keyTable(keys, out)));
    });
}

function createCommand(context: CliContext) {
  return new Command("create")
    .description("create a key; it is shown once")
    .requiredOption("--tenant <tenant>", "whose jobs they are")
    .requiredOption("--name <name>", "for people")
    .option("--per-minute <n>", "requests a minute", wholeNumber)
    .option("--per-month <n>", "requests a month", wholeNumber)
    .option("--usd-per-month <usd>", "what they may cost a month", amount)
    .option("--queued-jobs <n>", "unfinished jobs at most", wholeNumber)
    .option("--weight <weight>", "the tenant's share beside other tenants (1)", amount)
    .option("--expires <time>", "is refused from then on, like 90d", seconds)
    .addOption(jsonOption())
    .action(async ({ tenant, name, perMinute, perMonth, usdPerMonth, queuedJobs, weight, expires, json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const limits = { requests_per_minute: perMinute, requests_per_month: perMonth, usd_per_month: usdPerMonth, queued_jobs: queuedJobs };
      const key = await client.keys.create({ tenant, name, limits, weight, expires_in_seconds: expires }, { signal: context.signal });
      out.print(key, () => [
        ...fields(
          [
            ["id", key.id],
            ["tenant", key.tenant],
            ["name", key.name],
            ["limits", limitsText(key)],
          ],
          out.paint,
        ),
        "",
        key.key,
        "",
        "Store it now: it is shown only this once.",
      ]);
    });
}

function updateCommand(context: CliContext) {
  return new Command("update")
    .description("change a key; what is left out stays")
    .argument("<id>", "key_…")
    .option("--name <name>", "for people")
    .option("--per-minute <n>", "requests a minute, or none", orNone(wholeNumber))
    .option("--per-month <n>", "requests a month, or none", orNone(wholeNumber))
    .option("--usd-per-month <usd>", "what they may cost a month, or none", orNone(amount))
    .option("--queued-jobs <n>", "unfinished jobs at most, or none", orNone(wholeNumber))
    .option("--weight <weight>", "the tenant's share beside other tenants", amount)
    .addOption(jsonOption())
    .action(async (id, { name, perMinute, perMonth, usdPerMonth, queuedJobs, weight, json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const limits = {
        requests_per_minute: withoutNone(perMinute),
        requests_per_month: withoutNone(perMonth),
        usd_per_month: withoutNone(usdPerMonth),
        queued_jobs: withoutNone(queuedJobs),
      };
      const key = await client.keys.update(id, { name, limits, weight }, { signal: context.signal });
      out.print(key, () => [`${key.name} of ${key.tenant} (${key.id}): ${limitsText(key)}.`]);
    });
}

/** null takes a limit away. */
function withoutNone(value: number | "none" | undefined): number | null | undefined {
  return value === "none" ? null : value;
}

function revokeCommand(context: CliContext) {
  return new Command("revoke")
    .description("refuse a key from now on")
    .argument("<id>", "key_…")
    .addOption(jsonOption())
    .action(async (id, { json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const key = await client.keys.revoke(id, { signal: context.signal });
      out.print(key, () => [`${key.name} of ${key.tenant} (${key.id}) is refused from now on.`]);
    });
}

function keyTable(keys: readonly Key[], { width, paint }: Printer): string[] {
  return table<Key>(
    [
      { title: "ID", text: ({ id }) => id },
      { title: "TENANT", text: ({ tenant }) => tenant, shrinks: true },
      { title: "NAME", text: ({ name }) => name, shrinks: true },
      { title: "KEY", dropsAs: 1, text: ({ hint }) => hint },
      { title: "LIMITS", text: limitsText, shrinks: true },
      { title: "LAST USED (UTC)", dropsAs: 2, text: (key) => time(key.last_used_at) },
      {
        title: "STATE",
        text: (key) => (key.revoked_at === null ? "valid" : "revoked"),
        style: (key) => (key.revoked_at === null ? "green" : "dim"),
      },
    ],
    keys,
    width,
    paint,
  );
}

function limitsText({ limits }: Pick<Key, "limits">): string {
  const { requests_per_minute: perMinute, requests_per_month: perMonth, usd_per_month: usd, queued_jobs: queued } = limits;
  const parts = [
    perMinute == null ? undefined : `${count(perMinute)}/min`,
    perMonth == null ? undefined : `${count(perMonth)}/month`,
    usd == null ? undefined : `${money(usd)}/month`,
    queued == null ? undefined : `${count(queued)} queued`,
  ];
  return parts.filter((part) => part !== undefined).join(", ") || "none";
}
