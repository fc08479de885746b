// The process Sluice's API is compared with: what one writes in ten minutes to queue prompts, and nothing else. No key, no
// checks, no record, no idempotency. Settings: PORT, REDIS_URL.
import { once } from "node:events";
import { Queue } from "bullmq";
import express from "express";
import { endWithParent } from "../end-with-parent.ts";

endWithParent();

const { PORT, REDIS_URL = "" } = process.env;

const queue = new Queue("prompts", { connection: { path: REDIS_URL } });
await queue.waitUntilReady();

const app = express();
app.use(express.json({ limit: "32mb" }));
app.post("/v1/jobs", async (request, response) => {
  const job = await queue.add("prompt", request.body);
  response.status(202).json({ id: job.id });
});

const server = app.listen(Number(PORT), "127.0.0.1");
await once(server, "listening");
