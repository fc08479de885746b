import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { z } from "zod";

export interface WebhookCounter {
  url: string;
  /** Ids of the events whose signature was right. */
  verified: ReadonlySet<string>;
  /** Requests that were not a signed event. */
  refused: () => number;
  stop: () => void;
}

const eventSchema = z.object({ type: z.string(), data: z.object({ id: z.string() }) });

/** Receives webhooks on a free port of this machine, and checks each with the public Standard Webhooks library. */
export async function startWebhookCounter(secret: string): Promise<WebhookCounter> {
  const webhook = new Webhook(secret);
  const verified = new Set<string>();
  let refused = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      try {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
        const event = eventSchema.parse(webhook.verify(Buffer.concat(chunks).toString(), headers));
        verified.add(`${event.data.id} ${headers["webhook-id"]}`);
        response.writeHead(204).end();
      } catch {
        refused += 1;
        response.writeHead(400).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    verified,
    refused: () => refused,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
