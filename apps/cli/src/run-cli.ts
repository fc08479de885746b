import { Command, CommanderError } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CliContext } from "./cli-context.ts";
import { exitCodes } from "./cli-error.ts";
import { completionCommand } from "./commands/completion.ts";
import { deliveriesCommand } from "./commands/deliveries.ts";
import { estimateCommand } from "./commands/estimate.ts";
import { keysCommand } from "./commands/keys.ts";
import { limitsCommand } from "./commands/limits.ts";
import { batchesCommand, lsCommand, resultsCommand } from "./commands/ls.ts";
import { runCommand } from "./commands/run.ts";
import { submitCommand } from "./commands/submit.ts";
import { usageCommand } from "./commands/usage.ts";
import { cancelCommand, getCommand, waitCommand } from "./commands/wait.ts";
import { describeError } from "./connect.ts";
import { wantsColours } from "./output/printer.ts";
import { coloured, plain } from "./output/paint.ts";

const surroundings = `
SLUICE_URL      where Sluice is (http://localhost:3000)
SLUICE_API_KEY  your key; on the machine of \`npm start\` its own key is found
NO_COLOR        no colours

Examples:
  $ sluice submit "Name three rivers." --wait
  $ sluice run prompts.jsonl -o results.jsonl
  $ sluice limits
`;

/** Runs one command line. @returns the exit code */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const program = new Command("sluice").description("Prompts to Claude through Sluice, as fast as the account allows.");
  program.addHelpText("after", surroundings);
  const commands = [
    runCommand(context),
    estimateCommand(context),
    submitCommand(context),
    getCommand(context),
    waitCommand(context),
    cancelCommand(context),
    lsCommand(context),
    batchesCommand(context),
    resultsCommand(context),
    limitsCommand(context),
    usageCommand(context),
    deliveriesCommand(context),
    keysCommand(context),
    completionCommand(context, () => program),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of withSubcommands(program)) {
    command
      .exitOverride()
      .showHelpAfterError("(--help shows what there is)")
      .configureOutput({ writeOut: (text) => context.stdout.write(text), writeErr: (text) => context.stderr.write(text) });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // It has said what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    const paint = wantsColours(context.stderr, context.environment) ? coloured : plain;
    const { message, exitCode } = describeError(error);
    context.stderr.write(`${paint("red", "✗")} ${message}\n`);
    return exitCode;
  }
}

function withSubcommands(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
