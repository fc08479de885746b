import type { IncomingMessage } from "node:http";

export type Body = { kind: "complete"; text: string } | { kind: "too-large" } | { kind: "aborted" };

/**
 * Reads a request's body. One above the limit is read to its end and thrown away, because a client that is still
 * sending would see a broken connection instead of the answer.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on("end", () => {
      const [first] = chunks;
      const whole = first && chunks.length === 1 ? first : Buffer.concat(chunks);
      resolve(bytes > bytesMax ? { kind: "too-large" } : { kind: "complete", text: whole.toString("utf8") });
    });
    request.on("error", () => resolve({ kind: "aborted" }));
    request.on("close", () => resolve({ kind: "aborted" }));
  });
}
