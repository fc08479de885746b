const lengthMin = 24;
/** A random text of 24 hexadecimal digits has about 13. */
const distinctMin = 10;

/** Why an operator's key is too easily guessed, to stand behind its name; undefined for a good one. */
export function operatorKeyWeakness(key: string): string | undefined {
  if (key.length < lengthMin) return `must have at least ${lengthMin} characters, e.g. from \`openssl rand -hex 24\``;
  if (new Set(key).size < distinctMin) return `must have at least ${distinctMin} different characters, e.g. from \`openssl rand -hex 24\``;
  return undefined;
}
