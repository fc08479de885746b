// Made from docs/openapi.json by `npm run generate`.

/** What the API takes and answers, by the names of the document. */
export interface Schemas {
  JobRequest: {
    custom_id?: string | null | undefined;
    /** Is called when the job is final. */
    webhook_url?: string | null | undefined;
    /** Account to use; unset: the one that starts the job soonest. */
    account?: string | null | undefined;
    /** A share of the capacity; a lower priority is slower, never starved. */
    priority?: "high" | "normal" | "low" | undefined;
    /** Up to 50 texts of yours, kept with the job and sent back with it. */
    metadata?: Record<string, string> | undefined;
    /** Longest time of one attempt. */
    timeout_seconds?: number | undefined;
    max_attempts?: number | undefined;
    /** A job that was not started by then ends `expired`. */
    expires_in_seconds?: number | null | undefined;
    /** Is not started before. */
    delay_seconds?: number | undefined;
    params?: Schemas["MessageParams"] | undefined;
    /** Shorthand for one user message with the configured model and max_tokens. */
    prompt?: string | undefined;
  };
  /** A Messages API body, passed on as it is (unknown fields included). */
  MessageParams: {
    model: string;
    max_tokens: number;
    messages: readonly ({
      role: "user" | "assistant" | "system";
      content: string | readonly ({
        type: string;
      } & Record<string, unknown>)[];
    } & Record<string, unknown>)[];
    stream?: false | undefined;
  } & Record<string, unknown>;
  KeyRequest: {
    /** Whose jobs they are. */
    tenant: string;
    /** For people. */
    name: string;
    limits?: Schemas["KeyLimits"] | undefined;
    /** The tenant's share of a lane beside other tenants; that of the key used last counts. */
    weight?: number | undefined;
    /** The key is refused from then on. */
    expires_in_seconds?: number | null | undefined;
  };
  /** null or absent: no such limit. */
  KeyLimits: {
    /** Calls that hand in work; reading is not counted. */
    requests_per_minute?: number | null | undefined;
    /** Jobs accepted in a calendar month (UTC). */
    requests_per_month?: number | null | undefined;
    /** What jobs accepted in a calendar month (UTC) may cost, by the price table. */
    usd_per_month?: number | null | undefined;
    /** Jobs that are not final, at most. */
    queued_jobs?: number | null | undefined;
  };
  Job: {
    object: "job";
    id: string;
    status: "queued" | "running" | "succeeded" | "failed" | "canceled" | "expired";
    custom_id: string | null;
    batch_id: string | null;
    model: string;
    priority: "high" | "normal" | "low";
    /** UTC with milliseconds. */
    created_at: string;
    /** When the first attempt began. */
    started_at: string | null;
    finished_at: string | null;
    /** Attempts begun; one that a rate limit refused is not counted. */
    attempts: number;
    /** Only while the job is queued. */
    queue: {
      /** Place in the lane, from 1; null while the job waits for a delay or a retry. */
      position: number | null;
      estimated_start_at: string | null;
      /** What the lane's jobs wait for. */
      limited_by: "requests" | "input_tokens" | "output_tokens" | "monthly_requests" | "spend" | "upstream" | null;
    } | null;
    result: Schemas["JobResult"] | null;
    /** Claude's usage object. */
    usage: Record<string, unknown> | null;
    cost_usd: number | null;
    metadata: Record<string, string>;
    webhook_url: string | null;
  };
  JobResult: {
    type: "succeeded";
    /** Claude's Message. */
    message: Record<string, unknown>;
  } | {
    type: "errored";
    /** Claude's error body, or one of the same shape made by Sluice. */
    error: Record<string, unknown>;
  } | {
    type: "canceled";
  } | {
    type: "expired";
  };
  Problem: {
    /** URI of the code's entry in the documentation. */
    type: string;
    /** The same for every problem of this code. */
    title: string;
    status: number;
    code: "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "conflict" | "payload_too_large" | "idempotency_mismatch" | "rate_limited" | "quota_exceeded" | "unavailable" | "internal";
    /** For people. Programs use `code` and `issues`. */
    detail: string;
    /** Also in the header `X-Request-Id`, and in the log of Sluice. */
    request_id: string;
    issues?: readonly ({
      /** Field, query parameter or header. */
      path: string;
      message: string;
    })[] | undefined;
    /** Which of the key's quotas refused (`quota_exceeded`). */
    quota?: "requests_per_month" | "usd_per_month" | "queued_jobs" | undefined;
  };
  JobList: {
    object: "list";
    data: readonly (Schemas["Job"])[];
    has_more: boolean;
    /** The `after` of the next page. */
    next: string | null;
  };
  WebhookSecret: {
    object: "webhook_secret";
    /** Signs the tenant's webhooks. */
    secret: string;
    /** The secret before, while it still signs beside the new one. */
    previous: {
      secret: string;
      expires_at: string;
    } | null;
  };
  Limits: {
    object: "list";
    data: readonly (Schemas["Lane"])[];
  };
  Lane: {
    object: "lane";
    account: string;
    /** Models that share one limit upstream. */
    pool: string;
    requests: {
      /** Requests a minute that the lane keeps to now. */
      per_minute: number;
      /** What may leave at this moment. */
      remaining: number;
    };
    input_tokens: {
      /** Input tokens a minute that the lane keeps to now. */
      per_minute: number;
      /** What may leave at this moment. */
      remaining: number;
    };
    output_tokens: {
      /** Output tokens a minute that the lane keeps to now. */
      per_minute: number;
      /** What may leave at this moment. */
      remaining: number;
    };
    /** Jobs that wait for their turn. */
    queued: number;
    /** Jobs that wait for a delay or a retry. */
    delayed: number;
    /** Requests to Claude under way. */
    running: number;
    /** Starts a minute, mean of the last half minute. */
    requests_per_minute: number;
    /** Starts a minute that the binding limit allows. */
    pace_per_minute: number;
    /** What the waiting jobs wait for; null when none waits. */
    limited_by: "requests" | "input_tokens" | "output_tokens" | "monthly_requests" | "spend" | "upstream" | null;
    /** Nothing starts before, because of `limited_by`. */
    resting_until: string | null;
    /** How long the waiting jobs take. */
    backlog_seconds: number;
  };
  Usage: {
    object: "list";
    from: string;
    to: string;
    /** Day of the price table that counts now. */
    prices_as_of: string;
    data: readonly ({
      /** Jobs that became final. */
      requests: number;
      succeeded: number;
      failed: number;
      canceled: number;
      expired: number;
      /** Attempts at these jobs, without those that a rate limit refused. */
      attempts: number;
      /** Attempts that failed and were made again. */
      retries: number;
      /** 429s of Claude that these jobs met. */
      rate_limited: number;
      input_tokens: number;
      output_tokens: number;
      cache_read_input_tokens: number;
      cache_creation_input_tokens: number;
      /** By the price table; a model without a known price costs nothing here. */
      cost_usd: number;
      wasted: Schemas["WastedUsage"];
      day?: string | undefined;
      model?: string | undefined;
      /** Id of the key, or `operator`. */
      key?: string | undefined;
      tenant?: string | undefined;
    })[];
    total: {
      /** Jobs that became final. */
      requests: number;
      succeeded: number;
      failed: number;
      canceled: number;
      expired: number;
      /** Attempts at these jobs, without those that a rate limit refused. */
      attempts: number;
      /** Attempts that failed and were made again. */
      retries: number;
      /** 429s of Claude that these jobs met. */
      rate_limited: number;
      input_tokens: number;
      output_tokens: number;
      cache_read_input_tokens: number;
      cache_creation_input_tokens: number;
      /** By the price table; a model without a known price costs nothing here. */
      cost_usd: number;
      wasted: Schemas["WastedUsage"];
    };
  };
  /** Answers that were paid for and came too late: the job was canceled meanwhile, or another worker had taken it over. Not in the other sums. */
  WastedUsage: {
    answers: number;
    input_tokens: number;
    output_tokens: number;
    cache_read_input_tokens: number;
    cache_creation_input_tokens: number;
    cost_usd: number;
  };
  NewKey: {
    object: "key";
    id: string;
    /** Whose jobs they are. */
    tenant: string;
    name: string;
    /** Tells it from others. */
    hint: string;
    limits: Schemas["KeyLimits"];
    weight: number;
    created_at: string;
    expires_at: string | null;
    /** To the minute. */
    last_used_at: string | null;
    revoked_at: string | null;
    key: string;
  };
  KeyList: {
    object: "list";
    data: readonly (Schemas["Key"])[];
    has_more: boolean;
    /** The `after` of the next page. */
    next: string | null;
  };
  Key: {
    object: "key";
    id: string;
    /** Whose jobs they are. */
    tenant: string;
    name: string;
    /** Tells it from others. */
    hint: string;
    limits: Schemas["KeyLimits"];
    weight: number;
    created_at: string;
    expires_at: string | null;
    /** To the minute. */
    last_used_at: string | null;
    revoked_at: string | null;
  };
}

