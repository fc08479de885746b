// Which addresses a webhook may be sent to. Pure: names are resolved elsewhere, and every answer is asked for here.
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network, e.g. `10.0.0.0/8`. Made by {@link parseAddressRange}. */
export interface AddressRange {
  network: Address;
  prefixBits: number;
}

/** What the operator allows beyond the public internet over https. */
export interface WebhookPolicy {
  /** Networks that may be called although private, by `http:` too and on any port. */
  allowPrivate: readonly AddressRange[];
  /** Ports of public addresses. */
  ports: readonly number[];
}

/** Where a connection is about to go, apart from the address. */
export interface WebhookTarget {
  protocol: string;
  port: number;
}

/** From the IANA registries of special-purpose addresses; the comments name what would be reached. */
const blockedIPv4 = ranges(
  "0.0.0.0/8", // this host
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carrier-grade NAT, Tailscale, Alibaba's metadata
  "127.0.0.0/8", // loopback
  "168.63.129.16/32", // Azure's host agent, a public address by the registries
  "169.254.0.0/16", // link-local, the metadata services of most clouds
  "172.16.0.0/12", // private
  "192.0.0.0/24", // IETF protocols, Oracle's metadata
  "192.0.2.0/24", // documentation
  "192.31.196.0/24", // AS112
  "192.52.193.0/24", // AMT
  "192.88.99.0/24", // former 6to4 relays
  "192.168.0.0/16", // private
  "192.175.48.0/24", // AS112
  "198.18.0.0/15", // benchmarking
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
);

/** The only part of IPv6 that is routed publicly. Outside lie loopback, mapped and NAT64 forms, local and link-local addresses. */
const publicIPv6 = parseAddressRange("2000::/3");

const blockedIPv6 = ranges(
  "2001::/23", // Teredo, ORCHID, benchmarking: some carry an IPv4 address inside
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4: carries an IPv4 address inside
  "2620:4f:8000::/48", // AS112
  "3fff::/20", // documentation
);

/** Whether an address (as text, no brackets) belongs to the public internet. What cannot be read does not. */
export function isPublicAddress(ip: string): boolean {
  const address = readAddress(ip);
  if (address === undefined) return false;
  if (address.kind() === "ipv4") return !isInside(address, blockedIPv4);
  return isInside(address, [publicIPv6]) && !isInside(address, blockedIPv6);
}

/** Whether a connection may be opened: to allowed private networks always, to public addresses by https on an allowed port. */
export function isCallable(ip: string, { protocol, port }: WebhookTarget, { allowPrivate, ports }: WebhookPolicy): boolean {
  const address = readAddress(ip);
  if (address !== undefined && isInside(address, allowPrivate)) return true;
  return protocol === "https:" && ports.includes(port) && isPublicAddress(ip);
}

/**
 * Reads `10.0.0.0/8`, or one address.
 *
 * @throws Error when the text is neither
 */
export function parseAddressRange(text: string): AddressRange {
  if (isIP(text) !== 0) {
    const network = ipaddr.parse(text);
    return { network, prefixBits: network.toByteArray().length * 8 };
  }
  // The parser would read 10.1/16 as 10.0.0.1/16, in the manner of inet_aton.
  if (isIP(text.replace(/\/.*/, "")) === 0) throw new Error("not a network");
  const [network, prefixBits] = ipaddr.parseCIDR(text);
  return { network, prefixBits };
}

function ranges(...texts: string[]): AddressRange[] {
  return texts.map(parseAddressRange);
}

/** An IPv4 address in an IPv6 coat (`::ffff:127.0.0.1`) is read as what it is; one with a zone (`fe80::1%eth0`) not at all. */
function readAddress(ip: string): Address | undefined {
  return isIP(ip) === 0 || ip.includes("%") ? undefined : ipaddr.process(ip);
}

function isInside(address: Address, among: readonly AddressRange[]): boolean {
  return among.some(({ network, prefixBits }) => network.kind() === address.kind() && address.match(network, prefixBits));
}
