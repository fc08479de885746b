import { text } from "node:stream/consumers";
import { Command, Option } from "@commander-js/extra-typings";
import type { JobRequest } from "@sluice/client/jobs";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import { connect } from "../connect.ts";
import { jobLines } from "../output/job-text.ts";
import { printer } from "../output/printer.ts";
import { pair, seconds, wholeNumber } from "./option-values.ts";
import { examples, jsonOption, priorities } from "./shared-options.ts";
import { showFinal } from "./wait.ts";

/** Models and sizes for prompts that do not say their own, as the service's own defaults. */
export const defaultModel = "claude-haiku-4-5";
export const defaultMaxTokens = 1_024;

export function submitCommand(context: CliContext) {
  return new Command("submit")
    .description("hand in one job")
    .argument("[prompt]", "what to ask; `-` reads it from standard input")
    .option("--params <json>", "a whole Messages API body in the place of the prompt")
    .option("--model <model>", `model (${defaultModel})`)
    .option("--max-tokens <n>", `longest answer in tokens (${defaultMaxTokens})`, wholeNumber)
    .option("--system <text>", "system prompt")
    .option("--name <custom-id>", "your own name for the job")
    .addOption(new Option("--priority <priority>", "share of the capacity").choices(priorities))
    .option("--webhook <url>", "is called when the job is final")
    .option("--account <account>", "account to use")
    .option("--meta <name=value>", "a text kept with the job; may be repeated", pair)
    .option("--delay <time>", "is not started before, like 15m", seconds)
    .option("--expires <time>", "is given up when it was not started by then, like 1h", seconds)
    .option("--wait", "wait for the answer and show it")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(['sluice submit "Name three rivers." --wait', "git diff | sluice submit - --system 'Review this change.' --wait"]),
    )
    .action(async (prompt, options) => {
      const { client } = connect(context);
      const out = printer(context, options.json);
      const job = await client.jobs.submit(
        {
          ...requestOf(prompt === "-" ? await text(process.stdin) : prompt, options),
          custom_id: options.name,
          priority: options.priority,
          webhook_url: options.webhook,
          account: options.account,
          metadata: options.meta,
          delay_seconds: options.delay,
          expires_in_seconds: options.expires,
        },
        { signal: context.signal },
      );
      if (options.wait === true) showFinal(await client.jobs.wait(job.id, { signal: context.signal }), out);
      else out.print(job, () => jobLines(job, out));
    });
}

interface PromptOptions {
  params?: string;
  model?: string;
  maxTokens?: number;
  system?: string;
}

function requestOf(prompt: string | undefined, { params, model, maxTokens, system }: PromptOptions): Pick<JobRequest, "params" | "prompt"> {
  if (params !== undefined) {
    if (prompt !== undefined) throw new CliError("Give a prompt or --params, not both.");
    try {
      return { params: JSON.parse(params) };
    } catch (error) {
      throw new CliError("--params is not JSON.", undefined, error);
    }
  }
  if (prompt === undefined || prompt.trim() === "") throw new CliError("There is no prompt.");
  if (model === undefined && maxTokens === undefined && system === undefined) return { prompt };
  return {
    params: {
      model: model ?? defaultModel,
      max_tokens: maxTokens ?? defaultMaxTokens,
      messages: [{ role: "user", content: prompt }],
      ...(system !== undefined && { system }),
    },
  };
}
