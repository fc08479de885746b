import { beforeAll, expect, test } from "vitest";
import { finish, submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
let path: string;
let etag: string;
beforeAll(async () => {
  api = await startTestApi();
  const { id } = await submit(api);
  await finish(api, id);
  path = `/v1/jobs/${id}`;
  etag = (await api.fetch(path)).headers.get("etag") ?? "";
});

const ask = async (header: string, more = "") => await api.fetch(`${path}${more}`, { headers: { "if-none-match": header } });

test("whoever has the job is not sent it again", async () => {
  // A proxy that compresses makes a weak tag of the strong one.
  for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const response = await ask(header);
    expect(response.status).toBe(304);
    expect(response.headers.get("etag")).toBe(etag);
    expect(response.headers.get("cache-control")).toBe("private, no-cache");
    expect(response.headers.get("content-type")).toBeNull();
    expect(await response.text()).toBe("");
  }
});

test("the tag holds for a waiting client, too", async () => {
  expect((await ask(etag, "?wait=10")).status).toBe(304);
});

test("another tag gets the job", async () => {
  expect((await ask('"other"')).status).toBe(200);
});

test("a job that is not final has no tag to match", async () => {
  const { id } = await submit(api);
  expect((await api.fetch(`/v1/jobs/${id}`, { headers: { "if-none-match": "*" } })).status).toBe(200);
});

// The key may have been revoked: what is kept is not to be shown to whoever has no key.
test("without a key there is no 304", async () => {
  expect((await fetch(`${api.url}${path}`, { headers: { "if-none-match": etag } })).status).toBe(401);
});
