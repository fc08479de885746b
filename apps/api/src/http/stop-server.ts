import type { Server } from "node:http";

/** An answer that had begun before the stop leaves its connection open and idle; Node tells nobody when. */
const idleCheckMs = 20;

/** Takes no new connection, closes idle ones at once and the others after their answer, or after `graceMs`. */
export async function stopServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
  const grace = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(grace);
}
