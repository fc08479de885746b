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
  BatchDraft: {
    /** Is called once, when the batch has ended. */
    webhook_url?: string | null | undefined;
    /** Account to use; unset: for each request the one that starts it soonest. */
    account?: string | null | undefined;
    /** A share of the capacity; a lower priority is slower, never starved. */
    priority?: "high" | "normal" | "low" | undefined;
    /** Up to 50 texts of yours, kept with the job and sent back with it. */
    metadata?: Record<string, string> | undefined;
    requests: readonly (Schemas["BatchRequest"])[];
  };
  /** As in the Message Batches API. `custom_id` is unique in its batch. */
  BatchRequest: {
    /** Your own name for the job. */
    custom_id: string;
    params: Schemas["MessageParams"];
  };
  RotateRequest: {
    /** How long the secret before goes on signing; 0: not at all. */
    grace_seconds?: number | undefined;
  };
  WebhookEndpointRequest: {
    /** Where events go, with the rules of `webhook_url`. */
    url: string;
    /** Types of events; empty: all. */
    events?: readonly ("job.succeeded" | "job.failed" | "job.canceled" | "job.expired" | "batch.ended" | "quota.threshold_reached" | "account.quota_reached" | "account.key_refused" | "account.spend_limit_reached" | "webhook_endpoint.disabled" | "webhook.test")[] | undefined;
    /** For people. */
    description?: string | undefined;
    /** Events for a disabled endpoint fail at once and can be recovered. */
    enabled?: boolean | undefined;
  };
  WebhookEndpointChange: {
    /** Where events go, with the rules of `webhook_url`. */
    url?: string | undefined;
    /** Types of events; empty: all. */
    events?: readonly ("job.succeeded" | "job.failed" | "job.canceled" | "job.expired" | "batch.ended" | "quota.threshold_reached" | "account.quota_reached" | "account.key_refused" | "account.spend_limit_reached" | "webhook_endpoint.disabled" | "webhook.test")[] | undefined;
    /** For people. */
    description?: string | undefined;
    /** Events for a disabled endpoint fail at once and can be recovered. */
    enabled?: boolean | undefined;
  };
  RecoverRequest: {
    /** Events from then on, that moment included. */
    since: string;
    /** Up to then; now if not given. */
    until?: string | undefined;
  };
  RedeliverRequest: {
    /** Events from then on, that moment included. */
    since: string;
    /** Up to then; now if not given. */
    until?: string | undefined;
    status?: "failed" | undefined;
  };
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
  KeyChange: {
    /** For people. */
    name?: string | undefined;
    limits?: Schemas["KeyLimits"] | undefined;
    /** The tenant's share of a lane beside other tenants; that of the key used last counts. */
    weight?: number | undefined;
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
      /** Of a batch: the request's line, or its place in the list, from 1. */
      line?: number | undefined;
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
  Batch: {
    object: "batch";
    id: string;
    /** `ended` when every job is final. */
    status: "in_progress" | "canceling" | "ended";
    /** How many of its jobs are in each state now; the six add up to `total` at any moment. */
    request_counts: {
      queued: number;
      running: number;
      succeeded: number;
      failed: number;
      canceled: number;
      expired: number;
      total: number;
    };
    /** A share of the capacity; a lower priority is slower, never starved. */
    priority: "high" | "normal" | "low";
    /** UTC with milliseconds. */
    created_at: string;
    ended_at: string | null;
    /** From the place of its last jobs and the pace of their lanes; null once it has ended. */
    estimated_end_at: string | null;
    /** Of the answers so far, without those of models whose price is not known. */
    cost_usd: number;
    metadata: Record<string, string>;
    webhook_url: string | null;
  };
  BatchList: {
    object: "list";
    data: readonly (Schemas["Batch"])[];
    has_more: boolean;
    /** The `after` of the next page. */
    next: string | null;
  };
  /** Joined to the request by `custom_id`; the order is that in which the jobs ended. */
  BatchResult: {
    custom_id: string;
    job_id: string;
    result: Schemas["JobResult"];
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
  WebhookEndpoint: {
    object: "webhook_endpoint";
    id: string;
    url: string;
    /** Empty: all. */
    events: readonly ("job.succeeded" | "job.failed" | "job.canceled" | "job.expired" | "batch.ended" | "quota.threshold_reached" | "account.quota_reached" | "account.key_refused" | "account.spend_limit_reached" | "webhook_endpoint.disabled" | "webhook.test")[];
    description: string;
    enabled: boolean;
    /** `user`: by the API; `gone`: 410; `asked`: `webhook-delivery: disable`; `failing`: nothing arrived for five days. */
    disabled_reason: "user" | "gone" | "asked" | "failing" | null;
    disabled_at: string | null;
    /** The first failure after which no attempt succeeded. */
    failing_since: string | null;
    /** It failed many times in a row; its deliveries wait until then. */
    paused_until: string | null;
    /** UTC with milliseconds. */
    created_at: string;
  };
  WebhookEndpointList: {
    object: "list";
    data: readonly (Schemas["WebhookEndpoint"])[];
  };
  Delivery: {
    object: "delivery";
    id: string;
    status: "pending" | "delivered" | "failed";
    /** The `webhook-id` of every attempt. */
    event_id: string;
    event_type: "job.succeeded" | "job.failed" | "job.canceled" | "job.expired" | "batch.ended" | "quota.threshold_reached" | "account.quota_reached" | "account.key_refused" | "account.spend_limit_reached" | "webhook_endpoint.disabled" | "webhook.test";
    /** The job the event tells of, if it tells of one. */
    job_id: string | null;
    /** The batch the event tells of, if it tells of one. */
    batch_id: string | null;
    /** null: it goes to the `webhook_url` of the job or batch. */
    endpoint_id: string | null;
    /** Of an endpoint, the URL it had when the event happened. */
    url: string;
    attempt_count: number;
    /** UTC with milliseconds. */
    created_at: string;
    next_attempt_at: string | null;
    finished_at: string | null;
    failure_reason: "invalid_url" | "blocked_address" | "gone" | "exhausted" | "event_expired" | "endpoint_disabled" | "endpoint_deleted" | null;
    /** Only when one delivery is asked for. */
    attempts?: readonly ({
      number: number;
      /** When it began. */
      at: string;
      duration_ms: number;
      outcome: "delivered" | "invalid_url" | "blocked_address" | "dns_error" | "connect_error" | "tls_error" | "timeout" | "redirect" | "http_4xx" | "http_5xx" | "response_too_large";
      status_code: number | null;
      /** How far a failed attempt came; before `exchange` nothing of the event was sent. */
      error_phase: "address" | "connect" | "exchange" | "answer" | null;
      /** The beginning of the answer's body, at most 8 KiB. */
      response_excerpt: string | null;
    })[] | undefined;
  };
  Redelivery: {
    object: "redelivery";
    /** Deliveries that are pending again. */
    redelivered: number;
    /** A call does at most 2,000; the next one does more. */
    has_more: boolean;
    /** The `since` of the next call. */
    next_since: string | null;
  };
  DeliveryList: {
    object: "list";
    data: readonly (Schemas["Delivery"])[];
    has_more: boolean;
    /** The `after` of the next page. */
    next: string | null;
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
      /** What is left of the burst at this moment; of output, what Claude's bucket is likely to hold. */
      remaining: number;
    };
    input_tokens: {
      /** Input tokens a minute that the lane keeps to now. */
      per_minute: number;
      /** What is left of the burst at this moment; of output, what Claude's bucket is likely to hold. */
      remaining: number;
    };
    output_tokens: {
      /** Output tokens a minute that the lane keeps to now. */
      per_minute: number;
      /** What is left of the burst at this moment; of output, what Claude's bucket is likely to hold. */
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
  Estimate: {
    object: "estimate";
    requests: number;
    input_tokens: number;
    /** Expected from answers to requests like these, or by a rule where there were none; at worst every answer has its `max_tokens`. */
    output_tokens: {
      expected: number;
      worst: number;
    };
    /** Without requests to models whose price is not known. */
    cost_usd: {
      expected: number;
      worst: number;
    };
    /** Requests to models whose price is not known. */
    unpriced_requests: number;
    /** Requests whose expected output was learned from answers to others like them. */
    learned_requests: number;
    /** Under the limits of this moment, behind what waits already. */
    now: {
      seconds: {
        expected: number;
        worst: number;
      };
      finishes_at: string;
      limited_by: "requests" | "input_tokens" | "output_tokens" | "monthly_requests" | "spend" | "upstream" | null;
    };
    /** In each tier, with nothing else waiting. */
    tiers: readonly ({
      tier: "free" | "paid" | "tier-1" | "tier-2" | "tier-3" | "tier-4" | "start" | "build" | "scale" | "auto";
      seconds: {
        expected: number;
        worst: number;
      };
      limited_by: "requests" | "input_tokens" | "output_tokens" | "monthly_requests" | "spend" | "upstream" | null;
      /** There are more requests than the tier allows in a month. */
      exceeds_month: boolean;
    })[];
    /** For `within_seconds`. */
    within: {
      seconds: number;
      /** Whether the limits of this moment are enough. */
      now: boolean;
      /** The smallest tier that is enough; null: none is. */
      tier: "free" | "paid" | "tier-1" | "tier-2" | "tier-3" | "tier-4" | "start" | "build" | "scale" | "auto" | null;
    } | null;
  };
  UsageAndQuotas: {
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
    /** What is left of each quota that the key of this call has. */
    quotas: readonly (Schemas["QuotaState"])[];
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
  QuotaState: {
    limit: "requests_per_month" | "usd_per_month" | "queued_jobs";
    allowed: number;
    /** Jobs; of `usd_per_month` dollars that were spent. */
    used: number;
    /** Dollars that unfinished jobs may cost at most; 0 for the other limits. */
    reserved: number;
    left: number;
    /** The next month (UTC); null: jobs that end make room. */
    renews_at: string | null;
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
  NewKey: {
    object: "key";
    id: string;
    /** Whose jobs they are. */
    tenant: string;
    name: string;
    /** Tells it from others. */
    hint: string;
    limits: Schemas["KeyLimits"];
    /** What is left of each quota it has; empty without any. */
    quotas: readonly (Schemas["QuotaState"])[];
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
    /** What is left of each quota it has; empty without any. */
    quotas: readonly (Schemas["QuotaState"])[];
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
  /** Hand in a batch. */
  createBatch: { query: { webhook_url?: string | null | undefined; account?: string | null | undefined; priority?: "high" | "normal" | "low" | undefined; metadata?: string | undefined }; body: Schemas["BatchDraft"]; answer: Schemas["Batch"] };
  /** List batches, newest first. */
  listBatches: { query: { status?: "in_progress" | "canceling" | "ended" | undefined; limit?: number | undefined; after?: string | undefined }; answer: Schemas["BatchList"] };
  /** Read a batch. */
  getBatch: { answer: Schemas["Batch"] };
  /** Cancel a batch. */
  cancelBatch: { answer: Schemas["Batch"] };
  /** Read the webhook secret. */
  getWebhookSecret: { answer: Schemas["WebhookSecret"] };
  /** Replace the webhook secret. */
  rotateWebhookSecret: { body: Schemas["RotateRequest"]; answer: Schemas["WebhookSecret"] };
  /** Create an endpoint for all events. */
  createWebhookEndpoint: { body: Schemas["WebhookEndpointRequest"]; answer: Schemas["WebhookEndpoint"] };
  /** List endpoints, oldest first. */
  listWebhookEndpoints: { answer: Schemas["WebhookEndpointList"] };
  /** Read an endpoint. */
  getWebhookEndpoint: { answer: Schemas["WebhookEndpoint"] };
  /** Change an endpoint. */
  updateWebhookEndpoint: { body: Schemas["WebhookEndpointChange"]; answer: Schemas["WebhookEndpoint"] };
  /** Send a test event to an endpoint. */
  testWebhookEndpoint: { answer: Schemas["Delivery"] };
  /** Send an endpoint what it missed. */
  recoverWebhookEndpoint: { body: Schemas["RecoverRequest"]; answer: Schemas["Redelivery"] };
  /** List deliveries, newest event first. */
  listDeliveries: { query: { status?: "pending" | "delivered" | "failed" | undefined; job_id?: string | undefined; endpoint_id?: string | undefined; limit?: number | undefined; after?: string | undefined }; answer: Schemas["DeliveryList"] };
  /** Send the failed deliveries of a time again. */
  redeliverRange: { body: Schemas["RedeliverRequest"]; answer: Schemas["Redelivery"] };
  /** Read a delivery with its attempts. */
  getDelivery: { answer: Schemas["Delivery"] };
  /** Send a delivery again. */
  redeliver: { answer: Schemas["Delivery"] };
  /** Read limits and backlogs. */
  getLimits: { answer: Schemas["Limits"] };
  /** Estimate a batch. */
  estimate: { query: { account?: string | null | undefined; within_seconds?: number | undefined }; body: Schemas["BatchDraft"]; answer: Schemas["Estimate"] };
  /** Read what was used. */
  getUsage: { query: { from?: string | undefined; to?: string | undefined; group_by?: "day" | "model" | "key" | undefined }; answer: Schemas["UsageAndQuotas"] };
  /** Read what all tenants used. */
  getAdminUsage: { query: { from?: string | undefined; to?: string | undefined; group_by?: "day" | "model" | "key" | "tenant" | undefined; tenant?: string | undefined }; answer: Schemas["Usage"] };
  /** Create a key. */
  createKey: { body: Schemas["KeyRequest"]; answer: Schemas["NewKey"] };
  /** List keys, newest first. */
  listKeys: { query: { tenant?: string | undefined; limit?: number | undefined; after?: string | undefined }; answer: Schemas["KeyList"] };
  /** Change a key. */
  updateKey: { body: Schemas["KeyChange"]; answer: Schemas["Key"] };
  /** Revoke a key. */
  revokeKey: { answer: Schemas["Key"] };
  /** Whether this process lives. */
  livez: { answer: {
    status: "live";
  } };
  /** Whether this process can work. */
  readyz: { answer: {
    status: "ready";
    /** False while Redis takes no writes for lack of room: work is answered 503. */
    accepting: boolean;
  } };
  /** This document. */
  openapi: { answer: {
    openapi: string;
  } & Record<string, unknown> };
}
