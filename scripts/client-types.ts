// The types of packages/client, made from the OpenAPI document: a user of the client needs neither zod nor the server's code
// for them. Knows the part of JSON Schema that the document uses, and throws on anything else.

interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  description?: string;
}

interface Operation {
  operationId: string;
  summary: string;
  parameters?: { in: string; name: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** @param openApiText the document as it is served */
export function clientTypes(openApiText: string): string {
  const { paths, components }: Document = JSON.parse(openApiText);
  const schemas = Object.entries(components.schemas).map(([name, schema]) => property(name, schema, true));
  const operations = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .filter(({ responses }) => json(responses["200"] ?? responses["201"] ?? responses["202"]) !== undefined)
    .map((operation) => `/** ${operation.summary}. */\n${operation.operationId}: ${operationType(operation)};`);
  const lines = [
    "// Made from docs/openapi.json by `npm run generate`.",
    "",
    "/** What the API takes and answers, by the names of the document. */",
    `export interface Schemas {\n${schemas.join("\n")}\n}`,
    "",
    "/** Query, body and answer of each operation that speaks JSON. */",
    `export interface Operations {\n${operations.join("\n")}\n}`,
    "",
  ];
  return indented(lines.join("\n"));
}

function indented(text: string): string {
  let depth = 0;
  const lines = text.split("\n").map((untrimmed) => {
    const line = untrimmed.trim();
    if (line.startsWith("}")) depth -= 1;
    const own = "  ".repeat(line === "" ? 0 : depth);
    if (line.endsWith("{")) depth += 1;
    return own + line;
  });
  return lines.join("\n");
}

function operationType({ parameters = [], requestBody, responses }: Operation): string {
  const query = parameters.filter((parameter) => parameter.in === "query");
  const answers = ["200", "201", "202"].map((status) => json(responses[status])).filter((schema) => schema !== undefined);
  const fields = [
    query.length > 0 && `query: { ${query.map(({ name, required, schema }) => named(name, schema, required)).join("; ")} }`,
    json(requestBody) && `body: ${typeOf(json(requestBody))}`,
    `answer: ${union(answers.map(typeOf))}`,
  ];
  return `{ ${fields.filter(Boolean).join("; ")} }`;
}

function json(holder: { content?: Record<string, { schema: Schema }> } | undefined): Schema | undefined {
  return holder?.content?.["application/json"]?.schema;
}

function property(name: string, schema: Schema, isRequired: boolean): string {
  const comment = schema.description === undefined ? "" : `/** ${schema.description.replaceAll("*/", "* /")} */\n`;
  return `${comment}${named(name, schema, isRequired)};`;
}

function named(name: string, schema: Schema, isRequired = false): string {
  return isRequired ? `${key(name)}: ${typeOf(schema)}` : `${key(name)}?: ${union([typeOf(schema), "undefined"])}`;
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

function typeOf(schema: Schema | undefined): string {
  if (schema === undefined) return "unknown";
  if (schema.$ref !== undefined) return `Schemas[${JSON.stringify(schema.$ref.split("/").at(-1))}]`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return union(choices.map(typeOf));
  if (schema.allOf !== undefined) return schema.allOf.map((part) => `(${typeOf(part)})`).join(" & ");
  const types = [schema.type].flat();
  return union(types.map((type) => plainType(type, schema)));
}

function plainType(type: string | undefined, schema: Schema): string {
  switch (type) {
    case undefined:
      return "unknown";
    case "string":
    case "boolean":
    case "null":
      return type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return `readonly (${typeOf(schema.items)})[]`;
    case "object":
      return objectType(schema);
    default:
      throw new Error(`there is no type for ${type}`);
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(([name, schema]) => property(name, schema, required.includes(name)));
  const withNames = `{\n${fields.join("\n")}\n}`;
  if (additionalProperties === undefined || additionalProperties === false)
    return fields.length === 0 ? "Record<string, never>" : withNames;
  const rest = fields.length > 0 || additionalProperties === true ? "unknown" : typeOf(additionalProperties);
  return fields.length === 0 ? `Record<string, ${rest}>` : `${withNames} & Record<string, ${rest}>`;
}

function union(types: string[]): string {
  return types.includes("unknown") ? "unknown" : [...new Set(types)].join(" | ");
}
