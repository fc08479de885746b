import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { formatOf } from "./read-records.ts";
import { inspectInput } from "./run-input.ts";
import type { InputSource } from "./run-input.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

function source(name: string, content: string, more: Partial<InputSource> = {}): InputSource {
  const path = join(folder, name);
  writeFileSync(path, content);
  return {
    path,
    name,
    format: formatOf(path),
    prompt: undefined,
    model: "claude-haiku-4-5",
    maxTokens: 256,
    system: undefined,
    idColumn: undefined,
    ...more,
  };
}

async function lines(from: InputSource): Promise<[number, string, unknown][]> {
  const found: [number, string, unknown][] = [];
  for await (const { source: line, line: request } of (await inspectInput(from)).lines()) {
    found.push([line, request.custom_id, request.params.messages[0]?.content]);
  }
  return found;
}

test("lines of the Message Batches API are handed in as they are, with what they leave out filled in", async () => {
  const params = { model: "claude-opus-4-8", max_tokens: 5, messages: [{ role: "user", content: "Hi\u2028there" }], temperature: 1 };
  const input = await inspectInput(
    source("batch.jsonl", `\uFEFF${JSON.stringify({ custom_id: "a", params })}\r\n\r\n{"custom_id":"b","params":{"messages":[]}}`, {
      system: "Short.",
    }),
  );
  const requests = [];
  for await (const { source: line, line: request } of input.lines()) requests.push({ line, ...request });
  expect(requests).toEqual([
    { line: 1, custom_id: "a", params: { ...params, system: "Short." } },
    { line: 3, custom_id: "b", params: { model: "claude-haiku-4-5", max_tokens: 256, system: "Short.", messages: [] } },
  ]);
});

test("prompts, tables with a template, and plain lines become requests", async () => {
  expect(await lines(source("prompts.jsonl", '{"prompt":"One"}\n\n{"custom_id":"two","prompt":"Two"}\n'))).toEqual([
    [1, "line-1", "One"],
    [3, "two", "Two"],
  ]);
  const table = 'id,text\n7,"Good\nmorning"\n8,Bye\n';
  expect(await lines(source("table.csv", table, { prompt: "Translate: {{ text }} ({{id}})" }))).toEqual([
    [2, "7", "Translate: Good\nmorning (7)"],
    [4, "8", "Translate: Bye (8)"],
  ]);
  expect(await lines(source("table.tsv", "name\tprompt\nx\tAn apple\n", { idColumn: "name" }))).toEqual([[2, "x", "An apple"]]);
  expect(await lines(source("plain.txt", "One\n\nTwo", { prompt: "Say {{line}}." }))).toEqual([
    [1, "line-1", "Say One."],
    [3, "line-3", "Say Two."],
  ]);
});

test("every problem is named by its line, all of them at once", async () => {
  await expect(
    inspectInput(
      source(
        "bad.jsonl",
        '{"prompt":"x"}\n{"prompt":""}\n{"id":"a b","prompt":"x"}\n{"id":"c","prompt":"x"}\n{"id":"c","prompt":"x"}\n{"prompt"\n',
      ),
    ),
  ).rejects.toThrow(
    /nothing was handed in\.\n {2}line 2: has neither.*\n {2}line 3: its name "a b" must.*\n {2}line 5: its name "c" is that of line 4, too\n {2}line 6: is not JSON/,
  );
  await expect(inspectInput(source("bad.csv", "id,text\n1,Hello\n2,Bye\n", { prompt: "{{txt}}" }))).rejects.toThrow(
    'line 2 (and 1 more): there is no column "txt"; there are id, text',
  );
  await expect(inspectInput(source("short.csv", "id,text\n1,Hello\n2\n", { prompt: "{{text}}" }))).rejects.toThrow(
    /line 3: Invalid Record Length/,
  );
  const many = ["nope", "[1]", ...Array.from({ length: 200 }, () => "nope")];
  await expect(inspectInput(source("many.jsonl", many.join("\n")))).rejects.toThrow(
    /line 1 \(and at least \d+ more\): is not JSON\n {2}line 2: is not a JSON object/,
  );
  const deep = `{"params":${'{"a":'.repeat(9_000)}1${"}".repeat(9_001)}`;
  await expect(inspectInput(source("deep.jsonl", deep))).rejects.toThrow("line 1: is nested too deeply");
  await expect(inspectInput(source("twice.csv", "prompt,prompt\nx,y\n"))).rejects.toThrow('line 1: there are two columns "prompt"');
  await expect(inspectInput(source("empty.txt", "\n \n"))).rejects.toThrow("there is nothing in it");
  await expect(inspectInput({ ...source("there.csv", ""), path: join(folder, "absent.csv"), name: "absent.csv" })).rejects.toThrow(
    /absent\.csv cannot be read: ENOENT/,
  );
});

// Its broken characters would be replaced, and the answers paid for.
test("a file that is not UTF-8 is refused by its line, wherever its pieces were cut", async () => {
  // Pieces of a file have 64 KB; each of these characters has three bytes.
  const before = `${"雨".repeat(30_000)}\n`;
  for (const name of ["latin.txt", "latin.csv"]) {
    const from = source(name, "");
    writeFileSync(from.path, Buffer.concat([Buffer.from(`prompt\n${before}x\n`), Buffer.from("caf\xe9\n", "latin1")]));
    await expect(inspectInput(from)).rejects.toThrow(/^latin\.\w+ cannot be run; nothing was handed in\.\n {2}line 4: is not UTF-8$/);
  }
  await expect(inspectInput(source("fine.txt", before))).resolves.toMatchObject({ total: 1 });
});

test("the same file with the same options has the same fingerprint, and no other", async () => {
  const fingerprint = async (content: string, more: Partial<InputSource> = {}) =>
    (await inspectInput(source("same.txt", content, more))).sha256;
  const first = await fingerprint("One\nTwo\n");
  expect(await fingerprint("One\r\nTwo")).toBe(first);
  expect(await fingerprint("One\nTwo!\n")).not.toBe(first);
  expect(await fingerprint("One\nTwo\n", { maxTokens: 1 })).not.toBe(first);
});
