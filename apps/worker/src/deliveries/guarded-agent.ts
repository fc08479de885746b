// The connections webhooks leave through. Where a connection goes is decided when it is opened, each time: a URL that was
// fine yesterday may resolve to a machine of ours today.
//
// Invariants
//   G1 A host is resolved once per connection, and the connection goes to one of the addresses that were judged.
//   G2 Addresses in the URL are judged like resolved ones (sockets do not pass them through a look-up).
//   G3 The address at the other end is judged again before a byte is sent.
//   G4 An open connection is kept for seconds only: it stays at its judged address, whatever the name means by then.
import type { LookupFunction, Socket } from "node:net";
import { isCallable } from "@sluice/shared/webhooks/address-guard";
import type { WebhookPolicy } from "@sluice/shared/webhooks/address-guard";
import { Agent, buildConnector } from "undici";
import { callableAddresses, resolveBySystem } from "./callable-addresses.ts";
import type { Resolve, ResolvedAddress } from "./callable-addresses.ts";
import { ConnectFailure, toConnectFailure } from "./connect-failure.ts";

/** The most that is read of an answer. */
const responseBytesMax = 64 * 1_024;

const connectTimeoutMsMax = 5_000;
const keepAliveMs = 4_000;

export interface GuardedAgentOptions {
  policy: WebhookPolicy;
  /** For each of: resolving the name, and opening the connection. */
  connectTimeoutMs?: number;
  resolve?: Resolve;
  /** Certificates to trust, PEM. Unset: the system's and NODE_EXTRA_CA_CERTS. */
  ca?: string;
  /** Opens the socket, once the addresses are judged. */
  buildConnector?: typeof buildConnector;
}

/**
 * An agent that opens no connection to an address the policy does not allow; requests fail with a `ConnectFailure` then,
 * and when no connection comes to be. It follows no redirects and uses no proxy.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Agent {
  return new Agent({
    connect: (target, callback) => void connect(target, options, callback),
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxResponseSize: responseBytesMax,
  });
}

async function connect(target: buildConnector.Options, options: GuardedAgentOptions, callback: buildConnector.Callback): Promise<void> {
  let socket: Socket;
  try {
    socket = await open(target, options);
  } catch (error) {
    callback(toConnectFailure(error), null);
    return;
  }
  callback(null, socket);
}

async function open(target: buildConnector.Options, options: GuardedAgentOptions): Promise<Socket> {
  const { policy, connectTimeoutMs = connectTimeoutMsMax, resolve = resolveBySystem, ca } = options;
  const defaultPort = target.protocol === "https:" ? 443 : 80;
  const host = { protocol: target.protocol, hostname: target.hostname, port: Number(target.port || defaultPort) };
  const addresses = await callableAddresses(host, { policy, resolve, timeoutMs: connectTimeoutMs });
  // A connector per connection, since it is the only way to hand it this connection's addresses (G1).
  const connectSocket = (options.buildConnector ?? buildConnector)({
    lookup: answerWith(addresses),
    timeout: connectTimeoutMs,
    allowH2: false,
    maxCachedSessions: 0,
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
  });
  const socket = await new Promise<Socket>((resolve, reject) => {
    connectSocket(target, (...[error, socket]) => (error === null ? resolve(socket) : reject(error)));
  });
  if (!isCallable(socket.remoteAddress ?? "", host, policy)) {
    socket.destroy();
    throw new ConnectFailure("blocked_address", "address");
  }
  return socket;
}

function answerWith(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? "", first?.family);
  };
}
