import { z } from "zod";
import { noRequest } from "../../../http/request-schemas.ts";
import { keyViewSchema } from "../key-view.ts";

export const revokeKeySchema = {
  id: "revokeKey",
  method: "delete",
  path: "/v1/admin/keys/{id}",
  tag: "Keys",
  summary: "Revoke a key",
  description: "Every process refuses it from this moment on. What it has handed in stays. Repeating it changes nothing.",
  request: { ...noRequest, params: z.object({ id: z.string() }) },
  answers: { 200: { description: "The revoked key.", content: { "application/json": keyViewSchema } } },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
