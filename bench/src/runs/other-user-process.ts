// Somebody else with the same key: sends at a steady pace and never looks at the answers.
import { endWithParent } from "../end-with-parent.ts";
import { ask, createClaude } from "../peers/claude.ts";

endWithParent();

const [baseUrl = "", apiKey = "", model = "", requestsPerMinute = ""] = process.argv.slice(2);
const claude = createClaude({ baseUrl, apiKey }, 0);
const intervalMs = 60_000 / Number(requestsPerMinute);

function begin(): void {
  const start = performance.now();
  let sent = 0;
  const sendDue = () => {
    // By the clock, not by the timer's beat, which drifts.
    for (; sent * intervalMs <= performance.now() - start; sent += 1) {
      const prompt = `Other ${sent}. Is this message spam? Answer yes or no.`;
      ask(claude, { model }, { prompt, maxTokens: 100 }).catch(() => {});
    }
  };
  sendDue();
  setInterval(sendDue, 10);
}

process.on("message", begin);
process.send?.("ready");
