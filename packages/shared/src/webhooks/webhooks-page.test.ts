// docs/webhooks.md is written by hand; here it is held against what the code knows.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { errorPhases, outcomeCodes } from "./delivery-outcome.ts";
import { failureReasons } from "./delivery-schedule.ts";
import { disabledReasons } from "./endpoint-record.ts";
import { eventTypes } from "./event-types.ts";
import { webhookSettings } from "./webhook-settings.ts";

const page = readFileSync(new URL("../../../../docs/webhooks.md", import.meta.url), "utf8");

test("every outcome has its row, every phase and reason its words", () => {
  for (const code of outcomeCodes) expect(page).toContain(`\n| \`${code}\` |`);
  for (const word of [...errorPhases, ...failureReasons]) expect(page).toContain(`\`${word}\``);
});

test("every type of event is named, and why an endpoint is disabled", () => {
  for (const type of eventTypes) expect(page).toMatch(new RegExp(`^\\| .*\`${type}\``, "m"));
  for (const reason of disabledReasons) expect(page).toContain(`\n| \`${reason}\` |`);
});

test("every setting is told of as the schema describes it, with its default", () => {
  for (const [name, schema] of Object.entries(webhookSettings)) {
    const { default: fallback } = z.toJSONSchema(schema, { io: "input" });
    const shown = fallback === "" ? "" : `\`${String(fallback)}\` `;
    expect(page).toContain(`| \`${name}\` | ${shown}| ${schema.description ?? ""} |`);
  }
});
