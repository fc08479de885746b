// All there is to call: routes, validation and the document are made of this list.
import { createKeyOperation } from "./admin/keys/create/handler.ts";
import { listKeysOperation } from "./admin/keys/list/handler.ts";
import { revokeKeyOperation } from "./admin/keys/revoke/handler.ts";
import { updateKeyOperation } from "./admin/keys/update/handler.ts";
import { getAdminUsageOperation } from "./admin/usage/get/handler.ts";
import { getDeliveryOperation } from "./deliveries/get/handler.ts";
import { listDeliveriesOperation } from "./deliveries/list/handler.ts";
import { redeliverRangeOperation } from "./deliveries/redeliver-range/handler.ts";
import { redeliverOperation } from "./deliveries/redeliver/handler.ts";
import { cancelBatchOperation } from "./batches/cancel/handler.ts";
import { createBatchOperation } from "./batches/create/handler.ts";
import { batchEventsOperation } from "./batches/events/handler.ts";
import { getBatchOperation } from "./batches/get/handler.ts";
import { listBatchesOperation } from "./batches/list/handler.ts";
import { batchResultsOperation } from "./batches/results/handler.ts";
import { docsPageOperation } from "./docs/docs-page.ts";
import { errorsPageOperation } from "./docs/errors-page.ts";
import { estimateOperation } from "./estimate/handler.ts";
import { livezOperation } from "./health/livez.ts";
import { readyzOperation } from "./health/readyz.ts";
import type { Operation } from "./http/operation.ts";
import { cancelJobOperation } from "./jobs/cancel/handler.ts";
import { jobEventsOperation } from "./jobs/events/handler.ts";
import { getJobOperation } from "./jobs/get/handler.ts";
import { listJobsOperation } from "./jobs/list/handler.ts";
import { submitJobOperation } from "./jobs/submit/handler.ts";
import { getLimitsOperation } from "./limits/get/handler.ts";
import { getMetricsOperation } from "./metrics/get-metrics.ts";
import { openApiDocument } from "./openapi/openapi-document.ts";
import { openApiOperation } from "./openapi/openapi-operation.ts";
import { createEndpointOperation } from "./webhook-endpoints/create/handler.ts";
import { deleteEndpointOperation } from "./webhook-endpoints/delete/handler.ts";
import { getEndpointOperation } from "./webhook-endpoints/get/handler.ts";
import { listEndpointsOperation } from "./webhook-endpoints/list/handler.ts";
import { recoverEndpointOperation } from "./webhook-endpoints/recover/handler.ts";
import { testEndpointOperation } from "./webhook-endpoints/test/handler.ts";
import { updateEndpointOperation } from "./webhook-endpoints/update/handler.ts";
import { getWebhookSecretOperation } from "./webhook-secret/get/handler.ts";
import { rotateWebhookSecretOperation } from "./webhook-secret/rotate/handler.ts";
import { getUsageOperation } from "./usage/get/handler.ts";
import { version } from "./version.ts";

export const operations: readonly Operation[] = [
  submitJobOperation,
  listJobsOperation,
  getJobOperation,
  cancelJobOperation,
  jobEventsOperation,
  createBatchOperation,
  listBatchesOperation,
  getBatchOperation,
  cancelBatchOperation,
  batchEventsOperation,
  batchResultsOperation,
  getWebhookSecretOperation,
  rotateWebhookSecretOperation,
  createEndpointOperation,
  listEndpointsOperation,
  getEndpointOperation,
  updateEndpointOperation,
  deleteEndpointOperation,
  testEndpointOperation,
  recoverEndpointOperation,
  listDeliveriesOperation,
  // Before the paths with an id: the first path that fits answers.
  redeliverRangeOperation,
  getDeliveryOperation,
  redeliverOperation,
  getLimitsOperation,
  estimateOperation,
  getUsageOperation,
  getAdminUsageOperation,
  getMetricsOperation,
  createKeyOperation,
  listKeysOperation,
  updateKeyOperation,
  revokeKeyOperation,
  livezOperation,
  readyzOperation,
  openApiOperation(openApiText),
  docsPageOperation,
  errorsPageOperation,
];

/** The document as it is served at /openapi.json and kept in docs/openapi.json. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(operations, version), null, 2)}\n`;
}
