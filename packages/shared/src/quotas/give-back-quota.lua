-- give-back-quota.lua: give back what was taken for many jobs that never ran.
-- KEYS  1 month hash, 2 counter of unfinished jobs
-- ARGV  1 jobs, 2 their worst case in billionths of a dollar, 3 expiry of the month in ms
-- Returns  1
-- Work  four writes
-- Sent twice it gives back twice: only connections that send nothing twice call it.
giveBackKeyQuota(KEYS[1], KEYS[2], ARGV[3], tonumber(ARGV[1]), tonumber(ARGV[2]), false)
return 1
