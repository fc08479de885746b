import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { findFreePort } from "@sluice/redis-server/free-port";
import { cleanUpAfterTests } from "./cleanup.ts";

export interface Proxy {
  /** The target's address with the proxy's host and port in its place. */
  url: string;
  /** Resets the connections there are; new ones are let through. */
  cut: () => void;
  /** Resets the connections there are and refuses new ones, as a host whose process is gone. */
  refuse: () => Promise<void>;
  /** Keeps all connections, accepts new ones, and holds back every byte, as a network that lost its way. */
  silence: () => void;
  /** Lets everything through again, with the bytes that were held back. */
  restore: () => Promise<void>;
  /** Connections there are now. */
  connections: () => number;
  stop: () => Promise<void>;
}

/**
 * A TCP proxy on loopback in front of Redis, Claude or a receiver.
 *
 * @param target `redis://host:port`, `http://host:port`, or the path of a unix socket (taken for a Redis).
 */
export async function startProxy(target: string): Promise<Proxy> {
  const links = new Set<{ client: Socket; upstream: Socket }>();
  const port = await findFreePort();
  let silent = false;
  let server: Server | undefined;

  const listen = async () => {
    server = createServer({ allowHalfOpen: true }, accept);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const accept = (client: Socket) => {
    const link = { client, upstream: connectTo(target) };
    links.add(link);
    for (const socket of [client, link.upstream]) {
      socket.on("error", () => reset(link));
      socket.on("close", () => reset(link));
    }
    if (!silent) forward(link);
  };
  const reset = (link: { client: Socket; upstream: Socket }) => {
    if (!links.delete(link)) return;
    // An orderly end lets the bytes under way arrive; otherwise the other side sees a reset (Node has none for unix sockets).
    if (link.client.writableEnded) link.client.destroySoon();
    else link.client.resetAndDestroy();
    link.upstream.destroy();
  };
  const cut = () => {
    for (const link of links) reset(link);
  };
  const refuse = async () => {
    const closed = server && once(server, "close");
    server?.close();
    server = undefined;
    cut();
    await closed;
  };

  await listen();
  return {
    url: target.startsWith("http://") ? `http://127.0.0.1:${port}` : `redis://127.0.0.1:${port}`,
    cut,
    refuse,
    silence() {
      silent = true;
      for (const { client, upstream } of links) {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }
    },
    async restore() {
      silent = false;
      for (const link of links) forward(link);
      if (!server) await listen();
    },
    connections: () => links.size,
    stop: cleanUpAfterTests(refuse),
  };
}

function forward({ client, upstream }: { client: Socket; upstream: Socket }): void {
  client.unpipe(upstream).pipe(upstream);
  upstream.unpipe(client).pipe(client);
}

function connectTo(target: string): Socket {
  if (target.startsWith("/")) return connect({ path: target, allowHalfOpen: true });
  const { hostname, port } = new URL(target);
  return connect({ host: hostname, port: Number(port), allowHalfOpen: true });
}
