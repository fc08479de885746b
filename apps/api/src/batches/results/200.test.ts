import { batchResultSchema } from "@sluice/shared/batches/batch-results";
import { startTestRedis } from "@sluice/testkit/redis";
import { beforeAll, expect, test } from "vitest";
import { expand, submitBatch } from "../../testing/batches.ts";
import { problemOf } from "../../testing/answers.ts";
import { finish } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ server: await startTestRedis({ settings: { appendfsync: "no" } }) });
});

async function resultsOf(id: string, query = "") {
  const response = await api.fetch(`/v1/batches/${id}/results${query}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/jsonl");
  const lines = (await response.text()).split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => batchResultSchema.strict().parse(JSON.parse(line)));
}

const namesOf = async (id: string, query = "") => (await resultsOf(id, query)).map(({ custom_id: name }) => name);

test("results come while the batch runs, each once, in the order in which the jobs ended, and by type", async () => {
  const { id } = await submitBatch(api, 60);
  const jobIds = await expand(api, id);
  expect(await resultsOf(id)).toEqual([]);

  const order = [7, 3, 59, ...Array.from({ length: 60 }, (_, row) => row).filter((row) => ![7, 3, 59, 10].includes(row))];
  const large = { type: "succeeded" as const, message: { content: "ä".repeat(300_000) } };
  const small = { type: "succeeded" as const, message: { content: "a" } };
  for (const row of order) {
    const type = row % 5 === 0 ? ({ type: "errored", error: { row } } as const) : row % 10 === 7 ? large : small;
    await finish(api, jobIds[row] ?? "", row === 3 ? { type: "expired" } : type);
  }
  const names = order.map((row) => `row-${row}`);
  expect(await namesOf(id)).toEqual(names);
  expect(await namesOf(id, "?skip=50")).toEqual(names.slice(50));
  expect(await namesOf(id, "?filter=expired")).toEqual(["row-3"]);
  expect(await namesOf(id, "?filter=errored&skip=3")).toEqual(
    order
      .slice(3)
      .filter((row) => row % 5 === 0)
      .map((row) => `row-${row}`),
  );
  expect((await resultsOf(id))[0]).toEqual({ custom_id: "row-7", job_id: jobIds[7], result: large });

  expect((await api.fetch(`/v1/batches/${id}/results`, { method: "HEAD" })).status).toBe(200);
  expect(await problemOf(await api.fetch(`/v1/batches/${id}/results?filter=failed`))).toMatchObject({ status: 400 });
});
