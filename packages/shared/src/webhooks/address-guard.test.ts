import { expect, test } from "vitest";
import { isCallable, isPublicAddress, parseAddressRange } from "./address-guard.ts";

const publicAddresses = {
  "around the blocked ranges": "9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 128.0.0.1 168.63.129.15 169.253.255.255 172.15.255.255",
  "and more of them": "172.32.0.0 192.167.255.255 198.20.0.0 223.255.255.255 2001:200::1 2003::1 3ffe::1",
  "well known": "1.1.1.1 8.8.8.8 2606:4700:4700::1111 2a00:1450:4001:81c::200e",
  "IPv4 in an IPv6 coat": "::ffff:8.8.8.8 ::ffff:808:808",
};

const otherAddresses = {
  "this host": "0.0.0.0 0.1.2.3 :: 127.0.0.1 127.255.255.254 ::1",
  "private networks": "10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 fc00::1 fd00::1 fec0::1",
  "link-local": "169.254.1.1 fe80::1 fe80::1%eth0",
  "metadata services": "169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 168.63.129.16 fd00:ec2::254 fd20:ce::254",
  "IPv4 in IPv6: compatible, mapped, translated":
    "::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:169.254.169.254 ::ffff:0:7f00:1",
  "IPv4 in IPv6: NAT64": "64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::a00:1",
  "IPv4 in IPv6: 6to4, Teredo": "2002:7f00:1:: 2002:808:808::1 2001::1 2001:0:4136:e378::",
  "multicast, broadcast, reserved": "224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 ff02::1 4000::1 8000::1",
  documentation: "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1",
  "protocols and tests":
    "192.31.196.1 192.52.193.1 192.88.99.1 192.175.48.1 198.18.0.1 198.19.255.255 2001:2::1 2001:20::1 2620:4f:8000::1",
  "discard-only, SRv6": "100::1 100:0:0:1::1 5f00::1",
  "not an address, or only to a lenient reader": "localhost 127.1 0x7f.1 2130706433 0177.0.0.1 [::1] 1.1.1.1/32 2606:4700::1%eth0",
};

test.each(Object.entries(publicAddresses))("public: %s (%s)", (_, list) => {
  for (const ip of list.split(" ")) expect([ip, isPublicAddress(ip)]).toEqual([ip, true]);
});

test.each(Object.entries(otherAddresses))("not public: %s (%s)", (_, list) => {
  for (const ip of list.split(" ")) expect([ip, isPublicAddress(ip)]).toEqual([ip, false]);
});

const https = { protocol: "https:", port: 443 };
const policy = { allowPrivate: ["127.0.0.0/8", "fd00:aaaa::/32", "10.1.2.3"].map(parseAddressRange), ports: [443, 8443] };

test("an allowed private network may be called by http and on any port, its neighbours not at all", () => {
  for (const ip of ["127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "fd00:aaaa::1", "10.1.2.3"]) {
    expect(isCallable(ip, { protocol: "http:", port: 12_345 }, policy)).toBe(true);
  }
  for (const ip of ["128.0.0.1", "fd00:aaab::1", "10.1.2.4", "::1"]) {
    expect(isCallable(ip, { protocol: "http:", port: 12_345 }, policy)).toBe(false);
  }
  expect(isCallable("10.1.2.4", https, policy)).toBe(false);
});

test("a public address may be called by https on an allowed port only", () => {
  expect(isCallable("1.1.1.1", https, policy)).toBe(true);
  expect(isCallable("1.1.1.1", { protocol: "https:", port: 8443 }, policy)).toBe(true);
  expect(isCallable("1.1.1.1", { protocol: "https:", port: 6379 }, policy)).toBe(false);
  expect(isCallable("1.1.1.1", { protocol: "http:", port: 443 }, policy)).toBe(false);
});

test("what is no network is not read as one", () => {
  for (const text of ["", "10.0.0.0/33", "10.0.0/8", "10.1/16", "everything", "::/129"])
    expect(() => parseAddressRange(text)).toThrow(Error);
});
