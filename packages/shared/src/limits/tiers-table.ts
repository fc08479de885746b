import type { ModelClass } from "../lanes/pool-of-model.ts";
import { laneLimits, tierNames } from "./tiers.ts";
import type { LaneLimits } from "./tiers.ts";

const columns: readonly (readonly [ModelClass, string])[] = [
  ["fable", "Fable, Mythos"],
  ["opus", "Opus"],
  ["sonnet", "Sonnet"],
  ["haiku", "Haiku"],
  ["haiku-3-5", "Haiku 3.5"],
];

/** The limits of all tiers as a Markdown table: in each cell requests, input tokens and output tokens a minute. */
export function tiersTable(): string {
  const rows = tierNames.map((tier) => row([`\`${tier}\``, ...columns.map(([name]) => cell(laneLimits(tier, name)))]));
  return [row(["Tier", ...columns.map(([, title]) => title)]), row(["---", ...columns.map(() => "---")]), ...rows].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell({ requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute }: LaneLimits): string {
  return [requestsPerMinute.toLocaleString("en-US"), short(inputTokensPerMinute), short(outputTokensPerMinute)].join(" · ");
}

/** `450 k`, `1.5 M` */
function short(tokens: number): string {
  return tokens >= 1_000_000 ? `${tokens / 1_000_000} M` : `${tokens / 1_000} k`;
}
