import type { ServerResponse } from "node:http";
import type { ApiVersion } from "../http/api-version.ts";
import type { Identity } from "../http/identity.ts";
import type { Exchange } from "../inspection/exchange.ts";

/** One call of an endpoint that takes a prompt, past key, version and JSON. */
export interface Call {
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly identity: Identity;
  readonly version: ApiVersion;
  /** The parsed JSON. */
  readonly body: unknown;
}

export interface MessagesCall extends Call {
  readonly exchange: Exchange;
  /** What is to be done when the client leaves; replaced as the call goes on. */
  onGone: () => void;
}
