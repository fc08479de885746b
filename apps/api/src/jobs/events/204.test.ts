import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { finish, submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const follow = async (id: string, lastEventId: string) =>
  await api.fetch(`/v1/jobs/${id}/events`, { headers: { "last-event-id": lastEventId } });

test("a client that has the final event is told to stop", async () => {
  const { id } = await submit(api);
  await finish(api, id);
  for (const seq of ["2", "99"]) {
    const response = await follow(id, seq);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
  }
});

test("an id that no stream gives is refused by the header's name", async () => {
  const { id } = await submit(api);
  for (const seq of ["abc", "-1", "1.5"]) {
    const response = await follow(id, seq);
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ issues: [{ path: "Last-Event-ID" }] });
  }
});
