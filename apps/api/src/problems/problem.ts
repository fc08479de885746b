// Errors as clients see them: RFC 9457 problem details.
import { quotaLimits } from "@sluice/shared/quotas/key-quota";
import type { QuotaLimit } from "@sluice/shared/quotas/key-quota";
import { z } from "zod";
import { errorCatalogue, problemCodes } from "./error-catalogue.ts";
import type { ProblemCode, StatusOf } from "./error-catalogue.ts";

const issueSchema = z.object({
  line: z.int().min(1).optional().meta({ description: "Of a batch: the request's line, or its place in the list, from 1." }),
  path: z.string().meta({ description: "Field, query parameter or header.", example: "params.max_tokens" }),
  message: z.string().meta({ example: "is required" }),
});
export type Issue = z.output<typeof issueSchema>;

export const problemSchema = z
  .object({
    type: z.string().meta({ description: "URI of the code's entry in the documentation.", example: "/docs/errors#invalid_request" }),
    title: z.string().meta({ description: "The same for every problem of this code." }),
    status: z.int(),
    code: z.enum(problemCodes),
    detail: z.string().meta({ description: "For people. Programs use `code` and `issues`." }),
    request_id: z.string().meta({ description: "Also in the header `X-Request-Id`, and in the log of Sluice." }),
    issues: z.array(issueSchema).optional(),
    quota: z.enum(quotaLimits).optional().meta({ description: "Which of the key's quotas refused (`quota_exceeded`)." }),
  })
  .meta({ id: "Problem" });

export interface ProblemOptions<Code extends ProblemCode> {
  /** Of the code's statuses; the first one if not given. */
  status?: StatusOf<Code>;
  /** For the client: says nothing of the inside. */
  detail: string;
  issues?: readonly Issue[];
  /** Which of the key's quotas refused. */
  quota?: QuotaLimit;
  headers?: Readonly<Record<string, string>>;
  /** For the operator's log. */
  cause?: unknown;
}

/** Thrown by what handles a request; it becomes the answer. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly quota: QuotaLimit | undefined;
  readonly headers: Readonly<Record<string, string>>;

  private constructor(code: ProblemCode, status: number, { detail, issues = [], quota, headers = {}, cause }: ProblemOptions<ProblemCode>) {
    super(detail, { cause });
    this.code = code;
    this.status = status;
    this.issues = issues;
    this.quota = quota;
    this.headers = headers;
  }

  static of<Code extends ProblemCode>(code: Code, options: ProblemOptions<Code>): Problem {
    return new Problem(code, options.status ?? errorCatalogue[code].statuses[0], options);
  }
}

/** What the client reads. */
export function problemBody({ code, status, message, issues, quota }: Problem, requestId: string, docsBase: string): string {
  return JSON.stringify({
    type: `${docsBase}/docs/errors#${code}`,
    title: errorCatalogue[code].title,
    status,
    code,
    detail: message,
    request_id: requestId,
    ...(issues.length > 0 && { issues }),
    quota,
  });
}
