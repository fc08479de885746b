// Every error code of the API: the statuses it comes with, why, and what to do. The answers, the page `/docs/errors` and
// docs/errors.md are made from this table.

interface ErrorEntry {
  /** The first one is used where none is named. */
  statuses: readonly [number, ...number[]];
  /** The same for every occurrence. */
  title: string;
  cause: string;
  whatToDo: string;
}

export const errorCatalogue = {
  invalid_request: {
    statuses: [400, 405, 408, 415, 422, 431],
    title: "The request is not valid",
    cause:
      "400: it cannot be read (bad JSON, a header or query parameter that does not fit). 405: the path has no such method. " +
      "408: it did not arrive in time. 415: the body's type or encoding is not understood. 422: a field of the body does not fit. 431: the headers are too large.",
    whatToDo:
      "Mend what `issues` names: `path` is the field (`params.messages.0.role`), query parameter or header; `line`, of a batch, the line it stands in. Repeating it unchanged gives the same answer. Nothing was stored.",
  },
  unauthorized: {
    statuses: [401],
    title: "A valid key is needed",
    cause: "There is no key in `Authorization: Bearer …` or `x-api-key`, or it is unknown or revoked.",
    whatToDo: "Send a valid key. The operator's key is the value of `SLUICE_ADMIN_KEY`, in development printed at start.",
  },
  forbidden: {
    statuses: [403],
    title: "This key may not do that",
    cause: "The key is valid, but the operation needs the operator's key.",
    whatToDo: "Use the operator's key.",
  },
  not_found: {
    statuses: [404],
    title: "There is no such thing",
    cause: "The id or path does not exist, its retention has ended, or it belongs to another tenant.",
    whatToDo: "Check the id and the key. Finished jobs are kept for `SLUICE_RETENTION_SECONDS`.",
  },
  conflict: {
    statuses: [409],
    title: "The state does not allow it",
    cause:
      "The job is final already, the batch has ended, the endpoint of a webhook is disabled or deleted, there are as many as there may be, or the first call with the same idempotency key is still running, or what it handed in is no longer kept.",
    whatToDo:
      "Read the job. With an idempotency key: repeat the call after `Retry-After`, it will get the first call's answer. Without `Retry-After`, new work needs a new key.",
  },
  payload_too_large: {
    statuses: [413],
    title: "The body is too large",
    cause:
      "The body is over 32 MB (33,554,432 bytes), counted after decompression. Of a batch: over 256 MB (268,435,456 bytes), or it has more than 100,000 requests.",
    whatToDo: "Send less, or several batches. Claude itself refuses larger requests, too.",
  },
  idempotency_mismatch: {
    statuses: [422],
    title: "The idempotency key was used with another body",
    cause: "A call within the last 24 hours had the same `Idempotency-Key` and a different body.",
    whatToDo: "Use a new key for a new job; repeat a call with exactly the same bytes.",
  },
  rate_limited: {
    statuses: [429],
    title: "This key's own rate limit is reached",
    cause:
      "The key may hand in work (jobs, batches) so many times a minute. Reading is not counted. A call that is refused later for another reason is.",
    whatToDo: "Wait for `Retry-After` seconds. `RateLimit` and `RateLimit-Policy` say where the key stands, also on accepted calls.",
  },
  quota_exceeded: {
    statuses: [429],
    title: "This key's quota is used up",
    cause:
      "`quota` says which: `requests_per_month` or `usd_per_month` (calendar months, UTC) is used up, or the key has as many unfinished jobs as `queued_jobs` allows. " +
      "Money is reserved for what a job may cost at most and settled by what it cost.",
    whatToDo:
      "Wait for `Retry-After` seconds: until the next month, or until jobs under way may have ended. The operator can make a key with more. See docs/keys.md.",
  },
  unavailable: {
    statuses: [503],
    title: "Sluice cannot work at this moment",
    cause: "Redis is away, silent or full, or this process is shutting down.",
    whatToDo:
      "Repeat the call after `Retry-After` seconds: nothing was accepted. An `Idempotency-Key` makes repeats safe whatever happened. Operators: see docs/failure-modes.md.",
  },
  internal: {
    statuses: [500],
    title: "Something went wrong in Sluice",
    cause: "A defect of Sluice. The log has the details under the same `request_id`.",
    whatToDo: "Repeat the call with an `Idempotency-Key`; report the `request_id` to the operator if it stays.",
  },
} as const satisfies Record<string, ErrorEntry>;

export type ProblemCode = keyof typeof errorCatalogue;

export type StatusOf<Code extends ProblemCode> = (typeof errorCatalogue)[Code]["statuses"][number];

export const problemCodes = Object.keys(errorCatalogue).filter((code): code is ProblemCode => code in errorCatalogue);
