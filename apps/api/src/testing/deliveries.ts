// Webhooks for tests, and the part of a delivery worker that makes them final.
import { readDelivery } from "@sluice/shared/webhooks/delivery-record";
import { deliveryViewSchema } from "@sluice/shared/webhooks/delivery-view";
import type { DeliveryView } from "@sluice/shared/webhooks/delivery-view";
import { endpointViewSchema } from "@sluice/shared/webhooks/endpoint-view";
import type { EndpointView } from "@sluice/shared/webhooks/endpoint-view";
import { recordDeliveryAttempt } from "@sluice/shared/webhooks/record-delivery-attempt";
import { expect } from "vitest";
import { finish, submit, tenant } from "./jobs.ts";
import type { TestApi } from "./test-api.ts";

/** A delivery, with no field besides those that are published. */
export async function deliveryOf(response: Response): Promise<DeliveryView> {
  return deliveryViewSchema.strict().parse(await response.json());
}

export async function createEndpoint(api: TestApi, more: Record<string, unknown> = {}): Promise<EndpointView> {
  const response = await api.post("/v1/webhook-endpoints", { url: "https://example.com/all", ...more });
  expect(response.status).toBe(201);
  return endpointViewSchema.strict().parse(await response.json());
}

/** A job that has succeeded, with its deliveries pending. */
export async function finishedJob(
  api: TestApi,
  more: Record<string, unknown> = { webhook_url: "https://example.com/hook" },
): Promise<string> {
  const { id } = await submit(api, more);
  await finish(api, id);
  return id;
}

/** Records the attempt that decides: `delivered`, or a failure that is the last. */
export async function attempt({ redis }: TestApi, id: string, ending: "delivered" | "failed"): Promise<void> {
  const { delivery } = (await readDelivery(redis, tenant, id)) ?? {};
  const answered =
    ending === "delivered" ? ({ outcome: "delivered", statusCode: 200 } as const) : ({ outcome: "http_5xx", statusCode: 500 } as const);
  const attempted = { ...answered, atMs: Date.now(), durationMs: 5, errorPhase: null, responseExcerpt: "" };
  const step = ending === "delivered" ? ({ next: "delivered" } as const) : ({ next: "failed", reason: "exhausted" } as const);
  const number = (delivery?.attempts ?? 0) + 1;
  expect(await recordDeliveryAttempt(redis, { tenant, id, number, attempt: attempted, step, retentionMs: 60_000 })).toEqual({
    outcome: "recorded",
  });
}
