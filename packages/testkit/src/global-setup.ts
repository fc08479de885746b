import { ensureRedisServer } from "@sluice/redis-server/install-redis-server";

/** Once before the suite: the tests start Redis servers of their own, so there must be one to start. */
export default async function setup(): Promise<void> {
  await ensureRedisServer();
}
