import type { KeyRecord } from "@sluice/shared/access/key-record";
import { readQuotas } from "@sluice/shared/quotas/read-quotas";
import type { ApiContext } from "../../api-context.ts";
import { Problem } from "../../problems/problem.ts";
import { toKeyView } from "./key-view.ts";
import type { KeyView } from "./key-view.ts";

/** Anything may be asked for: what cannot be an id is simply not found. */
export const keyIdPattern = /^key_[0-9A-HJKMNP-TV-Z]{26}$/;

export async function presentKey({ redis }: Pick<ApiContext, "redis">, record: KeyRecord): Promise<KeyView> {
  return toKeyView(record, await readQuotas(redis, record.tenant, record, Date.now()));
}

export function noSuchKey(): Problem {
  return Problem.of("not_found", { detail: "There is no key of this id." });
}
