// Clients' keys for tests, made as the operator makes them.
import { expect } from "vitest";
import type { z } from "zod";
import { createKeySchema } from "../admin/keys/create/schema.ts";
import type { TestApi } from "./test-api.ts";

const newKeySchema = createKeySchema.answers[201].content["application/json"].strict();

export async function createTestKey(
  api: TestApi,
  more: Record<string, unknown> = {},
): Promise<z.output<typeof newKeySchema> & { headers: Record<string, string> }> {
  const response = await api.post("/v1/admin/keys", { tenant: "acme", name: "ci", ...more });
  expect(response.status).toBe(201);
  const key = newKeySchema.parse(await response.json());
  return { ...key, headers: { "x-api-key": key.key } };
}
