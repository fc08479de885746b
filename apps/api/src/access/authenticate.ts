import type { IncomingHttpHeaders } from "node:http";
import type { Admittance, Authenticator, KeyUse } from "@sluice/shared/access/authenticator";
import { Problem } from "../problems/problem.ts";
import { keysOfRequest } from "./keys-of-request.ts";

/**
 * Whose request this is.
 *
 * @throws Problem `unauthorized`
 */
export async function authenticate(authenticator: Authenticator, headers: IncomingHttpHeaders, use: KeyUse): Promise<Admittance> {
  const keys = keysOfRequest(headers);
  for (const key of keys) {
    const admittance = await authenticator.authenticate(key, use);
    if (admittance !== undefined) return admittance;
  }
  const isSent = keys.length > 0;
  throw Problem.of("unauthorized", {
    detail: isSent ? "The key is not valid." : "There is no key in `Authorization: Bearer …` or `x-api-key`.",
    headers: { "WWW-Authenticate": isSent ? 'Bearer realm="sluice", error="invalid_token"' : 'Bearer realm="sluice"' },
  });
}
