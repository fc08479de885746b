import { connect } from "node:net";
import { parseAddressRange } from "@sluice/shared/webhooks/address-guard";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import { request } from "undici";
import type { buildConnector } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Resolve } from "./callable-addresses.ts";
import { createGuardedAgent } from "./guarded-agent.ts";
import type { GuardedAgentOptions } from "./guarded-agent.ts";
import { postWebhook } from "./post-webhook.ts";
import { startTrap } from "./testing/trap.ts";
import type { Trap } from "./testing/trap.ts";

let trap: Trap;
beforeAll(async () => {
  trap = await startTrap();
});

const names: Record<string, string[]> = {
  "loopback.example.com": ["127.0.0.1"],
  "mapped.example.com": ["::ffff:127.0.0.1"],
  "private.example.com": ["10.0.0.1"],
  "mixed.example.com": ["93.184.216.34", "127.0.0.1"],
  "mixed-last.example.com": ["127.0.0.1", "93.184.216.34"],
  "nat64.example.com": ["64:ff9b::7f00:1"],
  "metadata.example.com": ["169.254.169.254"],
  "scoped.example.com": ["fe80::1%lo"],
  "nonsense.example.com": ["not an address"],
};

const resolve: Resolve = (hostname) =>
  Promise.resolve((names[hostname] ?? []).map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));

/** Hosts that are this machine when nobody checks: the listener is there to be reached. */
const loopbackTricks = {
  "a literal address": "127.0.0.1",
  "a short literal": "127.1",
  "a decimal literal": "2130706433",
  "a hexadecimal literal": "0x7f000001",
  "a hexadecimal part": "0x7f.1",
  "an octal part": "0177.0.0.1",
  "full-width digits": "１２７.０.０.１",
  "percent-encoded digits": "%31%32%37.0.0.1",
  "a literal with a dot at the end": "127.0.0.1.",
  "an address in an IPv6 coat": "[::ffff:127.0.0.1]",
  "the same in hexadecimal": "[::ffff:7f00:1]",
  "a user name that looks like the host": "example.com@127.0.0.1",
  "the name of this machine": "localhost",
  "the name with a dot at the end": "localhost.",
  "a name below it, in capitals": "Hook.LocalHost",
  "a public name that resolves to it": "loopback.example.com",
  "a public name that resolves to it in an IPv6 coat": "mapped.example.com",
};

/** Hosts that lead elsewhere inside. Never to be connected to, not even by this test. */
const otherTricks = {
  "the unspecified address": "0.0.0.0",
  "the short unspecified address": "0",
  "loopback of IPv6": "[::1]",
  "IPv4-compatible": "[::7f00:1]",
  NAT64: "[64:ff9b::7f00:1]",
  "local NAT64": "[64:ff9b:1::7f00:1]",
  "6to4": "[2002:7f00:1::]",
  Teredo: "[2001:0:7f00:1::]",
  "a cloud's metadata": "169.254.169.254",
  "AWS' metadata over IPv6": "[fd00:ec2::254]",
  "Azure's host agent": "168.63.129.16",
  "a private network": "192.168.0.1",
  "carrier-grade NAT": "100.64.0.1",
  broadcast: "255.255.255.255",
  "a name in a private network": "private.example.com",
  "a name with a public and a private address": "mixed.example.com",
  "the same the other way round": "mixed-last.example.com",
  "a name behind NAT64": "nat64.example.com",
  "a name of the metadata": "metadata.example.com",
  "a name with a scoped address": "scoped.example.com",
  "a name with something else": "nonsense.example.com",
};

function guardedAgent(options: Partial<GuardedAgentOptions> & Pick<GuardedAgentOptions, "policy">) {
  const agent = createGuardedAgent({ resolve, connectTimeoutMs: 2_000, ...options });
  return Object.assign(agent, { [Symbol.asyncDispose]: () => agent.destroy() });
}

/** What an attempt from the first check on comes to. */
async function attempt(url: string, options: Partial<GuardedAgentOptions> & Pick<GuardedAgentOptions, "policy">) {
  await using agent = guardedAgent(options);
  const webhook = { url, eventId: "evt_1", body: "{}", secrets: ["whsec_c2VjcmV0"] };
  const context = { agent, policy: options.policy, timeoutMs: 5_000, now: Date.now, signal: new AbortController().signal };
  const result = await postWebhook(webhook, context);
  if (result.phase === "stopped") throw new Error("nobody stopped it");
  return result.attempt;
}

