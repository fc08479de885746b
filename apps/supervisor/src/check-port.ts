import { createServer } from "node:net";

/** The port of the API cannot be had. The message says what to do. */
class PortUnavailableError extends Error {
  override readonly name = "PortUnavailableError";
  readonly code = "port_unavailable";
}

/**
 * Looks whether the API will get its port, before anything is started.
 *
 * @throws PortUnavailableError
 */
export async function checkPort(port: number, host: string): Promise<void> {
  const problem = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (problem === undefined) return;
  if (problem === "EADDRINUSE") {
    throw new PortUnavailableError(
      `Port ${port} is in use. If Sluice runs there already, use it or stop it; else choose another port: PORT=${port + 1} npm start`,
    );
  }
  if (problem === "EACCES")
    throw new PortUnavailableError(`Port ${port} needs rights this user has not. Choose one from 1024 on: PORT=3000 npm start`);
  throw new PortUnavailableError(`The API cannot listen on ${host} port ${port} (${problem}). See PORT and SLUICE_HOST.`);
}
