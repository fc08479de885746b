import { createKey, keysMax } from "@sluice/shared/access/key-store";
import { jsonAnswer } from "../../../http/answer.ts";
import { operatorOperation } from "../../../http/operation.ts";
import { Problem } from "../../../problems/problem.ts";
import { presentKey } from "../key-answer.ts";
import { limitsOf } from "../key-fields.ts";
import { createKeySchema } from "./schema.ts";

export const createKeyOperation = operatorOperation({
  ...createKeySchema,
  async handle({ context, body: { tenant, name, limits, weight, expires_in_seconds: expiresInSeconds } }) {
    const { requestsPerMinute, requestsPerMonth, usdPerMonth, queuedJobs } = limitsOf(limits);
    const draft = {
      tenant,
      name,
      weight,
      limits: {
        requestsPerMinute: requestsPerMinute ?? undefined,
        requestsPerMonth: requestsPerMonth ?? undefined,
        usdPerMonth: usdPerMonth ?? undefined,
        queuedJobs: queuedJobs ?? undefined,
      },
      expiresInMs: expiresInSeconds == null ? null : expiresInSeconds * 1_000,
    };
    const reply = await createKey(context.redis, draft, Date.now());
    if (reply.outcome === "full") throw Problem.of("conflict", { detail: `There are ${keysMax} keys already.` });
    context.log.info({ event: "key.created", keyId: reply.record.id, tenant });
    return jsonAnswer(201, { ...(await presentKey(context, reply.record)), key: reply.key });
  },
});
