// A contestant in a process of its own, so that none shares an event loop with another or with what measures it.
import { endWithParent } from "../end-with-parent.ts";
import { loadPeer } from "../peers/catalog.ts";
import type { RunningPeer } from "../peers/peer.ts";
import { type Order, orderSchema, type Report } from "./messages.ts";

let running: RunningPeer | undefined;
const ended = new AbortController();

function report(message: Report): void {
  process.send?.(message);
}

async function follow(order: Order): Promise<void> {
  switch (order.order) {
    case "start": {
      const peer = await loadPeer(order.peer);
      running = await peer.start(order.context);
      return report({ report: "started" });
    }
    case "run": {
      if (running === undefined) throw new Error("It was not started.");
      const outcomes = await running.run(order.jobs, ended.signal);
      const ownFigures = running.ownFigures?.(order.jobs.length) ?? null;
      return report({ report: "ran", outcomes, toldStarts: running.toldStarts?.() ?? [], ownFigures });
    }
    case "end":
      return ended.abort();
    case "stop":
      await running?.stop();
      return report({ report: "stopped" });
  }
}

process.on("message", (message) => {
  follow(orderSchema.parse(message)).catch((error: unknown) => {
    report({ report: "broke", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  });
});
// A library that leaves an error unhandled must not end the contestant: others would go on, too.
process.on("unhandledRejection", () => {});

// What was started is ended by its own "exit" handler.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
endWithParent();
