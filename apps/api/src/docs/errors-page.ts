import { z } from "zod";
import { openOperation } from "../http/operation.ts";
import { noRequest } from "../http/request-schemas.ts";
import { errorCatalogue, problemCodes } from "../problems/error-catalogue.ts";
import type { ProblemCode } from "../problems/error-catalogue.ts";
import { escapeHtml, pageAnswer } from "./page.ts";

/** Texts of the catalogue mark code by backticks. */
function paragraph(label: string, text: string): string {
  return `<p><b>${label}:</b> ${escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>")}</p>`;
}

function section(code: ProblemCode): string {
  const { statuses, title, cause, whatToDo } = errorCatalogue[code];
  return `<section id="${code}">
<h2><code>${code}</code> ${statuses.join(", ")}</h2>
<p>${escapeHtml(title)}.</p>
${paragraph("Cause", cause)}
${paragraph("What to do", whatToDo)}
</section>`;
}

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>Sluice: errors</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
section:target { outline: 2px solid #c60; outline-offset: 0.5rem }
code { background: #eee; padding: 0 0.2em }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #161616 } code { background: #333 } }
</style>
</head>
<body>
<h1>Errors of the API</h1>
<p>Every refusal is an <code>application/problem+json</code> with one of these as its <code>code</code>. <a href="/docs">The whole API</a></p>
${problemCodes.map(section).join("\n")}
</body>
</html>
`;

export const errorsPageOperation = openOperation({
  id: "errorsPage",
  method: "get",
  path: "/docs/errors",
  tag: "Documentation",
  summary: "Every error code: cause and what to do",
  request: { ...noRequest, query: z.object({}) },
  answers: { 200: { description: "The page.", content: { "text/html": z.string() } } },
  problems: {},
  handle: async () => pageAnswer(html),
});
