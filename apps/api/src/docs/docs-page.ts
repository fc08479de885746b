import { z } from "zod";
import { openOperation } from "../http/operation.ts";
import { noRequest } from "../http/request-schemas.ts";
import { pageAnswer } from "./page.ts";

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Sluice: the HTTP API</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
    <link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/start.js"></script>
  </body>
</html>
`;

export const docsPageOperation = openOperation({
  id: "docs",
  method: "get",
  path: "/docs",
  tag: "Documentation",
  summary: "This document as a page",
  description: "Works without internet: all it loads comes from here.",
  request: { ...noRequest, query: z.object({}) },
  answers: { 200: { description: "The page.", content: { "text/html": z.string() } } },
  problems: {},
  handle: async () => pageAnswer(html),
});
