import { createServer } from "node:http";
import { createControl, type SimulatorControl } from "./control/control.ts";
import { handleRequest } from "./http/handle-request.ts";
import type { Limits } from "./limits/limits.ts";
import { defaultOptions, type SimulatorOptions } from "./options.ts";
import { createParts } from "./parts.ts";

export interface Simulator {
  /** `http://host:port`, to be used as the base URL of a Claude client. */
  readonly url: string;
  readonly port: number;
  readonly control: SimulatorControl;
  /** Breaks all connections and resolves when none is left. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

/** A burst of thousands of new connections is not turned away; the system's own maximum may be lower. */
const waitingConnectionsMax = 4096;

/**
 * Starts a Claude API that enforces its limits, in this process. Resolves when it serves.
 *
 * @throws an error when the port is taken, the questions file cannot be read or the fault rates add up to more than 1
 */
export async function startSimulator(
  options: Partial<Omit<SimulatorOptions, "limits">> & { limits?: Partial<Limits> } = {},
): Promise<Simulator> {
  const complete = { ...defaultOptions, ...options, limits: { ...defaultOptions.limits, ...options.limits } };
  const parts = createParts(complete);
  const control = createControl(parts);
  const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 }, (request, response) => {
    void handleRequest(parts, control, request, response);
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: complete.port, host: complete.host, backlog: waitingConnectionsMax }, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : complete.port;

  let stopped: Promise<void> | undefined;
  return {
    url: `http://${complete.host.includes(":") ? `[${complete.host}]` : complete.host}:${port}`,
    port,
    control,
    stop: () => {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        // Each broken connection ends its own call: timers, holds and long polls go with it.
        server.closeAllConnections();
      });
      return stopped;
    },
  };
}
