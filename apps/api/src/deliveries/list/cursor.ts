import type { DeliveryPlace } from "@sluice/shared/webhooks/list-deliveries";
import { z } from "zod";
import { isDeliveryId } from "../delivery-answer.ts";

/** Where a page of deliveries ended, for clients to hand back without looking into it. `1`: the form of the rest. */
export function writeCursor({ createdAtMs, id }: DeliveryPlace): string {
  return Buffer.from(`1:${createdAtMs}:${id}`).toString("base64url");
}

/** A query parameter that takes a cursor and gives the place. */
export const deliveryCursorParameter = z
  .string("must be given once")
  .transform((cursor, context): DeliveryPlace => {
    const [form, time = "", id = ""] = Buffer.from(cursor, "base64url").toString().split(":");
    const place = { createdAtMs: Number(time), id };
    // Also refuses what merely decodes to the same: there is one cursor for one place.
    if (form === "1" && Number.isSafeInteger(place.createdAtMs) && isDeliveryId(id) && writeCursor(place) === cursor) return place;
    context.addIssue({ code: "custom", message: "must be the `next` of an earlier page" });
    return z.NEVER;
  })
  .optional()
  .meta({ description: "`next` of the page before.", override: { type: "string" } });