/** Query, body and answer of each operation that speaks JSON. */
export interface Operations {
  /** Hand in a job. */
  submitJob: { query: { wait?: number | undefined }; body: Schemas["JobRequest"]; answer: Schemas["Job"] };
  /** List jobs, newest first. */
  listJobs: { query: { status?: "queued" | "running" | "succeeded" | "failed" | "canceled" | "expired" | undefined; batch_id?: string | undefined; limit?: number | undefined; after?: string | undefined }; answer: Schemas["JobList"] };
  /** Read a job. */
  getJob: { query: { wait?: number | undefined }; answer: Schemas["Job"] };
  /** Cancel a job. */
  cancelJob: { answer: Schemas["Job"] };
  /** Read the webhook secret. */
  getWebhookSecret: { answer: Schemas["WebhookSecret"] };
  /** Read limits and backlogs. */
  getLimits: { answer: Schemas["Limits"] };
  /** Read what was used. */
  getUsage: { query: { from?: string | undefined; to?: string | undefined; group_by?: "day" | "model" | "key" | undefined }; answer: Schemas["Usage"] };
  /** Read what all tenants used. */
  getAdminUsage: { query: { from?: string | undefined; to?: string | undefined; group_by?: "day" | "model" | "key" | "tenant" | undefined; tenant?: string | undefined }; answer: Schemas["Usage"] };
  /** Create a key. */
  createKey: { body: Schemas["KeyRequest"]; answer: Schemas["NewKey"] };
  /** List keys, newest first. */
  listKeys: { query: { tenant?: string | undefined; limit?: number | undefined; after?: string | undefined }; answer: Schemas["KeyList"] };
  /** Revoke a key. */
  revokeKey: { answer: Schemas["Key"] };
  /** Whether this process lives. */
  livez: { answer: {
    status: "live";
  } };
  /** Whether this process can work. */
  readyz: { answer: {
    status: "ready";
  } };
  /** This document. */
  openapi: { answer: {
    openapi: string;
  } & Record<string, unknown> };
}
