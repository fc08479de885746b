import { deliveryViewSchema } from "@sluice/shared/webhooks/delivery-view";
import { noRequest } from "../../http/request-schemas.ts";
import { deliveryIdParams } from "../delivery-answer.ts";

export const redeliverSchema = {
  id: "redeliver",
  method: "post",
  path: "/v1/deliveries/{id}/redeliver",
  tag: "Webhooks",
  summary: "Send a delivery again",
  description:
    "The same event and body, now, whether the delivery has failed or was delivered; the schedule begins anew and the attempts are counted on. " +
    "Of a pending delivery the next attempt is made now. Deliveries to its receiver that are held back after many failures go on, too.",
  request: { ...noRequest, params: deliveryIdParams },
  answers: { 202: { description: "The delivery, pending.", content: { "application/json": deliveryViewSchema } } },
  problems: { invalid_request: [400], not_found: [404], conflict: [409], unavailable: [503] },
} as const;
