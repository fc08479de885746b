import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import type { PeerContext } from "../peers/peer.ts";

export interface OtherUser {
  begin: () => void;
  stop: () => Promise<void>;
}

const script = fileURLToPath(new URL("other-user-process.ts", import.meta.url));

/** A client of the same account that knows nothing of the contestant. It is ready to begin when this resolves. */
export async function startOtherUser({ baseUrl, apiKey, model }: PeerContext, requestsPerMinute: number): Promise<OtherUser> {
  const { PATH, HOME } = process.env;
  const child = fork(script, [baseUrl, apiKey, model, String(requestsPerMinute)], { env: { PATH, HOME } });
  const exited = once(child, "exit");
  const stop = cleanUpAfterTests(
    async () => {
      child.kill("SIGKILL");
      await exited;
    },
    () => child.kill("SIGKILL"),
  );
  await once(child, "message", { signal: AbortSignal.timeout(20_000) });
  return { begin: () => child.send("begin"), stop };
}
