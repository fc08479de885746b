import { z } from "zod";

/**
 * The settings as a Markdown table, in their order: name, default, meaning.
 *
 * @throws Error for a setting without a description
 */
export function settingsTable(settings: Readonly<Record<string, z.ZodType>>): string {
  const rows = Object.entries(settings).map(([name, schema]) => `| \`${name}\` | ${defaultText(schema)} | ${meaning(name, schema)} |`);
  return ["| Setting | Default | Meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

function meaning(name: string, schema: z.ZodType): string {
  if (schema.description === undefined) throw new Error(`the setting ${name} has no description`);
  const values = valuesOf(schema);
  const choice = values === undefined ? "" : ` One of ${values.map((value) => `\`${value}\``).join(", ")}.`;
  return `${schema.description}${choice}`.replaceAll("|", "\\|");
}

function defaultText(schema: z.ZodType): string {
  const value = defaultOf(schema);
  return typeof value === "number" || (typeof value === "string" && value !== "") ? `\`${value}\`` : "";
}

/** As it would be written in the environment: what stands before any transformation. */
function defaultOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault) return schema.def.defaultValue;
  return schema instanceof z.ZodPipe ? defaultOf(schema.def.in) : undefined;
}

function valuesOf(schema: z.core.$ZodType): readonly (string | number)[] | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return valuesOf(schema.def.innerType);
  return schema instanceof z.ZodEnum ? schema.options : undefined;
}
