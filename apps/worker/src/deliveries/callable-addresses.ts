// From a host to the addresses a connection may be opened to.
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isCallable } from "@sluice/shared/webhooks/address-guard";
import type { WebhookPolicy, WebhookTarget } from "@sluice/shared/webhooks/address-guard";
import { ConnectFailure } from "./connect-failure.ts";

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** All addresses of a name. Rejects when there are none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** As every program on this machine resolves: hosts file and search domains included. */
export const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true });

export interface HostToCall extends WebhookTarget {
  /** A name, or an address without brackets. */
  hostname: string;
}

/**
 * Resolves a host, once, and judges what comes back: a single address that may not be called refuses them all, since a name
 * with a public and a private address is an attack or a mistake.
 *
 * @throws ConnectFailure `blocked_address`, `dns_error`, or `timeout` after `timeoutMs`
 */
export async function callableAddresses(
  { hostname, ...target }: HostToCall,
  { policy, resolve, timeoutMs }: { policy: WebhookPolicy; resolve: Resolve; timeoutMs: number },
): Promise<readonly ResolvedAddress[]> {
  const mayBeCalled = ({ address }: ResolvedAddress): boolean => isCallable(address, target, policy);
  // This machine, by definition: no resolver is asked, and one of its two addresses suffices.
  const addresses = isLocalhost(hostname) ? loopback.filter(mayBeCalled) : await addressesOf(hostname, resolve, timeoutMs);
  if (addresses.length === 0 || !addresses.every(mayBeCalled)) throw new ConnectFailure("blocked_address", "address");
  return addresses;
}

const loopback: readonly ResolvedAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

function isLocalhost(hostname: string): boolean {
  return /^(.+\.)?localhost\.?$/i.test(hostname);
}

async function addressesOf(hostname: string, resolve: Resolve, timeoutMs: number): Promise<readonly ResolvedAddress[]> {
  const family = isIP(hostname);
  if (family !== 0) return [{ address: hostname, family }];
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new ConnectFailure("timeout", "address")), timeoutMs);
  try {
    const addresses = await Promise.race([resolve(hostname), late.promise]);
    if (addresses.length === 0) throw new Error("the name has no address");
    return addresses;
  } catch (error) {
    throw error instanceof ConnectFailure ? error : new ConnectFailure("dns_error", "address", error);
  } finally {
    clearTimeout(timer);
  }
}
