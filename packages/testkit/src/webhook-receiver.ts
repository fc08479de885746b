import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { cleanUpAfterTests } from "./cleanup.ts";
import { waitUntil } from "./wait-until.ts";

export interface ReceivedRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The bytes as they came, as a signature covers them. */
  body: string;
  /** When the body was read whole, in ms since the epoch. */
  receivedAtMs: number;
}

/** What one request gets. `hang` never answers; `reset` resets the connection once the body was read. */
export type Answer = { status: number; body?: string; headers?: Record<string, string>; delayMs?: number } | "hang" | "reset";

export interface WebhookReceiver {
  url: string;
  /** Every request so far, in the order their bodies were complete. */
  requests: readonly ReceivedRequest[];
  /** Answers for the next requests, in this order; after them comes the usual one. */
  answerNext: (...answers: Answer[]) => void;
  /** The answer from now on: one, or chosen per request. At first `{ status: 200 }`. */
  answerAlways: (answer: Answer | ((request: ReceivedRequest) => Answer)) => void;
  /** Waits until that many requests came in (that fit, when told), and gives them. */
  waitFor: (count: number, options?: { timeoutMs?: number; fits?: (request: ReceivedRequest) => boolean }) => Promise<ReceivedRequest[]>;
  stop: () => Promise<void>;
}

/** A real HTTP server on loopback that records what it gets and answers as told. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const requests: ReceivedRequest[] = [];
  const next: Answer[] = [];
  let usual: (request: ReceivedRequest) => Answer = () => ({ status: 200 });

  const server = createServer((message, response) => {
    // A client that goes away in the middle is part of some tests and no request.
    handle(message, response).catch(() => response.destroy());
  });
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(message);
    requests.push(request);
    await answer(next.shift() ?? usual(request), message, response);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    requests,
    answerNext: (...answers) => next.push(...answers),
    answerAlways(answer) {
      usual = typeof answer === "function" ? answer : () => answer;
    },
    async waitFor(count, { timeoutMs = 10_000, fits = () => true } = {}) {
      const fitting = () => requests.filter(fits);
      await waitUntil(() => fitting().length >= count, { timeoutMs, describe: `${count} requests at the receiver` }).catch(
        (error: unknown) => {
          throw new Error(`There were ${fitting().length} of ${count} requests after ${timeoutMs} ms.`, { cause: error });
        },
      );
      return fitting();
    },
    stop: cleanUpAfterTests(async () => {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    }),
  };
}

async function readRequest(message: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return {
    method: message.method ?? "",
    path: message.url ?? "",
    headers: message.headers,
    body: Buffer.concat(chunks).toString("utf8"),
    receivedAtMs: Date.now(),
  };
}

async function answer(how: Answer, message: IncomingMessage, response: ServerResponse): Promise<void> {
  if (how === "hang") return;
  if (how === "reset") {
    message.socket.resetAndDestroy();
    return;
  }
  if (how.delayMs) await delay(how.delayMs);
  response.writeHead(how.status, how.headers).end(how.body);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The receiver does not listen on a port.");
  return address.port;
}
