import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { rangeFields, redeliveryViewSchema } from "../redelivery-range.ts";

export const redeliverRangeSchema = {
  id: "redeliverRange",
  method: "post",
  path: "/v1/deliveries/redeliver",
  tag: "Webhooks",
  summary: "Send the failed deliveries of a time again",
  description: "By the time of their events, oldest first. Those to endpoints that are disabled or deleted are left out.",
  request: {
    ...noRequest,
    body: z.strictObject({ ...rangeFields, status: z.literal("failed").default("failed") }).meta({ id: "RedeliverRequest" }),
  },
  answers: { 202: { description: "What is sent again.", content: { "application/json": redeliveryViewSchema } } },
  problems: { invalid_request: [400, 415, 422], payload_too_large: [413], unavailable: [503] },
} as const;
