// For the test of stopWithParent. As `parent`: starts itself as `child` the way the supervisor starts its processes.
// As `child`: tells the test over TCP its number and that it stopped, and logs meanwhile.
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { createLogger } from "../../logging/logger.ts";
import { stopWithParent } from "../stop-with-parent.ts";

const [role, port = ""] = process.argv.slice(2);

if (role === "parent") {
  const child = spawn(process.execPath, [import.meta.filename, "child", port], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  child.stdout?.resume();
} else {
  const log = createLogger({ process: "orphan", level: "info" });
  const socket = connect(Number(port), "127.0.0.1");
  stopWithParent(() => {
    log.info({ event: "orphan.stopping" });
    console.error("stopping");
    socket.write("stopped\n", () => {
      log.info({ event: "orphan.stopped" });
      process.exit(0);
    });
  });
  socket.write(`${process.pid}\n`);
}
