// Options of jobs and batches that fit their schema and still cannot be used here.
import { checkWebhookUrl } from "@sluice/shared/webhooks/webhook-url";
import type { ApiContext } from "../../api-context.ts";
import { Problem } from "../../problems/problem.ts";

/** @throws Problem `invalid_request` when webhooks may not go there */
export function refuseUncallable(url: string | null, { settings }: Pick<ApiContext, "settings">): void {
  const check = url === null ? undefined : checkWebhookUrl(url, settings.webhookPolicy);
  if (check === undefined || check.ok) return;
  throw Problem.of("invalid_request", {
    status: 422,
    detail: "The webhook's URL may not be called. See `issues`.",
    issues: [{ path: "webhook_url", message: check.message }],
  });
}

/** @throws Problem `invalid_request` when there is no such account */
export function refuseUnknownAccount(account: string | undefined, { lanes }: Pick<ApiContext, "lanes">): void {
  if (account === undefined || lanes.hasAccount(account)) return;
  throw Problem.of("invalid_request", {
    status: 422,
    detail: "There is no such account.",
    issues: [{ path: "account", message: "is not configured" }],
  });
}
