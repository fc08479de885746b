// sluice.config.yaml: several accounts, tiers of one's own, pools of one's own. Without the file, the environment describes one account.
import { z } from "zod";
import { tierNames } from "../limits/tiers.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "must be 1 to 32 lower-case letters, digits or -");
const perMinute = z.int().min(1).max(10_000_000_000);

const limitsSchema = z.strictObject({
  requests_per_minute: perMinute.optional(),
  input_tokens_per_minute: perMinute.optional(),
  output_tokens_per_minute: perMinute.optional(),
});
export type LimitsInFile = z.output<typeof limitsSchema>;

const monthlySchema = z.strictObject({
  requests_per_month: z.int().min(0).optional(),
  usd_per_month: z.number().min(0).optional(),
});

const accountSchema = z.strictObject({
  name,
  /** The key itself never stands in the file. */
  api_key_env: z.string().regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of an environment variable"),
  base_url: z.url({ protocol: /^https?$/ }).optional(),
  tier: z.string(),
  ...limitsSchema.shape,
  ...monthlySchema.shape,
  /** Limits of single pools. */
  pools: z.record(name, limitsSchema).optional(),
});
export type AccountInFile = z.output<typeof accountSchema>;

const tierSchema = z.strictObject({
  requests_per_minute: perMinute,
  input_tokens_per_minute: perMinute,
  output_tokens_per_minute: perMinute,
  ...monthlySchema.shape,
});

const poolSchema = z.strictObject({
  name,
  /** Model ids; `*` at the end stands for anything. */
  models: z
    .array(z.string().regex(/^[a-zA-Z0-9._:@/-]+\*?$/, "must be a model id, with * at most at its end"))
    .min(1)
    .max(100),
  class: z.enum(["fable", "opus", "sonnet", "haiku"]),
});

export const configFileSchema = z
  .strictObject({
    accounts: z.array(accountSchema).min(1).max(50),
    tiers: z.record(name, tierSchema).default({}),
    pools: z.array(poolSchema).max(100).default([]),
  })
  .superRefine(({ accounts, tiers }, context) => {
    const known = new Set<string>([...tierNames, ...Object.keys(tiers)]);
    for (const tier of Object.keys(tiers)) {
      if ((tierNames as readonly string[]).includes(tier))
        context.addIssue({ code: "custom", path: ["tiers", tier], message: "is the name of a built-in tier" });
    }
    const seen = new Set<string>();
    for (const [index, account] of accounts.entries()) {
      if (!known.has(account.tier)) {
        context.addIssue({ code: "custom", path: ["accounts", index, "tier"], message: `is none of ${[...known].join(", ")}` });
      }
      if (seen.has(account.name)) context.addIssue({ code: "custom", path: ["accounts", index, "name"], message: "is there twice" });
      seen.add(account.name);
    }
  });

export type ConfigFile = z.output<typeof configFileSchema>;
