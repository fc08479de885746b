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
    webhookSecret: `${base}:webhook-secret`,
  };
}

export type TenantKeys = ReturnType<typeof tenantKeys>;
