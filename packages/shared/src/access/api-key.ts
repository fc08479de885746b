// The keys clients send: `sk-sluice-`, 32 random letters and digits, and six that check them. Secret scanners may look for
// /sk-sluice-[0-9A-Za-z]{38}/.
import { hash, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

const prefix = "sk-sluice-";
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 190 bits: a fast hash of it cannot be searched. */
const secretLength = 32;
/** 62⁶ is more than 2³². */
const checksumLength = 6;

const pattern = new RegExp(`^${prefix}([0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`);

export function createApiKey(): string {
  const secret = Array.from({ length: secretLength }, () => alphabet[randomInt(alphabet.length)]).join("");
  return prefix + secret + checksumOf(secret);
}

/** Whether a text can be a key at all. The checksum is no secret: it spares a look-up for each typo and guess. */
export function isWellFormedApiKey(text: string): boolean {
  const [, secret = "", checksum] = pattern.exec(text) ?? [];
  return checksum !== undefined && checksumOf(secret) === checksum;
}

/** What is stored in place of a key. */
export function apiKeyDigest(key: string): string {
  return hash("sha256", key);
}

/** What is shown of a key after its creation, to tell it from others. */
export function apiKeyHint(key: string): string {
  return `${prefix}…${key.slice(-4)}`;
}

/** CRC-32 in base 62, the most significant digit first. */
function checksumOf(secret: string): string {
  let rest = crc32(secret);
  let digits = "";
  for (let place = 0; place < checksumLength; place += 1) {
    digits = (alphabet[rest % alphabet.length] ?? "") + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
}
