// What the page /docs loads: Swagger UI's files out of their package, and the line that starts it.
import { readFile } from "node:fs/promises";
import type { Express } from "express";
import { sendAnswer } from "../http/answer.ts";
import { traceOf } from "../http/request-trace.ts";

const fileTypes: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

/** Where the package lies, in whatever way it was installed. */
const folder = new URL(".", import.meta.resolve("swagger-ui-dist/package.json"));

const startScript = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: false });\n`;

export const docsAssetPath = "/docs/assets/:file";

export function serveDocsAssets(app: Express): void {
  app.get(docsAssetPath, async (request, response, next) => {
    const { file } = request.params;
    const asset = await readAsset(file);
    if (asset === undefined) return next();
    traceOf(response).route = "/docs/assets/{file}";
    const headers = { "Content-Type": asset.type, "Cache-Control": "public, max-age=3600" };
    await sendAnswer(response, { status: 200, headers, body: asset.body }, false);
  });
}

async function readAsset(file: string): Promise<{ type: string; body: Buffer } | undefined> {
  if (file === "start.js") return { type: "text/javascript; charset=utf-8", body: Buffer.from(startScript) };
  const type = Object.hasOwn(fileTypes, file) ? fileTypes[file] : undefined;
  if (type === undefined) return undefined;
  return { type, body: await readFile(new URL(file, folder)) };
}
