import { jobRequestSchema } from "@sluice/shared/jobs/job-request";
import { expect, test } from "vitest";
import { describeMissing, validationIssues } from "./validation-issues.ts";

const message = { role: "user", content: "Hello" };
const params = { model: "claude-haiku-4-5", max_tokens: 16, messages: [message] };

function issuesOf(body: unknown) {
  const { error } = jobRequestSchema.safeParse(body, { error: describeMissing });
  return error === undefined ? [] : validationIssues(error);
}

test.each([
  ["a missing field", { params: { ...params, max_tokens: undefined } }, [{ path: "params.max_tokens", message: "is required" }]],
  [
    "an entry of a list",
    { params: { ...params, messages: [message, { ...message, role: "robot" }] } },
    [{ path: "params.messages.1.role" }],
  ],
  [
    "a block in a content",
    { params: { ...params, messages: [{ role: "user", content: [{ text: "x" }] }] } },
    [{ path: "params.messages.0.content.0.type" }],
  ],
  [
    "a content of neither kind",
    { params: { ...params, messages: [{ role: "user", content: 7 }] } },
    [{ path: "params.messages.0.content" }],
  ],
  ["several unknown fields", { params, foo: 1, bar: 2 }, [{ path: "foo", message: "is not a known field" }, { path: "bar" }]],
  ["a body of another kind", [], [{ path: "" }]],
])("%s is named by its path", (_, body, expected) => {
  expect(issuesOf(body)).toMatchObject(expected);
});

test("no message repeats what was sent", () => {
  const secret = "private-text";
  const issues = issuesOf({
    params: { model: `!${secret}`, max_tokens: secret, messages: secret, stream: secret },
    priority: secret,
    metadata: secret,
  });
  expect(issues.length).toBeGreaterThan(4);
  expect(JSON.stringify(issues)).not.toContain(secret);
});

test("a body with endless faults gets a bounded answer", () => {
  expect(issuesOf({ params: { ...params, messages: Array.from({ length: 5_000 }, () => ({})) } })).toHaveLength(100);
});
