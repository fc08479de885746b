import { readDelivery } from "@sluice/shared/webhooks/delivery-record";
import { toDeliveryView } from "@sluice/shared/webhooks/delivery-view";
import type { DeliveryView } from "@sluice/shared/webhooks/delivery-view";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import { Problem } from "../problems/problem.ts";

/** Anything may be asked for: what cannot be an id is simply not found. */
export const deliveryIdParams = z.object({
  id: z.string().meta({ description: "The delivery's id.", example: "del_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
});

/** Whether a text from outside can be a delivery's id at all; anything else needs no look-up. */
export function isDeliveryId(text: string): boolean {
  return /^del_[0-9A-Za-z]{26,32}(_[0-9A-Z]{26})?$/.test(text);
}

/** @throws Problem `not_found` */
export async function presentDelivery({ redis }: ApiContext, tenant: string, id: string): Promise<DeliveryView> {
  const read = isDeliveryId(id) ? await readDelivery(redis, tenant, id) : undefined;
  if (read === undefined) throw noSuchDelivery();
  return toDeliveryView(read.delivery, read.attempts);
}

export function noSuchDelivery(): Problem {
  return Problem.of("not_found", { detail: "There is no delivery of this id." });
}
