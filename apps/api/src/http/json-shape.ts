// What is too much of a JSON text, told from its bytes before it is parsed. A text of 32 MB can hold ten million values: parsing
// and checking them took half a minute and three gigabytes, and it may have come as 33 KB of gzip.

/** Deeper values overflow the stack when they are written again. Real requests (tool schemas) stay far below. */
const depthMax = 512;

/** Of 100,000 messages there are five. */
const valuesMax = 500_000;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * What a JSON text has too much of, as the end of a sentence about it; undefined when it may be parsed. Of a text that is not JSON the
 * answer may be either.
 */
export function excessOf(json: Uint8Array): string | undefined {
  let depth = 0;
  let values = 1;
  let inText = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (inText) {
      if (byte === backslash) index += 1;
      else if (byte === quote) inText = false;
      continue;
    }
    switch (byte) {
      case quote:
        inText = true;
        break;
      case openBrace:
      case openBracket:
        depth += 1;
        values += 1;
        if (depth > depthMax) return `is nested deeper than ${depthMax} levels`;
        break;
      case closeBrace:
      case closeBracket:
        depth -= 1;
        break;
      case comma:
        values += 1;
        break;
      default:
    }
    if (values > valuesMax) return `has more than ${valuesMax} values`;
  }
  return undefined;
}
