// Every key Sluice writes, in one place. docs/redis-keys.md says of each its type, members, expiry and who deletes it.
//
// All keys of a tenant share the hash tag {tenant}, all keys of a lane its BullMQ queue name {account.pool}: each script touches one slot.

const prefix = "sluice";

/** Prefix that BullMQ puts before `:<queue name>:…`; a queue name carries its hash tag itself. */
export const queuePrefix = prefix;

export const laneRegistryKey = `${prefix}:lanes`;
export const tenantRegistryKey = `${prefix}:tenants`;
/** Jobs with `expires_in_seconds` that were not seen final yet: member `tenant/job id`, score the deadline in ms. */
export const deadlinesKey = `${prefix}:deadlines`;

/** Nothing is ever written to it: a write of nothing tells whether Redis takes writes. */
export const writeProbeKey = `${prefix}:write-probe`;

/** All clients' keys: members `key id/tenant/digest`, in order of time. */
export const keyIndexKey = `${prefix}:keys`;
/** A client's key, by the SHA-256 digest of what the client sends. */
export const apiKeyKey = (digest: string) => `${prefix}:key:{${digest}}`;

/** Channel on which a job's final state is told to the worker that still holds an attempt at it: `{tenant}/{job id}`. */
export const abortChannel = `${prefix}:abort`;
/** Channel on which a lane's name is told when it is opened for the first time. */
export const lanesChannel = `${prefix}:lanes:opened`;

export function tenantKeys(tenant: string) {
  const base = `${prefix}:{${tenant}}`;
  return {
    job: (id: string) => `${base}:job:${id}`,
    jobParams: (id: string) => `${base}:job:${id}:params`,
    jobResult: (id: string) => `${base}:job:${id}:result`,
    /** Says that the job's acceptance was given up before it took place. */
    jobWithdrawn: (id: string) => `${base}:job:${id}:withdrawn`,
    /** Channel of one job: each new state is published as `seq status`. */
    jobChannel: (id: string) => `${base}:job:${id}:states`,
    jobs: `${base}:jobs`,
    jobsOf: (status: string) => `${base}:jobs:${status}`,
    retained: `${base}:retained`,
    idempotency: (keyHash: string) => `${base}:idempotency:${keyHash}`,
    delivery: (id: string) => `${base}:delivery:${id}`,
    deliveries: `${base}:deliveries`,
    deliveriesPending: `${base}:deliveries:pending`,
    deliveriesFailed: `${base}:deliveries:failed`,
    webhookEndpoint: (id: string) => `${base}:webhook-endpoint:${id}`,
    webhookEndpoints: `${base}:webhook-endpoints`,
    /** Whether deliveries to a target (an endpoint's id, or the origin of a URL) are held back. */
    webhookBreaker: (target: string) => `${base}:webhook-breaker:${encodeURIComponent(target)}`,
    /** The deliveries of an event that was emitted by itself, so that it is emitted once. */
    webhookEvent: (id: string) => `${base}:webhook-event:${id}`,
    webhookSecret: `${base}:webhook-secret`,
    /** A batch; changes of its counts are published under the same name. */
    batch: (id: string) => `${base}:batch:${id}`,
    /** Places of its jobs that are final, in the order in which they became so. */
    batchFinished: (id: string) => `${base}:batch:${id}:finished`,
    /** Lines of a batch that are not expanded yet, from this place on. */
    batchChunk: (id: string, firstLine: number | string) => `${base}:batch:${id}:chunk:${firstLine}`,
    /** Says that the batch's acceptance was given up before it took place. */
    batchWithdrawn: (id: string) => `${base}:batch:${id}:withdrawn`,
    batches: `${base}:batches`,
    /** Batches that need a worker. */
    batchesOpen: `${base}:batches:open`,
    /** What a client's key has used in a calendar month: `{key id}:{2026-11}`. */
    quota: (keyAndMonth: string) => `${base}:quota:${keyAndMonth}`,
    /** Jobs of a client's key that are not final; only of a key with quotas. */
    unfinished: (keyId: string) => `${base}:unfinished:${keyId}`,
    /** What was used in a day (`2026-11-24`, UTC). */
    usage: (day: string) => `${base}:usage:${day}`,
  };
}

export type TenantKeys = ReturnType<typeof tenantKeys>;

/** Keys of a lane beside those of its BullMQ queue; the lane's name brings the hash tag they share with it. */
export function laneKeys(laneName: string) {
  const base = `${prefix}:lane:${laneName}`;
  return {
    budgets: `${base}:budgets`,
    /** Attempts that hold a reservation, by the end of its lease in ms. */
    reservations: `${base}:reservations`,
    reserved: `${base}:reserved`,
    /** Attempts whose answers are taken to be written at this moment, by when they are taken to have stopped, in ms. */
    writing: `${base}:writing`,
    /** What requests really cost, as running means. */
    usage: `${base}:usage`,
    /** What became of its requests, and how its estimates went. */
    counters: `${base}:counters`,
    /** Limits learned from Claude, and how far the lane is slowed down. */
    limits: `${base}:limits`,
    /** Why the lane rests; is there as long as it does. */
    restReason: `${base}:rest-reason`,
    /** Virtual time of the lane's tenants and what it is counted with. */
    fairClock: `${base}:fair-clock`,
    /** Tenants with a backlog, by the virtual time at which their next job starts. */
    turns: `${base}:turns`,
    /** Tenants without one whose last job was called up for later than now, by the end of its share. */
    finishes: `${base}:finishes`,
    backlogs: `${base}:backlogs`,
    freePriorities: `${base}:free-priorities`,
  };
}

/** BullMQ's counter of the jobs started in the current window; a rest of the lane is written there, too. */
export function limiterKey(laneName: string): string {
  return `${queuePrefix}:${laneName}:limiter`;
}

/** Keys of an upstream account. */
export function accountKeys(account: string) {
  const base = `${prefix}:account:{${account}}`;
  return {
    /** What was used in a calendar month (`2026-11`). */
    month: (month: string) => `${base}:month:${month}`,
  };
}
