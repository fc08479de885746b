import type { Peer } from "./peer.ts";

export const peerNames = [
  "sluice",
  "bullmq-limiter",
  "bullmq-paced",
  "bottleneck-reservoir",
  "bottleneck-paced",
  "rate-limiter-flexible",
  "sdk-retries",
  "portkey",
] as const;
export type PeerName = (typeof peerNames)[number];

/** For people. */
export const peerTitles: Record<PeerName, string> = {
  sluice: "Sluice",
  "bullmq-limiter": "BullMQ, limit a minute",
  "bullmq-paced": "BullMQ, paced",
  "bottleneck-reservoir": "Bottleneck, reservoir",
  "bottleneck-paced": "Bottleneck, paced",
  "rate-limiter-flexible": "rate-limiter-flexible",
  "sdk-retries": "SDK retries + p-limit",
  portkey: "Portkey gateway",
};

/** Packages whose versions belong to the result. */
export const measuredPackages = [
  "@anthropic-ai/sdk",
  "bullmq",
  "bottleneck",
  "rate-limiter-flexible",
  "p-limit",
  "@portkey-ai/gateway",
] as const;

/** Each contestant runs in a process of its own, which loads only what it needs. */
export async function loadPeer(name: PeerName): Promise<Peer> {
  switch (name) {
    case "sluice":
      return (await import("./sluice.ts")).sluice;
    case "bullmq-limiter":
      return (await import("./bullmq-limiter.ts")).bullmqLimiter;
    case "bullmq-paced":
      return (await import("./bullmq-paced.ts")).bullmqPaced;
    case "bottleneck-reservoir":
      return (await import("./bottleneck-reservoir.ts")).bottleneckReservoir;
    case "bottleneck-paced":
      return (await import("./bottleneck-paced.ts")).bottleneckPaced;
    case "rate-limiter-flexible":
      return (await import("./rate-limiter-flexible.ts")).rateLimiterFlexible;
    case "sdk-retries":
      return (await import("./sdk-retries.ts")).sdkRetries;
    case "portkey":
      return (await import("./portkey.ts")).portkey;
  }
}
