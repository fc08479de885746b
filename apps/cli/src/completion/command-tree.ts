import type { CommandUnknownOpts } from "@commander-js/extra-typings";

export interface CompletedOption {
  long: string;
  short: string | undefined;
  description: string;
  takesValue: boolean;
  /** The only values there are. */
  choices: readonly string[] | undefined;
}

/** What a shell needs to know of a command. */
export interface CommandTree {
  name: string;
  description: string;
  options: readonly CompletedOption[];
  /** Values of its first argument; undefined: any, file names are offered. */
  argumentChoices: readonly string[] | undefined;
  subcommands: readonly CommandTree[];
}

export function commandTree(command: CommandUnknownOpts): CommandTree {
  return {
    name: command.name(),
    description: command.description(),
    options: command.options.map(({ long, short, description, required, optional, argChoices }) => ({
      long: long ?? "",
      short,
      description,
      takesValue: required || optional,
      choices: argChoices,
    })),
    argumentChoices: command.registeredArguments[0]?.argChoices,
    subcommands: command.commands.map(commandTree),
  };
}
