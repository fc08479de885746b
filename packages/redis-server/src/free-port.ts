import { createServer } from "node:net";

/**
 * A loopback port nobody listens on at this moment. It lies below the range from which systems take the ports of outgoing
 * connections, so that it is still free when the same server is started on it again. Another process may take it before
 * the caller does: try again then.
 */
export async function findFreePort(random: () => number = Math.random): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(random() * 12_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
