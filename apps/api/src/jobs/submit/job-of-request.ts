import type { Caller } from "@sluice/shared/access/authenticator";
import type { Idempotency } from "@sluice/shared/jobs/accept-job";
import type { JobRequest, MessageParams } from "@sluice/shared/jobs/job-request";
import type { JobToSubmit } from "@sluice/shared/jobs/submit-job";
import type { ApiContext, OperationSettings } from "../../api-context.ts";
import { refuseUncallable, refuseUnknownAccount } from "./refuse-options.ts";

/**
 * What the client asked for, in the words of the domain.
 *
 * @throws Problem `invalid_request` for a webhook URL that may not be called, and for an account that is not there
 */
export function jobOfRequest(caller: Caller, request: JobRequest, context: ApiContext, idempotency: Idempotency | undefined): JobToSubmit {
  const webhookUrl = request.webhook_url ?? null;
  refuseUncallable(webhookUrl, context);
  const account = request.account ?? undefined;
  refuseUnknownAccount(account, context);
  return {
    tenant: caller.tenant,
    key: { id: caller.keyId, limits: caller.limits },
    weight: caller.weight,
    params: paramsOf(request, context.settings),
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

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1_000);
}
