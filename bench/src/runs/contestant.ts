import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import type { PeerName } from "../peers/catalog.ts";
import type { OwnFigures } from "../measures/own-figures.ts";
import type { ToldStart } from "../measures/start-times.ts";
import type { Job, Outcome, PeerContext } from "../peers/peer.ts";
import { type Order, type Report, reportSchema } from "./messages.ts";

interface Ran {
  /** One for each job. */
  outcomes: Outcome[];
  toldStarts: ToldStart[];
  ownFigures: OwnFigures | null;
}

export interface Contestant {
  /** Resolves when all jobs are over, at the latest soon after {@link Contestant.end}. */
  run: (jobs: readonly Job[]) => Promise<Ran>;
  /** The time is over. */
  end: () => void;
  stop: () => Promise<void>;
}

const script = fileURLToPath(new URL("contestant-process.ts", import.meta.url));

const startMsMax = 120_000;
const stopMsMax = 20_000;

/** Starts a contestant's process. Its methods reject when it breaks or ends. */
export async function startContestant(peer: PeerName, context: PeerContext): Promise<Contestant> {
  const { PATH, HOME } = process.env;
  const child = fork(script, { env: { PATH, HOME } });
  const exited = once(child, "exit");
  const stop = cleanUpAfterTests(
    async () => {
      const stopped = waitFor("stopped", stopMsMax);
      order({ order: "stop" });
      await stopped.catch(() => {});
      // Its end by SIGTERM ends what it has started.
      child.kill("SIGTERM");
      await exited;
    },
    () => child.kill("SIGTERM"),
  );

  function order(message: Order): void {
    if (child.connected) child.send(message);
  }

  function waitFor<Kind extends Report["report"]>(kind: Kind, timeoutMs?: number): Promise<Extract<Report, { report: Kind }>> {
    return new Promise((resolve, reject) => {
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => fail(`did not report ${kind} within ${timeoutMs} ms`), timeoutMs);
      const settle = () => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", onExit);
      };
      const fail = (reason: string) => {
        settle();
        reject(new Error(`${peer} ${reason}`));
      };
      const isWanted = (report: Report): report is Extract<Report, { report: Kind }> => report.report === kind;
      const onExit = () => fail(`ended before it reported ${kind}`);
      const onMessage = (message: unknown) => {
        const report = reportSchema.parse(message);
        if (report.report === "broke") return fail(`broke: ${report.message}`);
        if (!isWanted(report)) return;
        settle();
        resolve(report);
      };
      child.on("message", onMessage).on("exit", onExit);
    });
  }

  const started = waitFor("started", startMsMax);
  order({ order: "start", peer, context });
  try {
    await started;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async run(jobs) {
      const ran = waitFor("ran");
      order({ order: "run", jobs: [...jobs] });
      return await ran;
    },
    end: () => order({ order: "end" }),
    stop,
  };
}
