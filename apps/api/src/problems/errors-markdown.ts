import { errorCatalogue, problemCodes } from "./error-catalogue.ts";

/** The text of docs/errors.md. */
export function errorsMarkdown(): string {
  const sections = problemCodes.map((code) => {
    const { statuses, title, cause, whatToDo } = errorCatalogue[code];
    return `## \`${code}\`\n\nStatus ${statuses.join(", ")}. ${title}.\n\n**Cause.** ${cause}\n\n**What to do.** ${whatToDo}\n`;
  });
  return `<!-- Generated from apps/api/src/problems/error-catalogue.ts by \`npm run generate\`. -->
# Errors of the API

Every 4xx and 5xx has a body of type \`application/problem+json\` (RFC 9457):

\`\`\`json
{
  "type": "https://sluice.example/docs/errors#invalid_request",
  "title": "The request is not valid",
  "status": 422,
  "code": "invalid_request",
  "detail": "The body does not fit. See \`issues\`.",
  "request_id": "req_3f1c…",
  "issues": [{ "path": "params.max_tokens", "message": "is required" }]
}
\`\`\`

Programs branch on \`code\` and \`status\`. \`request_id\` is also in the header \`X-Request-Id\` and in the log of Sluice. The same list is served at \`/docs/errors\`.

${sections.join("\n")}`;
}
