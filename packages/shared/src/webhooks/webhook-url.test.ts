import { expect, test } from "vitest";
import { parseAddressRange } from "./address-guard.ts";
import { checkWebhookUrl } from "./webhook-url.ts";

const strict = { allowPrivate: [], ports: [443, 8443] };
const loopbackAllowed = { allowPrivate: [parseAddressRange("127.0.0.0/8")], ports: [443, 8443] };

test.each([
  ["https://example.com/hook?key=1#part", "https://example.com/hook?key=1"],
  ["https://Example.COM:443", "https://example.com/"],
  ["https://example.com.:8443/a", "https://example.com:8443/a"],
  ["https://1.1.1.1/hook", "https://1.1.1.1/hook"],
  ["https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"],
  ["https://bücher.example/", "https://xn--bcher-kva.example/"],
])("%s is accepted, in its normal form", (text, url) => {
  expect(checkWebhookUrl(text, strict)).toEqual({ ok: true, url });
});

test.each([
  ["not a url", "must be a URL that begins with https://"],
  ["/hook", "must be a URL that begins with https://"],
  ["ftp://example.com/", "must be a URL that begins with https://"],
  ["file:///etc/passwd", "must be a URL that begins with https://"],
  ["http://example.com/", "must begin with https://"],
  ["http://1.1.1.1/", "must begin with https://"],
  ["https://user:secret@example.com/", "may not carry a user name or password"],
  ["https://example.com@127.0.0.1/", "may not carry a user name or password"],
  ["https://example.com:22/", "port 22 is not allowed; allowed: 443, 8443"],
  ["https://1.1.1.1:6379/", "port 6379 is not allowed; allowed: 443, 8443"],
  [`https://example.com/${"a".repeat(2_048)}`, "may be at most 2048 characters long"],
  ...["localhost", "localhost.", "localhost..", "a.localhost", "LOCALHOST", "intranet", "printer.local", "db.internal"].map((host) => [
    `https://${host}/`,
    "the host name is not a public one",
  ]),
  ...["api.default.svc", "api.default.svc.cluster.local", "router.home.arpa", "metadata.google.internal."].map((host) => [
    `https://${host}/`,
    "the host name is not a public one",
  ]),
  ...["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "１２７.０.０.１", "%31%32%37.0.0.1"].map(
    (host) => [`https://${host}/`, "the address is not a public one"],
  ),
  ...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "0", "169.254.169.254", "10.0.0.1"].map((host) => [
    `https://${host}/`,
    "the address is not a public one",
  ]),
])("%s is refused", (text, message) => {
  expect(checkWebhookUrl(text, strict)).toEqual({ ok: false, message });
});

test.each([
  "http://127.0.0.1:4000/hook",
  "http://localhost:4000/hook",
  "http://receiver:4000/hook", // a name in a compose network: its addresses decide, at each connection
  "https://127.0.0.1:4000/hook",
  "https://example.com/hook",
])("with a private network allowed, %s is accepted", (text) => {
  expect(checkWebhookUrl(text, loopbackAllowed)).toEqual({ ok: true, url: text });
});

test.each([
  ["http://10.0.0.1/", "the address is not a public one"],
  ["http://[::1]/", "the address is not a public one"],
  ["http://1.1.1.1/", "must begin with https://"],
  ["https://1.1.1.1:4000/", "port 4000 is not allowed; allowed: 443, 8443"],
  ["http://user@127.0.0.1/", "may not carry a user name or password"],
])("with another private network allowed, %s is refused", (text, message) => {
  expect(checkWebhookUrl(text, loopbackAllowed)).toEqual({ ok: false, message });
});
