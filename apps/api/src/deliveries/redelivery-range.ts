// A range of time whose failed deliveries are sent again: of all of a tenant, or of one endpoint.
import { redeliverRange } from "@sluice/shared/webhooks/redeliver";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import { Problem } from "../problems/problem.ts";

const instant = z.iso.datetime({ offset: true, error: "must be a time like 2026-11-24T02:15:33.000Z" });

export const rangeFields = {
  since: instant.meta({ description: "Events from then on, that moment included.", example: "2026-11-24T02:00:00.000Z" }),
  until: instant.optional().meta({ description: "Up to then; now if not given." }),
};

export const redeliveryViewSchema = z
  .object({
    object: z.literal("redelivery"),
    redelivered: z.int().meta({ description: "Deliveries that are pending again." }),
    has_more: z.boolean().meta({ description: "A call does at most 2,000; the next one does more." }),
    next_since: z.iso.datetime({ precision: 3 }).nullable().meta({ description: "The `since` of the next call." }),
  })
  .meta({ id: "Redelivery" });

export interface Range {
  since: string;
  until?: string | undefined;
}

/** @throws Problem `invalid_request` when it ends before it begins */
export async function redeliverRangeOf(
  context: ApiContext,
  { since, until, ...whose }: Range & { tenant: string; endpointId?: string },
): Promise<z.output<typeof redeliveryViewSchema>> {
  const sinceMs = Date.parse(since);
  const untilMs = until === undefined ? Date.now() : Date.parse(until);
  if (until !== undefined && untilMs < sinceMs) {
    throw Problem.of("invalid_request", {
      status: 422,
      detail: "The range ends before it begins.",
      issues: [{ path: "until", message: "must not be before `since`" }],
    });
  }
  const { redelivered, nextSinceMs } = await redeliverRange(context, { ...whose, sinceMs, untilMs });
  return {
    object: "redelivery",
    redelivered,
    has_more: nextSinceMs !== null,
    next_since: nextSinceMs === null ? null : new Date(nextSinceMs).toISOString(),
  };
}
