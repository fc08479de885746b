import { Argument, Command } from "@commander-js/extra-typings";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CliContext } from "../cli-context.ts";
import { commandTree } from "../completion/command-tree.ts";
import { completionScript, shells } from "../completion/completion-script.ts";
import { examples } from "./shared-options.ts";

/** @param program gives the whole command line, once it is built */
export function completionCommand({ stdout }: CliContext, program: () => CommandUnknownOpts) {
  return new Command("completion")
    .description("print the completion script of a shell")
    .addArgument(new Argument("<shell>", "your shell").choices(shells))
    .addHelpText(
      "after",
      examples(["source <(sluice completion bash)", "source <(sluice completion zsh)", "sluice completion fish | source"]),
    )
    .action((shell) => void stdout.write(completionScript(shell, commandTree(program()))));
}
