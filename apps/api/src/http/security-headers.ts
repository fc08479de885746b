// The headers that tell browsers how little an answer may do, made by helmet. They are the same for every answer of a kind, so they
// are made once and sent with the others: answers that never pass Express (broken HTTP, http-server.ts) have them, too.
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import helmet from "helmet";

type Headers = Readonly<Record<string, string>>;

/** Of every answer: it is read by programs, and a browser that shows it is to load nothing and run nothing. */
export const securityHeaders: Headers = headersOf(
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { "default-src": ["'none'"], "frame-ancestors": ["'none'"] } },
    xFrameOptions: { action: "deny" },
    strictTransportSecurity: false,
  }),
);

/**
 * Added to answers that go out over TLS, as the proxy that ends it tells (`SLUICE_TRUST_PROXY`): keys are typed into the page `/docs`.
 * Other hosts of the domain are their owners' affair.
 */
export const overTlsHeaders: Headers = headersOf(helmet.strictTransportSecurity({ includeSubDomains: false }));

/** In place of the policy above, for pages: their scripts and styles come from here alone; Swagger UI sets styles on its elements. */
export const pageSecurityHeaders: Headers = headersOf(
  helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      "default-src": ["'none'"],
      "script-src": ["'self'"],
      "style-src": ["'self'", "'unsafe-inline'"],
      "img-src": ["'self'", "data:"],
      "connect-src": ["'self'"],
      "base-uri": ["'none'"],
      "form-action": ["'none'"],
      "frame-ancestors": ["'none'"],
    },
  }),
);

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What a middleware that only sets headers would set. */
function headersOf(middleware: Middleware): Headers {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, (error) => {
    if (error !== undefined) throw new Error("helmet refused its settings", { cause: error });
  });
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
