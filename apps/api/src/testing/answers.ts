// Answers read with the published schemas.
import { jobViewSchema } from "@sluice/shared/jobs/job-view";
import type { JobView } from "@sluice/shared/jobs/job-view";
import { expect } from "vitest";
import type { z } from "zod";
import { errorCatalogue } from "../problems/error-catalogue.ts";
import { problemSchema } from "../problems/problem.ts";

/** A Job, with no field besides those that are published. */
export async function jobOf(response: Response): Promise<JobView> {
  expect(response.headers.get("content-type")).toBe("application/json");
  return jobViewSchema.strict().parse(await response.json());
}

/** A problem, which must agree with the status, the catalogue and the headers. */
export async function problemOf(response: Response): Promise<z.output<typeof problemSchema>> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = problemSchema.strict().parse(await response.json());
  const { title, statuses } = errorCatalogue[problem.code];
  expect(problem).toMatchObject({ status: response.status, title, request_id: response.headers.get("x-request-id") });
  expect(statuses).toContain(response.status);
  expect(problem.type).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/docs/errors#${problem.code}$`));
  return problem;
}
