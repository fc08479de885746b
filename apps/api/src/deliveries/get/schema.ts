import { deliveryViewSchema } from "@sluice/shared/webhooks/delivery-view";
import { noRequest } from "../../http/request-schemas.ts";
import { deliveryIdParams } from "../delivery-answer.ts";

export const getDeliverySchema = {
  id: "getDelivery",
  method: "get",
  path: "/v1/deliveries/{id}",
  tag: "Webhooks",
  summary: "Read a delivery with its attempts",
  request: { ...noRequest, params: deliveryIdParams },
  answers: { 200: { description: "The delivery.", content: { "application/json": deliveryViewSchema } } },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
