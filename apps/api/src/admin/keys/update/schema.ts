import { z } from "zod";
import { noRequest } from "../../../http/request-schemas.ts";
import { keyFields } from "../key-fields.ts";
import { keyLimitsSchema, keyViewSchema } from "../key-view.ts";

const { name, weight } = keyFields;

export const updateKeySchema = {
  id: "updateKey",
  method: "patch",
  path: "/v1/admin/keys/{id}",
  tag: "Keys",
  summary: "Change a key",
  description:
    "What is left out stays, in `limits`, too; a limit that is null is taken away. It counts from the key's next call on, on every process. " +
    "What was used of a quota stays used.",
  request: {
    ...noRequest,
    params: z.object({ id: z.string() }),
    body: z
      .strictObject({ name: name.optional(), limits: keyLimitsSchema.optional(), weight: weight.optional() })
      .meta({ id: "KeyChange" }),
  },
  answers: { 200: { description: "The key.", content: { "application/json": keyViewSchema } } },
  problems: { invalid_request: [400, 415, 422], not_found: [404], payload_too_large: [413], unavailable: [503] },
} as const;
