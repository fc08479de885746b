import type { z } from "zod";
import type { Issue } from "../problems/problem.ts";

type ZodIssue = z.core.$ZodIssue;

/** More would not help anybody. */
const issuesMax = 100;

/** A field's path in words of the API: `params.messages.0.role`; of a whole body it is empty. */
export function validationIssues(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue) => issuesOf(issue, [])).slice(0, issuesMax);
}

/** Zod's error map of all requests: what is missing is called that. */
export function describeMissing(issue: z.core.$ZodRawIssue): string | undefined {
  return (issue.code === "invalid_type" || issue.code === "invalid_value") && issue.input === undefined ? "is required" : undefined;
}

function issuesOf(issue: ZodIssue, parents: readonly PropertyKey[]): Issue[] {
  const path = [...parents, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: textOf([...path, key]), message: "is not a known field" }));
    case "invalid_union": {
      const branch = closestBranch(issue.errors);
      if (branch === undefined) return [{ path: textOf(path), message: messageOf(issue) }];
      return branch.flatMap((inner) => issuesOf(inner, path));
    }
    default:
      return [{ path: textOf(path), message: messageOf(issue) }];
  }
}

/** The alternative that fits furthest down: whoever sends a list with one bad entry meant the list, not the text. */
function closestBranch(branches: readonly ZodIssue[][]): ZodIssue[] | undefined {
  const depthOf = (issues: readonly ZodIssue[]) => Math.max(...issues.map((issue) => issue.path.length));
  const deepest = Math.max(...branches.map(depthOf));
  return deepest > 0 ? branches.find((branch) => depthOf(branch) === deepest) : undefined;
}

function messageOf({ message }: ZodIssue): string {
  return message.replace(/^Invalid input: /, "");
}

function textOf(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}
