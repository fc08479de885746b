import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { beforeAll, expect, test } from "vitest";
import { bodyStream } from "./body-stream.ts";

const bytesMax = 100_000;

/** The address of a server that answers with the number of bytes it has read, or the name of the error; and what it read of the last body. */
let url: string;
let read = 0;
beforeAll(async () => {
  const server = createServer((request, response) => {
    const answer = async () => {
      read = 0;
      for await (const chunk of bodyStream(request, response).read(bytesMax)) read += chunk.length;
      return String(read);
    };
    void answer()
      .catch((error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : "?"))
      .then((text) => response.end(text));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  url = typeof address === "object" ? `http://127.0.0.1:${address?.port}` : "";
  cleanUpAfterTests(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
});

async function send(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<string> {
  return await (await fetch(url, { method: "POST", body, headers })).text();
}

const gzip = { "content-encoding": "gzip" };

test("a body of exactly the limit is read, one byte more is not, compressed or plain", async () => {
  for (const [pack, headers] of [
    [(bytes: Buffer) => bytes, {}],
    [gzipSync, gzip],
  ] as const) {
    expect(await send(Buffer.from(pack(Buffer.alloc(bytesMax))), headers)).toBe(String(bytesMax));
    expect(await send(Buffer.from(pack(Buffer.alloc(bytesMax + 1))), headers)).toContain(`at most ${bytesMax} bytes after decompression`);
  }
});

// A small body must not keep the process busy without end.
test("a body that grows beyond the limit when it is unpacked is not unpacked further, and the connection serves the next request", async () => {
  const bomb = Buffer.from(gzipSync(Buffer.alloc(50_000_000)));
  expect(await send(bomb, gzip)).toContain("Problem");
  expect(read).toBeLessThanOrEqual(bytesMax);
  expect(await send(Buffer.from("abc"))).toBe("3");
});
