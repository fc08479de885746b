// Health check for images that have no shell and no curl: `node healthcheck.mjs URL`. Ends with 0 when the URL answers 2xx
// within 2 s; anything else (an exception, too) ends with 1.
const { ok } = await fetch(process.argv[2], { signal: AbortSignal.timeout(2_000) });
process.exitCode = ok ? 0 : 1;
