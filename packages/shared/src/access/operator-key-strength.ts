const lengthMin = 24;
/** A random text of 24 hexadecimal digits has about 13. */
const distinctMin = 10;

/** Why an operator's key is too easily guessed, to stand behind its name; undefined for a good one. */
export function operatorKeyWeakness(key: string): string | undefined {
  if (key.length < lengthMin) return `must have at least ${lengthMin} characters, e.g. from \`openssl rand -hex 24\``;
  if (new Set(key).size < distinctMin) return `must have at least ${distinctMin} different characters, e.g. from \`openssl rand -hex 24\``;
  return undefined;
}

/** What is wrong with the operator's key of a start; undefined when nothing is. In development it may be missing or weak. */
export function operatorKeyProblem({
  NODE_ENV,
  SLUICE_ADMIN_KEY: key,
}: {
  NODE_ENV?: string | undefined;
  SLUICE_ADMIN_KEY?: string | undefined;
}): string | undefined {
  if (NODE_ENV !== "production") return undefined;
  return key === undefined ? "is required when NODE_ENV is production" : operatorKeyWeakness(key);
}
