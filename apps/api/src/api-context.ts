import type { Authenticator } from "@sluice/shared/access/authenticator";
import type { BatchesQueue } from "@sluice/shared/batches/batches-queue";
import type { EndContext } from "@sluice/shared/jobs/end-job";
import type { SubmitContext } from "@sluice/shared/jobs/submit-job";
import type { Logger } from "@sluice/shared/logging/logger";
import type { WebhookPolicy } from "@sluice/shared/webhooks/address-guard";
import type { DeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import type { Metrics } from "./metrics/metrics.ts";
import type { JobSignals } from "./waiting/job-signals.ts";

/** What the operations work with. */
export interface ApiContext extends SubmitContext, EndContext {
  authenticator: Authenticator;
  signals: JobSignals;
  /** Asks workers to look after batches. */
  batches: BatchesQueue;
  deliveries: DeliveriesQueue;
  log: Logger;
  metrics: Metrics;
  settings: OperationSettings;
  /** True from the moment this process is told to stop. */
  isDraining: () => boolean;
}

export interface OperationSettings {
  retentionMs: number;
  burstSeconds: number;
  /** For requests in the short form. */
  defaultModel: string;
  defaultMaxTokens: number;
  webhookPolicy: WebhookPolicy;
  /** Where clients reach the API; undefined: where this one did. */
  publicUrl: string | undefined;
  /** Between two comments on a stream of events that is otherwise silent. */
  heartbeatMs: number;
}