// The listener's port is allowed, so that nothing but the address stands in the way.
const strict = () => ({ allowPrivate: [], ports: [443, trap.port] });
const loopbackAllowed = { allowPrivate: [parseAddressRange("127.0.0.0/8")], ports: [443] };

test.each(Object.entries({ ...loopbackTricks, ...otherTricks }))("no connection is opened to %s (%s)", async (_, host) => {
  const url = `https://${host}:${trap.port}/`;
  await using agent = guardedAgent({ policy: strict() });
  await expect(request(url, { dispatcher: agent, method: "POST" })).rejects.toMatchObject({ code: "blocked_address" });
  const { outcome, statusCode, errorPhase } = await attempt(url, { policy: strict() });
  expect(["blocked_address", "invalid_url"]).toContain(outcome);
  expect([statusCode, errorPhase]).toEqual([null, "address"]);
});

afterAll(() => {
  expect(trap.connections()).toBe(0);
});

test.each(Object.entries(loopbackTricks))("allowed by the operator, %s does reach the listener (%s)", async (_, host) => {
  const listener = await startTrap();
  await using agent = guardedAgent({ policy: loopbackAllowed });
  await expect(request(`http://${host}:${listener.port}/`, { dispatcher: agent, method: "POST" })).rejects.toThrow(Error);
  expect(listener.connections()).toBe(1);
});

test("a redirect is not followed", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerAlways({ status: 307, headers: { location: `http://127.0.0.1:${trap.port}/` } });
  expect(await attempt(receiver.url, { policy: loopbackAllowed })).toMatchObject({
    outcome: "redirect",
    statusCode: 307,
    errorPhase: "answer",
  });
});

test("a name is resolved once per connection, so that a second, other answer is not even asked for", async () => {
  const receiver = await startWebhookReceiver();
  let asked = 0;
  const rebinding: Resolve = () => {
    asked += 1;
    return Promise.resolve([{ address: asked === 1 ? "127.0.0.1" : "10.0.0.1", family: 4 }]);
  };
  const url = receiver.url.replace("127.0.0.1", "rebinding.example.com");
  expect(await attempt(url, { policy: loopbackAllowed, resolve: rebinding })).toMatchObject({ outcome: "delivered" });
  expect(asked).toBe(1);
});

test("a name that resolves elsewhere by the next attempt is judged anew", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerAlways({ status: 500, headers: { connection: "close" } });
  let address = "127.0.0.1";
  const rebinding: Resolve = () => Promise.resolve([{ address, family: 4 }]);
  await using agent = guardedAgent({ policy: loopbackAllowed, resolve: rebinding });
  const post = () => request(receiver.url.replace("127.0.0.1", "rebinding.example.com"), { dispatcher: agent, method: "POST" });
  const first = await post();
  expect(first.statusCode).toBe(500);
  await first.body.dump();
  address = "10.0.0.1";
  await expect(post()).rejects.toMatchObject({ code: "blocked_address", phase: "address" });
  expect(receiver.requests).toHaveLength(1);
});

test("a connection that ends up elsewhere than it was sent is closed before a byte leaves", async () => {
  const listener = await startTrap();
  const hijacked: typeof buildConnector = () => (_target, callback) => {
    const socket = connect(listener.port, "127.0.0.1", () => callback(null, socket));
  };
  const url = `https://1.1.1.1:${listener.port}/`;
  const policy = { allowPrivate: [], ports: [listener.port] };
  expect(await attempt(url, { policy, buildConnector: hijacked })).toMatchObject({ outcome: "blocked_address" });
  expect([listener.connections(), listener.bytes()]).toEqual([1, 0]);
});

test("public addresses are reached by https and on allowed ports only, also when a name hid that until now", async () => {
  const publicName: Resolve = () => Promise.resolve([{ address: "93.184.216.34", family: 4 }]);
  for (const url of ["http://hook.example.com/", "http://hook.example.com:443/", "https://hook.example.com:6379/"]) {
    await using agent = guardedAgent({ policy: loopbackAllowed, resolve: publicName });
    await expect(request(url, { dispatcher: agent, method: "POST" })).rejects.toMatchObject({ code: "blocked_address" });
  }
});
