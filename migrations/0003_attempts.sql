-- Every attempt that has ended; the one that runs is in the job's own row. No foreign key: the job's row is locked by
-- whoever writes here, and deleted together with these by whoever purges it.

create table acceptd.attempts (
  job_id          uuid not null,
  attempt         integer not null,
  worker_id       uuid not null,
  started_at      timestamptz not null,
  ended_at        timestamptz not null default now(),
  outcome         text not null,
  -- Why there is another attempt, or none.
  reason          text not null,
  next_attempt_at timestamptz,
  failure         jsonb,
  primary key (job_id, attempt),

  constraint outcome_is_known check (outcome in ('completed', 'failed', 'interrupted', 'crashed', 'canceled')),
  constraint only_a_failed_attempt_has_a_failure check ((outcome = 'failed') = (failure is not null))
);
