// What can be said of a webhook's URL before anything is resolved. The addresses behind a name are checked at each connection.
import { isIP } from "node:net";
import { isCallable, isPublicAddress } from "./address-guard.ts";
import type { WebhookPolicy } from "./address-guard.ts";

export const webhookUrlLengthMax = 2_048;

/** Names that mean a machine of the caller's own surroundings, whatever they resolve to. */
const privateSuffixes = ["localhost", "local", "internal", "svc", "cluster.local", "home.arpa"];

export type WebhookUrlCheck = { ok: true; url: string } | { ok: false; message: string };

/**
 * Checks a URL as a client gives it: at submission for an early answer, before each attempt because the policy may have changed.
 *
 * With private networks allowed, `http:`, other ports and private names pass here, as the address decides about them later.
 *
 * @returns the URL in its normal form, without fragment; or what is wrong with it, in words for the client
 */
export function checkWebhookUrl(text: string, policy: WebhookPolicy): WebhookUrlCheck {
  if (text.length > webhookUrlLengthMax) return refused(`may be at most ${webhookUrlLengthMax} characters long`);
  // The parser also undoes disguises: 2130706433, 0x7f.1, 127.1, 0177.0.0.1, full-width digits and 127.0.0.1. are all 127.0.0.1.
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return refused("must be a URL that begins with https://");
  if (url.username !== "" || url.password !== "") return refused("may not carry a user name or password");
  url.hash = "";

  const host = hostOf(url);
  const target = { protocol: url.protocol, port: portOf(url) };
  if (isIP(host) !== 0) {
    if (isCallable(host, target, policy)) return accepted(url);
    return isPublicAddress(host) ? refusedTarget(target, policy) : refused("the address is not a public one");
  }

  url.hostname = host;
  if (policy.allowPrivate.length > 0) return accepted(url);
  if (isPrivateName(host)) return refused("the host name is not a public one");
  if (target.protocol !== "https:" || !policy.ports.includes(target.port)) return refusedTarget(target, policy);
  return accepted(url);
}

/** The host without the brackets of an IPv6 address and without a dot at the end of a name. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "");
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function isPrivateName(host: string): boolean {
  return !host.includes(".") || privateSuffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
}

function accepted(url: URL): WebhookUrlCheck {
  return { ok: true, url: url.href };
}

function refused(message: string): WebhookUrlCheck {
  return { ok: false, message };
}

function refusedTarget({ protocol, port }: { protocol: string; port: number }, { ports }: WebhookPolicy): WebhookUrlCheck {
  if (protocol !== "https:") return refused("must begin with https://");
  return refused(`port ${port} is not allowed; allowed: ${ports.join(", ")}`);
}
