import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "../../packages/redis-server/src/free-port.ts";
import { cleanUpAfterTests } from "../../packages/testkit/src/cleanup.ts";
import { waitUntil } from "../../packages/testkit/src/wait-until.ts";

const configuration = readFileSync(fileURLToPath(new URL("../nginx.conf", import.meta.url)), "utf8");

export const hasNginx = spawnSync("nginx", ["-v"]).status === 0;

export interface RunningNginx {
  url: string;
  /** Lines of its access log so far. */
  accessLog: () => string;
}

/**
 * Starts nginx with the configuration of the deployment, but for addresses and paths: a free port, the API at `apiUrl`
 * instead of its name in compose's network, and a folder of its own instead of /tmp. Ended after the test.
 */
export async function startNginx(apiUrl: string): Promise<RunningNginx> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-nginx-"));
  const port = await findFreePort();
  let text = replace(configuration, "server api:3000 resolve ", `server ${new URL(apiUrl).host} `);
  text = replace(text, "listen 8080 ", `listen 127.0.0.1:${port} `);
  text = replace(text, "/tmp/", `${folder}/`);
  // Node gives a child a socket for standard output, which cannot be opened by name.
  text = replace(text, "/dev/stdout", `${folder}/access.log`);
  writeFileSync(join(folder, "nginx.conf"), text);

  // Its processes would become another user's when root starts them, and could not write to the folder.
  const user = process.getuid?.() === 0 ? "user root; " : "";
  const child = spawn("nginx", ["-p", folder, "-e", "stderr", "-c", "nginx.conf", "-g", `${user}daemon off;`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = once(child, "exit");
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  cleanUpAfterTests(
    async () => {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
    () => child.kill("SIGTERM"),
  );

  await waitUntil(() => child.exitCode !== null || accepts(port), { describe: "nginx to listen" });
  if (child.exitCode !== null) throw new Error(`nginx ended with code ${child.exitCode}.\n${errors}`);
  return { url: `http://127.0.0.1:${port}`, accessLog: () => readFileSync(join(folder, "access.log"), "utf8") };
}

function replace(text: string, part: string, replacement: string): string {
  if (!text.includes(part)) throw new Error(`nginx.conf has no "${part}", in the place of which tests put something else.`);
  return text.replaceAll(part, replacement);
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } finally {
    socket.destroy();
  }
}
