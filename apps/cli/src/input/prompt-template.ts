/** `{{name}}`, blanks inside the braces allowed. */
const placeholder = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** The prompt of one record: each `{{column}}` replaced by what stands in it. Unknown columns: the names, and no prompt. */
export function fillTemplate(template: string, record: Readonly<Record<string, unknown>>): { prompt: string } | { unknown: string[] } {
  const unknown: string[] = [];
  const prompt = template.replaceAll(placeholder, (_whole, name: string) => {
    if (!Object.hasOwn(record, name)) unknown.push(name);
    return textOf(record[name]);
  });
  return unknown.length > 0 ? { unknown: [...new Set(unknown)] } : { prompt };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
