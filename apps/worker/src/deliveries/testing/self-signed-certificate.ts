// A certificate for one name, made for one test run. Written out in DER since Node can read certificates but not make them.
import { generateKeyPairSync, sign } from "node:crypto";

const day = 86_400_000;

/** @returns PEM texts for a server; clients that trust `cert` accept it for `name` only, until tomorrow */
export function selfSignedCertificate(name: string): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = sequence(der(0x31, sequence(oid("550403"), der(0x0c, name)))); // common name
  const algorithm = sequence(oid("2a8648ce3d040302")); // ECDSA with SHA-256
  const validity = sequence(utcTime(Date.now() - day), utcTime(Date.now() + day));
  const names = sequence(oid("551d11"), der(0x04, sequence(der(0x82, name)))); // subject alternative name
  const unsigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))), // version 3
    der(0x02, Buffer.of(1)), // serial number
    algorithm,
    subject, // of the issuer
    validity,
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(names)),
  );
  const certificate = sequence(unsigned, algorithm, der(0x03, Buffer.concat([Buffer.of(0), sign("sha256", unsigned, privateKey)])));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = bytes.length < 128 ? Buffer.of(bytes.length) : Buffer.of(0x82, bytes.length >> 8, bytes.length & 255);
  return Buffer.concat([Buffer.of(tag), length, bytes]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function utcTime(ms: number): Buffer {
  return der(0x17, `${new Date(ms).toISOString().slice(2, 19).replaceAll(/[-T:]/g, "")}Z`);
}
