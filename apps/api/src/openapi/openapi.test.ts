import { beforeAll, expect, test } from "vitest";
import { createApp } from "../create-app.ts";
import { docsAssetPath } from "../docs/docs-assets.ts";
import { openApiText, operations } from "../operations.ts";
import { startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

type Layer = ReturnType<typeof createApp>["router"]["stack"][number];

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

/** `GET /v1/jobs/{id}` of each route that Express has, as it has it. */
function routesOf(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route }) => {
    if (route === undefined || route.path === docsAssetPath) return [];
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const methods = new Set(route.stack.map(({ method }) => method).filter((method) => method !== undefined));
    return [...methods].map((method) => `${method.toUpperCase()} ${path}`);
  });
}

test("the document has every route, and every route is in the document", async () => {
  const document: { paths: Record<string, Record<string, unknown>> } = JSON.parse(openApiText());
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const app = createApp(Object.create(null), 0);
  expect(new Set(routesOf(app.router.stack))).toEqual(new Set(documented));
  expect(documented).toHaveLength(operations.length);
});

test("the document is served as it is committed, and a client that has it is not sent it again", async () => {
  const response = await fetch(`${api.url}/openapi.json`);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.text()).toBe(openApiText());
  const etag = response.headers.get("etag") ?? "";
  expect(etag).not.toBe("");
  expect((await fetch(`${api.url}/openapi.json`, { headers: { "if-none-match": etag } })).status).toBe(304);
});

test("every reference in the document leads somewhere, and no name is there twice", () => {
  const document: { components: { schemas: Record<string, unknown> }; paths: unknown } = JSON.parse(openApiText());
  const references = [...openApiText().matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
  for (const name of references) expect(document.components.schemas).toHaveProperty([name ?? ""]);
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(["Job", "JobList", "JobRequest", "JobResult", "Problem"]),
  );
});
