import { readBatchBody } from "../batches/create/read-batch.ts";
import { jsonAnswer } from "../http/answer.ts";
import { keyedOperation } from "../http/operation.ts";
import { refuseUnknownAccount } from "../jobs/submit/refuse-options.ts";
import { Problem } from "../problems/problem.ts";
import { RequestSizes, estimateRequests } from "./estimate-requests.ts";
import { toEstimateView } from "./estimate-view.ts";
import { estimateSchema } from "./schema.ts";

/** Each costs some look-ups. */
const modelsMax = 100;

export const estimateOperation = keyedOperation({
  ...estimateSchema,
  async handle({ context, caller, query, openBody }) {
    refuseUnknownAccount(query.account ?? undefined, context);
    const sizes = new RequestSizes();
    const { options } = await readBatchBody({
      body: openBody(),
      given: { account: query.account },
      store: async () => {},
      drop: async () => {},
      onRequest(params) {
        sizes.add(params);
        if (sizes.byModel.size <= modelsMax) return;
        throw Problem.of("invalid_request", { status: 422, detail: `An estimate may be of at most ${modelsMax} models.` });
      },
    });
    const account = options.account ?? undefined;
    refuseUnknownAccount(account, context);
    const withinMs = query.within_seconds === undefined ? undefined : query.within_seconds * 1_000;
    const estimate = await estimateRequests(context, sizes, { tenant: caller.tenant, account, withinMs });
    return jsonAnswer(200, toEstimateView(estimate, Date.now()));
  },
});
