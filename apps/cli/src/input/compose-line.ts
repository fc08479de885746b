import type { BatchLine } from "@sluice/client/batches";
import { InputProblemError } from "./input-problem.ts";
import { fillTemplate } from "./prompt-template.ts";
import type { InputRecord } from "./read-records.ts";

/** How a record becomes a request. */
export interface LineOptions {
  /** A prompt with `{{column}}`s; unset: the column `prompt`, or the line itself. */
  prompt: string | undefined;
  /** For requests that do not say it themselves. */
  model: string;
  maxTokens: number;
  system: string | undefined;
  /** The column with the line's own name; unset: `custom_id`, else `id`, else `line-` and the number of the line. */
  idColumn: string | undefined;
}

const idPattern = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * The request of a record: a line of the Message Batches API as it is, a `prompt`, or what the template makes of its columns.
 *
 * @throws InputProblemError
 */
export function composeLine(record: InputRecord, options: LineOptions): BatchLine {
  const { fields, line } = record;
  const defaults = { model: options.model, max_tokens: options.maxTokens, ...(options.system !== undefined && { system: options.system }) };
  const custom_id = idOf(record, options.idColumn);
  const { params } = fields;
  if (isObject(params)) return { custom_id, params: { ...defaults, messages: [], ...params } };
  if (params !== undefined && options.prompt === undefined) throw new InputProblemError(line, "`params` is not an object");
  return { custom_id, params: { ...defaults, messages: [{ role: "user", content: promptOf(record, options.prompt) }] } };
}

function idOf({ fields, line }: InputRecord, column: string | undefined): string {
  if (column !== undefined && !Object.hasOwn(fields, column)) throw new InputProblemError(line, unknownColumns([column], fields));
  const id = fields[column ?? (Object.hasOwn(fields, "custom_id") ? "custom_id" : "id")];
  if (id === undefined || id === null) return `line-${line}`;
  const text = typeof id === "string" || typeof id === "number" ? String(id) : "";
  if (idPattern.test(text)) return text;
  throw new InputProblemError(line, `its name ${JSON.stringify(id)} must be 1 to 64 letters, digits, _ or - (--id names another column)`);
}

function promptOf({ fields, line }: InputRecord, template: string | undefined): string {
  if (template !== undefined) {
    const filled = fillTemplate(template, fields);
    if ("unknown" in filled) throw new InputProblemError(line, unknownColumns(filled.unknown, fields));
    return filled.prompt;
  }
  const prompt = fields["prompt"] ?? fields["line"];
  if (typeof prompt === "string" && prompt !== "") return prompt;
  throw new InputProblemError(line, `has neither \`params\` nor \`prompt\`; --prompt "… {{column}} …" makes one of ${columnsOf(fields)}`);
}

function unknownColumns(names: readonly string[], fields: InputRecord["fields"]): string {
  return `there is no column ${names.map((name) => `"${name}"`).join(", ")}; there are ${columnsOf(fields)}`;
}

function columnsOf(fields: InputRecord["fields"]): string {
  return Object.keys(fields).join(", ") || "none";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
