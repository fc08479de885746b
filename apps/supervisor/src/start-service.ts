import { createService, type Service, type ServiceFacts, type ServiceOptions } from "./service.ts";

/**
 * Starts Redis (unless REDIS_URL is set), the simulator (unless ANTHROPIC_API_KEY is set), worker and API, and keeps them running.
 *
 * @throws PortUnavailableError, RedisServerMissingError, ProcessFailedError; nothing is left running then.
 */
export async function startService(options: ServiceOptions): Promise<ServiceFacts & Pick<Service, "stop" | "kill" | "failed">> {
  const { start, stop, kill, failed } = createService(options);
  return { ...(await start()), stop, kill, failed };
}
