// A delivery worker as a process of its own, for tests that kill it; takes the address of Redis. Each body it renders differs from every other one.
import { randomUUID } from "node:crypto";
import { createLogger } from "@sluice/shared/logging/logger";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { parseAddressRange } from "@sluice/shared/webhooks/address-guard";
import { openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { createDeliveryWorker } from "../delivery-worker.ts";

const log = createLogger({ process: "delivery-worker", level: "info" });
const redis = connectForWorker(process.argv[2] ?? "");
const worker = createDeliveryWorker({
  redis,
  deliveries: openDeliveriesQueue(redis),
  log,
  policy: { allowPrivate: [parseAddressRange("127.0.0.0/8")], ports: [] },
  timeoutMs: 5_000,
  scheduleMs: [0, 100, 100],
  concurrency: 10,
  retentionMs: 60_000,
  renderBody: () => Promise.resolve(JSON.stringify({ rendered: randomUUID() })),
  lockMs: 1_000,
  stalledCheckMs: 500,
});
await worker.start();
log.info({ event: "delivery-worker.started" });

process.on("SIGTERM", () => {
  void worker.stop(0).then(() => process.exit(0));
});
