import express from "express";
import type { Express } from "express";
import type { ApiContext } from "./api-context.ts";
import { serveDocsAssets } from "./docs/docs-assets.ts";
import { registerOperations } from "./http/register-operations.ts";
import { beginTrace } from "./http/request-trace.ts";
import { refuseMissingHost, refuseUnknownPath, sendProblems } from "./http/send-problem.ts";
import { operations } from "./operations.ts";

/** The Express application. `trustedProxies`: how many of them stand in front and are believed in `X-Forwarded-*`. */
export function createApp(context: ApiContext, trustedProxies: number): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").enable("case sensitive routing");
  app.set("query parser", "simple").set("trust proxy", trustedProxies);
  app.use(beginTrace(context.log, (request) => context.metrics.noteRequest(request)));
  app.use(refuseMissingHost);
  registerOperations(app, operations, context);
  serveDocsAssets(app);
  app.use(refuseUnknownPath);
  app.use(sendProblems(context));
  return app;
}
