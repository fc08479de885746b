// Receives Sluice's webhooks. Settings: WEBHOOK_SECRET (GET /v1/webhook-secret shows it), PORT.
import { env } from "node:process";
import express from "express";
import { Webhook } from "standardwebhooks";

const { WEBHOOK_SECRET = "", PORT = "4000" } = env;
const webhook = new Webhook(WEBHOOK_SECRET);

/** Ids of events that were taken. In earnest: a table with a unique key, in the same database as what is done with them. */
const taken = new Set();

const app = express();
// The bytes as they came: a body that was parsed and written again does not fit its signature.
app.post("/hook", express.raw({ type: "application/json", limit: "1mb" }), (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers);
  } catch {
    response.sendStatus(400);
    return;
  }
  // Answered first and worked on later; an event that comes again is answered again, and nothing more.
  response.sendStatus(204);
  const id = request.headers["webhook-id"];
  if (taken.has(id)) return;
  taken.add(id);
  setImmediate(() => work(id, event));
});

function work(id, { type, data }) {
  console.log(JSON.stringify({ event: "receiver.took", id, type, subject: data.id, result: data.result ?? data.result_url }));
}

const server = app.listen(Number(PORT), () => {
  console.log(JSON.stringify({ event: "receiver.listening", url: `http://localhost:${server.address().port}/hook` }));
});
process.on("SIGTERM", () => server.close());
