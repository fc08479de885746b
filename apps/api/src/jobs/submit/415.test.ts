import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { aRequest } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test.each([["application/x-www-form-urlencoded"], ["text/plain"], ["application/jsonl"], ["application/json; charset=iso-8859-1"]])(
  "a body of type %s is refused, and nothing is stored",
  async (type) => {
    const keysBefore = await api.redis.dbsize();
    const response = await api.post("/v1/jobs", aRequest(), { "content-type": type });
    expect(response.status).toBe(415);
    expect(response.headers.get("accept")).toBe("application/json");
    expect(await problemOf(response)).toMatchObject({ code: "invalid_request", issues: [{ path: "Content-Type" }] });
    expect(await api.redis.dbsize()).toBe(keysBefore);
  },
);

test("an encoding that nobody knows is refused, with those that are known", async () => {
  const response = await api.post("/v1/jobs", aRequest(), { "content-encoding": "rot13" });
  expect(response.status).toBe(415);
  expect(response.headers.get("accept-encoding")).toContain("gzip");
  expect(await problemOf(response)).toMatchObject({ code: "invalid_request" });
});

test("a type of the JSON family, in any case and with UTF-8, is accepted", async () => {
  for (const type of ["Application/JSON", 'application/json; charset="UTF-8"', "application/vnd.a+json"]) {
    expect((await api.post("/v1/jobs", aRequest(), { "content-type": type })).status).toBe(202);
  }
});
