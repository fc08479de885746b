import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { parseUsageCounts } from "./usage-counts.ts";
import type { UsageRow } from "./usage-counts.ts";

/** Days of tenants in one round trip. */
const pageMax = 50;

/** What the tenants used in the days, one row per tenant, day, key and model. One read for each tenant and day, of at most a few thousand fields. */
export async function readUsage(redis: Redis, tenants: readonly string[], days: readonly string[]): Promise<UsageRow[]> {
  const wanted = tenants.flatMap((tenant) => days.map((day) => ({ tenant, day })));
  const rows: UsageRow[] = [];
  for (let first = 0; first < wanted.length; first += pageMax) {
    const page = await Promise.all(
      wanted.slice(first, first + pageMax).map(async ({ tenant, day }) => {
        const fields = await redis.hgetall(tenantKeys(tenant).usage(day));
        return Object.entries(fields).map(([field, sums]): UsageRow => {
          const [keyId = "", model = ""] = field.split(" ");
          return { tenant, day, keyId, model, counts: parseUsageCounts(sums) };
        });
      }),
    );
    rows.push(...page.flat());
  }
  return rows;
}

/** The days from one to another, both included, oldest first: `2026-11-24`, … */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let atMs = Date.parse(from); atMs <= Date.parse(to); atMs += 86_400_000) days.push(new Date(atMs).toISOString().slice(0, 10));
  return days;
}
