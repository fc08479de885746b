import type { ErrorPhase, OutcomeCode } from "@sluice/shared/webhooks/delivery-outcome";

/** Why no connection to a receiver came to be. Nothing of the event was sent. */
export class ConnectFailure extends Error {
  override readonly name = "ConnectFailure";
  readonly code: Extract<OutcomeCode, "blocked_address" | "dns_error" | "connect_error" | "tls_error" | "timeout">;
  readonly phase: Extract<ErrorPhase, "address" | "connect">;

  constructor(code: ConnectFailure["code"], phase: ConnectFailure["phase"], cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.phase = phase;
  }
}

/** What Node, and OpenSSL through it, call the failures of a handshake or a certificate. */
const tlsErrorCode =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_|PATH_LENGTH_|HOSTNAME_)/;

/** The failure that an error of opening a socket means. */
export function toConnectFailure(error: unknown): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") return new ConnectFailure("timeout", "connect", error);
  return new ConnectFailure(tlsErrorCode.test(code) ? "tls_error" : "connect_error", "connect", error);
}
