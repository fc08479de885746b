import { deliveryStatuses } from "@sluice/shared/webhooks/delivery-record";
import { deliveryViewSchema } from "@sluice/shared/webhooks/delivery-view";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { wholeNumberParameter } from "../../http/whole-number-parameter.ts";
import { deliveryCursorParameter } from "./cursor.ts";

export const listDeliveriesSchema = {
  id: "listDeliveries",
  method: "get",
  path: "/v1/deliveries",
  tag: "Webhooks",
  summary: "List deliveries, newest event first",
  description: "A page may hold fewer deliveries than `limit` although more follow; `has_more` says so.",
  request: {
    ...noRequest,
    query: z.strictObject({
      status: z
        .enum(deliveryStatuses, `must be one of ${deliveryStatuses.join(", ")}`)
        .optional()
        .meta({ description: "Only deliveries in this state." }),
      job_id: z
        .string("must be given once")
        .regex(/^job_[0-9A-HJKMNP-TV-Z]{26}$/, "must be the id of a job")
        .optional()
        .meta({ description: "Only what tells of this job." }),
      endpoint_id: z
        .string("must be given once")
        .regex(/^ep_[0-9A-HJKMNP-TV-Z]{26}$/, "must be the id of an endpoint")
        .optional()
        .meta({ description: "Only deliveries to this endpoint." }),
      limit: wholeNumberParameter(1, 100).default(20).meta({ description: "Deliveries on a page; 20 if not given." }),
      after: deliveryCursorParameter,
    }),
  },
  answers: {
    200: {
      description: "A page of deliveries.",
      content: {
        "application/json": z
          .object({
            object: z.literal("list"),
            data: z.array(deliveryViewSchema),
            has_more: z.boolean(),
            next: z.string().nullable().meta({ description: "The `after` of the next page." }),
          })
          .meta({ id: "DeliveryList" }),
      },
    },
  },
  problems: { invalid_request: [400], unavailable: [503] },
} as const;
