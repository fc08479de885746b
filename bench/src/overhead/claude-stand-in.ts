import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { z } from "zod";

/**
 * The least that a worker takes for Claude: it answers at once and notes when each prompt arrived, on the clock of this
 * process. The simulator would do too, but its clock is another process' and whole milliseconds.
 */
export interface ClaudeStandIn {
  url: string;
  /** `performance.now()` of the moment the request with this prompt had arrived with its headers. */
  arrivalOf: (prompt: string) => Promise<number>;
  stop: () => Promise<void>;
}

const body = z.looseObject({ model: z.string(), messages: z.tuple([z.object({ content: z.string() })]) });

export async function startClaudeStandIn(): Promise<ClaudeStandIn> {
  const arrivals = new Map<string, number>();
  const events = new EventEmitter<{ arrival: [] }>().setMaxListeners(0);

  const server = createServer((request, response) => {
    const arrivedAtMs = performance.now();
    void readBody(request).then((text) => {
      const { model, messages } = body.parse(JSON.parse(text));
      arrivals.set(messages[0].content, arrivedAtMs);
      response.writeHead(200, { "content-type": "application/json", "request-id": `req_${arrivals.size}` }).end(answer(model));
      events.emit("arrival");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stand-in listens on no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    async arrivalOf(prompt) {
      for (;;) {
        const arrivedAtMs = arrivals.get(prompt);
        if (arrivedAtMs !== undefined) return arrivedAtMs;
        await once(events, "arrival", { signal: AbortSignal.timeout(30_000) });
      }
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function answer(model: string): string {
  return JSON.stringify({
    id: "msg_bench",
    type: "message",
    role: "assistant",
    model,
    content: [{ type: "text", text: "billing" }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 200, output_tokens: 2 },
  });
}
