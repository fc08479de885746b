import { beforeAll, expect, test } from "vitest";
import { problemCodes } from "../problems/error-catalogue.ts";
import { problemOf } from "../testing/answers.ts";
import { startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

// The page must work on a machine without internet, under a policy that allows nothing from elsewhere.
test("the documentation's page loads all it needs from here", async () => {
  const response = await fetch(`${api.url}/docs`);
  const html = await response.text();
  expect(html).toContain("<title>Sluice");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none';script-src 'self'");
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? "");
  expect(loaded.length).toBeGreaterThanOrEqual(4);
  for (const address of loaded) {
    const asset = await fetch(new URL(address, `${api.url}/docs`));
    expect(asset.url.startsWith(api.url), address).toBe(true);
    expect(asset.status, address).toBe(200);
    expect(asset.headers.get("content-type"), address).toMatch(/^(text\/(css|javascript)|image\/png)/);
    expect((await asset.arrayBuffer()).byteLength, address).toBeGreaterThan(50);
  }
  expect(await (await fetch(`${api.url}/docs/assets/start.js`)).text()).toContain('url: "/openapi.json"');
});

test("the address in a problem's type leads to its code's entry", async () => {
  const problem = await problemOf(await fetch(`${api.url}/v1/jobs`));
  const html = await (await fetch(problem.type)).text();
  expect(html).toContain(`id="${new URL(problem.type).hash.slice(1)}"`);
  for (const code of problemCodes) expect(html).toContain(`id="${code}"`);
});
