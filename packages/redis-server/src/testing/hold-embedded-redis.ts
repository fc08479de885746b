// A process for the tests: starts or attaches to the embedded Redis of the folder it is given, says what it got in one
// line, and lets it go when its standard input ends.
import { startEmbeddedRedis } from "../embedded-redis.ts";

const [dataDir = ""] = process.argv.slice(2);
const { url, pid, owned, stop } = await startEmbeddedRedis({ dataDir });
console.log(JSON.stringify({ url, pid, owned }));
for await (const _ of process.stdin);
await stop();
process.exit(0);
