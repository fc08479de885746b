import { createKey, keysMax } from "@sluice/shared/access/key-store";
import { jsonAnswer } from "../../../http/answer.ts";
import { operatorOperation } from "../../../http/operation.ts";
import { Problem } from "../../../problems/problem.ts";
import { toKeyView } from "../key-view.ts";
import { createKeySchema } from "./schema.ts";

export const createKeyOperation = operatorOperation({
  ...createKeySchema,
  async handle({ context, body: { tenant, name, limits, weight, expires_in_seconds: expiresInSeconds } }) {
    const draft = {
      tenant,
      name,
      weight,
      limits: {
        requestsPerMinute: limits.requests_per_minute ?? undefined,
        requestsPerMonth: limits.requests_per_month ?? undefined,
        usdPerMonth: limits.usd_per_month ?? undefined,
        queuedJobs: limits.queued_jobs ?? undefined,
      },
      expiresInMs: expiresInSeconds == null ? null : expiresInSeconds * 1_000,
    };
    const reply = await createKey(context.redis, draft, Date.now());
    if (reply.outcome === "full") throw Problem.of("conflict", { detail: `There are ${keysMax} keys already.` });
    context.log.info({ event: "key.created", keyId: reply.record.id, tenant });
    return jsonAnswer(201, { ...toKeyView(reply.record), key: reply.key });
  },
});
