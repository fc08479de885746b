import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { cleanUpAfterTests } from "../../packages/testkit/src/cleanup.ts";

export interface Upstream {
  url: string;
  /** Every request so far. */
  requests: readonly IncomingMessage[];
  /** What answers from now on. */
  answerWith: (listener: RequestListener) => void;
  stop: () => Promise<void>;
}

/** A server on loopback in the place of the API. */
export async function startUpstream(listener: RequestListener = (_, response) => response.end()): Promise<Upstream> {
  const requests: IncomingMessage[] = [];
  let answer = listener;
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    answerWith: (next) => (answer = next),
    stop: cleanUpAfterTests(async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    }),
  };
}
