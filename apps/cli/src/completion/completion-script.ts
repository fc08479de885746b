// Completion scripts that hold all the words themselves: a shell completes without starting Node.
import type { CommandTree, CompletedOption } from "./command-tree.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, tree: CommandTree): string {
  switch (shell) {
    case "bash":
      return bash(tree);
    case "zsh":
      return zsh(tree);
    case "fish":
      return fish(tree);
    default:
      return shell satisfies never;
  }
}

function names(option: CompletedOption): string[] {
  return option.short === undefined ? [option.long] : [option.short, option.long];
}

/** Each command with the words that lead to it. */
function paths(tree: CommandTree, before: readonly string[] = []): { path: readonly string[]; command: CommandTree }[] {
  return tree.subcommands.flatMap((command) => {
    const path = [...before, command.name];
    return [{ path, command }, ...paths(command, path)];
  });
}

function wordsOf({ subcommands, options, argumentChoices = [] }: CommandTree): string {
  return [...subcommands.map(({ name }) => name), ...argumentChoices, ...options.map(({ long }) => long), "--help"].join(" ");
}

function bash(tree: CommandTree): string {
  const choices = new Map<string, readonly string[]>();
  for (const { command } of paths(tree))
    for (const option of command.options) if (option.choices !== undefined) choices.set(option.long, option.choices);
  // The longest path first: `keys create` before `keys`.
  const commands = paths(tree).toSorted((one, other) => other.path.length - one.path.length);
  return [
    "# sluice completion for bash: source <(sluice completion bash)",
    "_sluice() {",
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=""',
    '  case "$before" in',
    ...[...choices].map(([long, values]) => `    ${long}) COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$word")); return ;;`),
    "  esac",
    '  case "${COMP_WORDS[*]:1:COMP_CWORD-1} " in',
    ...commands.map(({ path, command }) => `    "${path.join(" ")} "*) words="${wordsOf(command)}" ;;`),
    `    " ") words="${wordsOf(tree)}" ;;`,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    "}",
    "complete -o default -F _sluice sluice",
    "",
  ].join("\n");
}

function zsh(tree: CommandTree): string {
  const functions = [{ path: [], command: tree }, ...paths(tree)].map(({ path, command }) =>
    zshFunction(["_sluice", ...path].join("_"), command),
  );
  return [
    "#compdef sluice",
    "# sluice completion for zsh: source <(sluice completion zsh)",
    ...functions,
    "compdef _sluice sluice",
    "",
  ].join("\n");
}

function zshFunction(name: string, { subcommands, options, argumentChoices }: CommandTree): string {
  const specs = options.map(zshOption);
  if (subcommands.length === 0) specs.push(argumentChoices === undefined ? "'*:file:_files'" : `'1:value:(${argumentChoices.join(" ")})'`);
  else specs.push("'1:command:->command'", "'*::rest:->rest'");
  const lines = [`${name}() {`];
  if (subcommands.length > 0) lines.push("  local state line");
  lines.push(`  _arguments -C \\`, ...specs.map((spec) => `    ${spec} \\`), "    '--help[show help]'");
  if (subcommands.length > 0) {
    const described = subcommands.map((command) => `'${zshText(`${command.name}:${command.description}`)}'`).join(" ");
    lines.push(
      '  case "$state" in',
      `    command) local -a commands=(${described}); _describe command commands ;;`,
      '    rest) case "$line[1]" in',
      ...subcommands.map((command) => `      ${command.name}) ${name}_${command.name} ;;`),
      "    esac ;;",
      "  esac",
    );
  }
  return [...lines, "}"].join("\n");
}

function zshOption(option: CompletedOption): string {
  const value = !option.takesValue ? "" : option.choices === undefined ? ":value:_files" : `:value:(${option.choices.join(" ")})`;
  return names(option)
    .map((name) => `'${name}[${zshText(option.description).replaceAll(/[[\]]/g, "")}]${value}'`)
    .join(" ");
}

function zshText(text: string): string {
  return text.replaceAll("'", "’");
}

function fish(tree: CommandTree): string {
  const top = tree.subcommands.map(
    ({ name, description }) => `complete -c sluice -f -n __fish_use_subcommand -a ${name} -d ${fishText(description)}`,
  );
  const below = paths(tree).flatMap(({ path, command }) => {
    const condition = fishText(path.map((name) => `__fish_seen_subcommand_from ${name}`).join("; and "));
    const values = [
      ...command.subcommands.map(({ name, description }) => ({ name, description })),
      ...(command.argumentChoices ?? []).map((name) => ({ name, description: "" })),
    ];
    return [
      ...values.map(({ name, description }) => `complete -c sluice -f -n ${condition} -a ${name} -d ${fishText(description)}`),
      ...command.options.map((option) => `complete -c sluice -n ${condition} ${fishOption(option)}`),
    ];
  });
  return ["# sluice completion for fish: sluice completion fish | source", ...top, ...below, ""].join("\n");
}

function fishOption({ long, short, description, takesValue, choices }: CompletedOption): string {
  const parts = [
    `-l ${long.slice(2)}`,
    short && `-s ${short.slice(1)}`,
    takesValue && (choices === undefined ? "-r" : `-x -a ${fishText(choices.join(" "))}`),
    `-d ${fishText(description)}`,
  ];
  return parts.filter(Boolean).join(" ");
}

function fishText(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
