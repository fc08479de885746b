import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";

export interface Trap {
  port: number;
  /** Connections that came in so far. */
  connections: () => number;
  /** Bytes that came in so far, over all connections. */
  bytes: () => number;
}

/** A service on loopback that nobody should reach. It counts who does, and hangs up. */
export async function startTrap(): Promise<Trap> {
  let connections = 0;
  let bytes = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      socket.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUpAfterTests(async () => {
    server.close();
    await Promise.resolve();
  });
  return { port: portOf(server), connections: () => connections, bytes: () => bytes };
}

export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return address.port;
}
