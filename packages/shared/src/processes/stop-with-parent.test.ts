import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const script = fileURLToPath(new URL("testing/orphan.ts", import.meta.url));

async function startFamily(): Promise<{ parent: ChildProcess; child: Socket }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address ? String(address.port) : "";
  const parent = spawn(process.execPath, [script, "parent", port], { stdio: "inherit" });
  const [child]: Socket[] = await once(server, "connection");
  if (!child) throw new Error("The child did not connect.");
  child.setEncoding("utf8");
  const [pid]: string[] = await once(child, "data");
  // Should it fail to stop.
  onTestFinished(() => void (child.closed || process.kill(Number(pid), "SIGKILL")));
  return { parent, child };
}

// Several, because a logger's last writes race with the end.
test.each([1, 2, 3, 4, 5])("a process whose parent is killed stops in order and is gone (%i)", async () => {
  const { parent, child } = await startFamily();
  parent.kill("SIGKILL");
  expect(await once(child, "data")).toEqual(["stopped\n"]);
  // The kernel closes the connection when the process is gone, and only then.
  await once(child, "close");
});
