// The sums that are kept of a day, and how they add up.
import { z } from "zod";

/** In the order in which Redis keeps them: new ones come at the end. */
export const usageCounts = [
  "succeeded",
  "failed",
  "canceled",
  "expired",
  "attempts",
  "retries",
  "rateLimited",
  "inputTokens",
  "outputTokens",
  "cacheReadInputTokens",
  "cacheCreationInputTokens",
  "nanoUsd",
  "wastedAnswers",
  "wastedInputTokens",
  "wastedOutputTokens",
  "wastedCacheReadInputTokens",
  "wastedCacheCreationInputTokens",
  "wastedNanoUsd",
] as const;

export type UsageCounts = Record<(typeof usageCounts)[number], number>;

/** What was used in one day by one key with one model. */
export interface UsageRow {
  tenant: string;
  /** `2026-11-24` */
  day: string;
  keyId: string;
  model: string;
  counts: UsageCounts;
}

export function noUsage(): UsageCounts {
  return parseUsageCounts("");
}

/** Reads the sums as Redis keeps them; those that an older process did not know are 0. */
export function parseUsageCounts(text: string): UsageCounts {
  const sums = text.split(",").map(Number);
  return countsSchema.parse(Object.fromEntries(usageCounts.map((name, place) => [name, sums[place] ?? 0])));
}

const countsSchema = z.record(z.enum(usageCounts), z.number());

function addUsage(sums: UsageCounts, more: UsageCounts): void {
  for (const name of usageCounts) sums[name] += more[name];
}

/** Sums of the rows, by what `groupOf` says of them, in the order of the groups' names. */
export function groupUsage(rows: readonly UsageRow[], groupOf: (row: UsageRow) => string): [group: string, sums: UsageCounts][] {
  const groups = new Map<string, UsageCounts>();
  for (const row of rows) {
    const group = groupOf(row);
    const sums = groups.get(group) ?? noUsage();
    addUsage(sums, row.counts);
    groups.set(group, sums);
  }
  return [...groups].toSorted(([one], [other]) => (one < other ? -1 : 1));
}
