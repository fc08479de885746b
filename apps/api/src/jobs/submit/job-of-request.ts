import type { Caller } from "@sluice/shared/access/authenticator";
import type { Idempotency } from "@sluice/shared/jobs/accept-job";
import type { JobRequest, MessageParams } from "@sluice/shared/jobs/job-request";
import type { JobToSubmit } from "@sluice/shared/jobs/submit-job";
import { checkWebhookUrl } from "@sluice/shared/webhooks/webhook-url";
import type { ApiContext, OperationSettings } from "../../api-context.ts";
import { Problem } from "../../problems/problem.ts";

/**
 * What the client asked for, in the words of the domain.
 *
 * @throws Problem `invalid_request` for a webhook URL that may not be called, and for an account that is not there
 */
export function jobOfRequest(
  caller: Caller,
  request: JobRequest,
  { settings, lanes }: ApiContext,
  idempotency: Idempotency | undefined,
): JobToSubmit {
  const webhookUrl = request.webhook_url ?? null;
  if (webhookUrl !== null) refuseUncallable(webhookUrl, settings);
  const account = request.account ?? undefined;
  if (account !== undefined && !lanes.hasAccount(account)) {
    throw Problem.of("invalid_request", {
      status: 422,
      detail: "There is no such account.",
      issues: [{ path: "account", message: "is not configured" }],
    });
  }
  return {
    tenant: caller.tenant,
    key: { id: caller.keyId, limits: caller.limits },
    weight: caller.weight,
    params: paramsOf(request, settings),
    account,
    idempotency,
    options: {
      customId: request.custom_id ?? null,
      webhookUrl,
      priority: request.priority,
      metadata: request.metadata,
      timeoutMs: milliseconds(request.timeout_seconds),
      maxAttempts: request.max_attempts,
      expiresInMs: request.expires_in_seconds == null ? null : milliseconds(request.expires_in_seconds),
      delayMs: milliseconds(request.delay_seconds),
    },
  };
}

function paramsOf({ params, prompt = "" }: JobRequest, { defaultModel, defaultMaxTokens }: OperationSettings): MessageParams {
  return params ?? { model: defaultModel, max_tokens: defaultMaxTokens, messages: [{ role: "user", content: prompt }] };
}

function refuseUncallable(url: string, { webhookPolicy }: OperationSettings): void {
  const check = checkWebhookUrl(url, webhookPolicy);
  if (check.ok) return;
  throw Problem.of("invalid_request", {
    status: 422,
    detail: "The webhook's URL may not be called. See `issues`.",
    issues: [{ path: "webhook_url", message: check.message }],
  });
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1_000);
}
