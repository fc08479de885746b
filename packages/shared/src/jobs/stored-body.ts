// Bodies (a request's params, a result) as they lie in Redis: JSON, deflated when large, with a first byte that says which.
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";

const plain = 0x6a; // "j"
const deflated = 0x7a; // "z"

/** Smaller bodies are not worth the time: at 2 KiB JSON text shrinks by about half. */
const deflateFromBytes = 2_048;

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

export async function packBody(value: unknown): Promise<Buffer> {
  const json = Buffer.from(JSON.stringify(value));
  if (json.length < deflateFromBytes) return Buffer.concat([Buffer.of(plain), json]);
  return Buffer.concat([Buffer.of(deflated), await deflateAsync(json, { level: 1 })]);
}

/** @throws Error when the bytes are not a body of {@link packBody} */
export async function unpackBody(stored: Buffer): Promise<unknown> {
  const content = stored.subarray(1);
  if (stored[0] === plain) return JSON.parse(content.toString());
  if (stored[0] === deflated) return JSON.parse((await inflateAsync(content)).toString());
  throw new Error(`a stored body begins with the unknown byte ${stored[0]}`);
}
