// A wire to Redis that can be told to break at one command: the exact line of the worker at which something happens.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";

/** What happens to the connection that sends the command. */
type Break =
  /** The command is not passed on, nor is anything after it. */
  | "stop"
  /** It is passed on; its reply and all later ones are held back. */
  | "mute";

export interface Wire {
  /** For `REDIS_URL`. */
  url: string;
  /** Breaks the connection at the first command that contains all the texts; resolves when it has come. */
  breakAt: (how: Break, texts: readonly string[]) => Promise<void>;
  /** Lets the replies through that were held back, and all later ones. */
  restore: () => void;
  /** Resets all connections, with the replies that were held back; new ones are let through. */
  cut: () => void;
}

interface Link {
  client: Socket;
  redis: Socket;
  broken?: Break;
}

interface Plan {
  how: Break;
  texts: readonly string[];
  met: () => void;
}

/** @param target path of a unix socket, or `redis://host:port` */
export async function startWire(target: string): Promise<Wire> {
  const links = new Set<Link>();
  let plan: Plan | undefined;

  const server = createServer((client) => {
    const link: Link = { client, redis: connectTo(target) };
    links.add(link);
    const end = () => {
      links.delete(link);
      client.destroy();
      link.redis.destroy();
    };
    for (const socket of [client, link.redis]) socket.on("error", end).on("close", end);

    client.on("data", (bytes) => {
      if (link.broken === undefined && plan && isMet(plan, bytes)) {
        link.broken = plan.how;
        if (link.broken === "mute") link.redis.pause();
        plan.met();
        plan = undefined;
      }
      if (link.broken !== "stop") link.redis.write(bytes);
    });
    link.redis.on("data", (bytes) => client.write(bytes));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const { client } of links) client.resetAndDestroy();
  };
  cleanUpAfterTests(async () => {
    server.close();
    cut();
    await Promise.resolve();
  });

  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The wire does not listen on a port.");
  return {
    url: `redis://127.0.0.1:${address.port}`,
    breakAt: (how, texts) =>
      new Promise((resolve) => {
        plan = { how, texts, met: resolve };
      }),
    restore() {
      for (const link of links) {
        delete link.broken;
        link.redis.resume();
      }
    },
    cut,
  };
}

/** A command that follows a reply, as all of one attempt do, comes in a piece of its own. */
function isMet({ texts }: Plan, bytes: Buffer): boolean {
  return texts.every((text) => bytes.includes(text));
}

function connectTo(target: string): Socket {
  if (target.startsWith("/")) return connect({ path: target });
  const { hostname, port } = new URL(target);
  return connect({ host: hostname, port: Number(port) });
}
