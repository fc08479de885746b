import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { z } from "zod";

/** What arrived at receivers: how long after the job's final state. */
export interface Receivers {
  /** One for each receiver. */
  urls: string[];
  /** Ms from the final state to the first arrival of its event, of one receiver, in the order of arrival. */
  delaysMsOf: (index: number) => readonly number[];
  /** Begins to count anew. */
  forget: () => void;
  stop: () => Promise<void>;
}

export interface ReceiversOptions {
  count: number;
  /** How long each takes to answer. */
  answerMs: number;
  /** One that takes everything and never answers. */
  hangs?: number | undefined;
}

const eventSchema = z.object({ data: z.object({ id: z.string(), finished_at: z.iso.datetime().transform((text) => Date.parse(text)) }) });

/** Receivers on ports of their own, so each is a target of its own. */
export async function startReceivers({ count, answerMs, hangs }: ReceiversOptions): Promise<Receivers> {
  const seen = new Set<string>();
  const delays = Array.from({ length: count }, (): number[] => []);
  const servers = delays.map((ofReceiver, index) =>
    createServer((request, response) => {
      const arrivedAtMs = Date.now();
      void readBody(request).then((body) => {
        const { id, finished_at: finishedAtMs } = eventSchema.parse(JSON.parse(body)).data;
        if (!seen.has(id)) ofReceiver.push(arrivedAtMs - finishedAtMs);
        seen.add(id);
        if (index !== hangs) setTimeout(() => response.writeHead(204).end(), answerMs);
      });
    }),
  );
  for (const server of servers) server.listen(0, "127.0.0.1");
  await Promise.all(servers.map((server) => once(server, "listening")));
  return {
    urls: servers.map((server) => `http://127.0.0.1:${portOf(server)}/hook`),
    delaysMsOf: (index) => delays[index] ?? [],
    forget() {
      for (const ofReceiver of delays) ofReceiver.length = 0;
    },
    async stop() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await Promise.all(servers.map((server) => once(server, "close")));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a receiver listens on no port");
  return address.port;
}
