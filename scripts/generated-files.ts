// The files, and parts of files, that are made from code. One entry each; a test compares them with what is committed.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { metricsTable } from "../apps/api/src/metrics/metrics-table.ts";
import { openApiText } from "../apps/api/src/operations.ts";
import { errorsMarkdown } from "../apps/api/src/problems/errors-markdown.ts";
import { settingsTable } from "../packages/shared/src/config/settings-table.ts";
import { settings } from "../packages/shared/src/config/settings.ts";
import { tiersTable } from "../packages/shared/src/limits/tiers-table.ts";
import { webhookSettings } from "../packages/shared/src/webhooks/webhook-settings.ts";
import { clientTypes } from "./client-types.ts";

export interface GeneratedFile {
  /** From the root of the repository. */
  path: string;
  /** The file's text as it should be, given as it is; undefined: there is nothing to write. */
  render: (current: string | undefined) => string | undefined;
}

const generatedFiles: readonly GeneratedFile[] = [
  { path: "docs/openapi.json", render: openApiText },
  { path: "docs/errors.md", render: errorsMarkdown },
  { path: "packages/client/src/generated/api-types.ts", render: () => clientTypes(openApiText()) },
  { path: "README.md", render: between("settings", () => settingsTable({ ...settings, ...webhookSettings })) },
  { path: "README.md", render: between("bench", benchTables) },
  { path: "docs/tiers.md", render: between("tiers", tiersTable) },
  { path: "docs/metrics.md", render: between("metrics", metricsTable) },
];

/** The files whose text is not what it should be, with the text that it should be. A file may have several generated parts. */
export function outdatedFiles(): { path: string; text: string }[] {
  return [...Map.groupBy(generatedFiles, ({ path }) => path)].flatMap(([path, parts]) => {
    const file = pathInRepository(path);
    const current = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    const text = parts.reduce((before, { render }) => render(before), current);
    return text === undefined || text === current ? [] : [{ path, text }];
  });
}

export function pathInRepository(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** What the report of the last full run of the bench says of all scenarios together. */
function benchTables(): string {
  const [, overAll = ""] = readFileSync(pathInRepository("bench/results/peers.md"), "utf8").split("## All scenarios\n");
  const [tables = ""] = overAll.split("\n## ");
  return tables.trim().replaceAll("](../src/", "](bench/src/");
}

/**
 * A part of a file that is written by hand, between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error when a file that is there lacks the marks
 */
function between(name: string, part: () => string): GeneratedFile["render"] {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  return (current) => {
    if (current === undefined) return undefined;
    const [before, inside, ...more] = current.split(open);
    const after = inside?.split(close);
    if (before === undefined || after?.length !== 2 || more.length > 0) throw new Error(`the marks ${open} … ${close} must stand once`);
    return `${before}${open}\n\n${part()}\n\n${close}${after[1]}`;
  };
}
