// How BullMQ's range of priorities, 1 … 2,097,151, is divided in a lane. The scripts of this folder know the same figures.
//
//   1                      jobs that come back from an attempt: the head of the lane
//   2 … 1,048,575          the front: jobs called up, the next ones to start, by their tenants' fair tags
//   1,048,576 … 2,097,150  backlogs: one priority per tenant, within it by class
//   2,097,151              arrivals: just added, or due after a delay, until they are taken in

/** What BullMQ remembers of a job that was taken in: when an attempt gives it back, it goes before all others. */
export const returnedPriority = 1;

/** What a job is added with. Nothing is passed over for it: should nobody take it in, it is served last, not never. */
export const arrivalPriority = 2_097_151;

/** What a tenant may say of a job: its share of what the tenant gets. */
export type PriorityClass = "high" | "normal" | "low";
