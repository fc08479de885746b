// docs/redis-keys.md is written by hand; here it is held against the keys there are.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as keys from "./keys.ts";

const page = readFileSync(new URL("../../../../docs/redis-keys.md", import.meta.url), "utf8");

type Group = Record<string, string | ((...parts: string[]) => string)>;

const patternsOf = (group: Group) => Object.values(group).map((key) => (typeof key === "string" ? key : key("*", "*")));

/** Every export of keys.ts, as the patterns the page shows. A new one is missed by name below. */
const exported: Partial<Record<keyof typeof keys, string[]>> = {
  queuePrefix: [],
  laneRegistryKey: [keys.laneRegistryKey],
  tenantRegistryKey: [keys.tenantRegistryKey],
  deadlinesKey: [keys.deadlinesKey],
  writeProbeKey: [keys.writeProbeKey],
  keyIndexKey: [keys.keyIndexKey],
  apiKeyKey: [keys.apiKeyKey("*")],
  abortChannel: [keys.abortChannel],
  lanesChannel: [keys.lanesChannel],
  tenantKeys: patternsOf(keys.tenantKeys("*")),
  laneKeys: patternsOf(keys.laneKeys("{*}")),
  limiterKey: [keys.limiterKey("{*}")],
  accountKeys: patternsOf(keys.accountKeys("*")),
};

test("every key has its place on the page", () => {
  expect(Object.keys(exported).toSorted()).toEqual(Object.keys(keys).toSorted());
  const missing = Object.values(exported)
    .flat()
    .filter((pattern) => !page.includes(`\`${pattern}\``));
  expect(missing).toEqual([]);
});
