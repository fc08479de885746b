import { daysBetween } from "@sluice/shared/usage/read-usage";
import { dayOf, usageKeptDays } from "@sluice/shared/usage/usage-argument";
import { z } from "zod";
import { Problem } from "../problems/problem.ts";

const dayParameter = z.iso.date("must be a date: 2026-11-24").optional();

export const usagePeriodParameters = {
  from: dayParameter.meta({ description: "First day (UTC); the first of the month of `to` if not given.", example: "2026-11-01" }),
  to: dayParameter.meta({ description: "Last day (UTC), included; today if not given.", example: "2026-11-24" }),
};

/**
 * The days that are asked for, oldest first.
 *
 * @throws Problem `invalid_request` when they are none or too many
 */
export function daysOfPeriod({ from, to }: { from?: string | undefined; to?: string | undefined }, nowMs: number): string[] {
  const last = to ?? dayOf(nowMs);
  const first = from ?? `${last.slice(0, 7)}-01`;
  const lengthDays = (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1;
  if (lengthDays >= 1 && lengthDays <= usageKeptDays) return daysBetween(first, last);
  const message = lengthDays < 1 ? "must not be after `to`" : `must be at most ${usageKeptDays} days before \`to\``;
  throw Problem.of("invalid_request", {
    status: 400,
    detail: "The period does not fit. See `issues`.",
    issues: [{ path: "from", message }],
  });
}
