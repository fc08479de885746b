import { hash } from "node:crypto";

/** A strong entity tag of a body: different bytes, different tag. */
export function entityTag(body: string): string {
  return `"${hash("sha256", body, "base64url")}"`;
}

/** Whether `If-None-Match` names the tag. The comparison is the weak one: a proxy that compresses makes `W/"…"` of it. */
export function matchesEntityTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((candidate) => candidate.trim().replace(/^W\//, "") === tag);
}
