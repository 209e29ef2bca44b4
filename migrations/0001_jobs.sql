-- Jobs and the workers that run them. The CHECKs make states that mean nothing impossible to store.

create table acceptd.workers (
  id         uuid primary key,
  host       text not null,
  pid        integer not null,
  started_at timestamptz not null default now(),
  -- The lease: a worker that has not been seen for a few seconds is dead, and its jobs are handed back.
  seen_at    timestamptz not null default now()
);

create table acceptd.jobs (
  id                  uuid primary key,
  principal           text not null,
  task                text not null,
  status              text not null default 'pending',
  -- json, not jsonb: the client gets back what it sent, in its own order of members.
  input               json not null,
  tags                text[] not null default '{}',
  priority            integer not null default 0,
  -- Rises with each claim and never falls: the fence that keeps a stale worker from ending a newer attempt.
  attempt             integer not null default 0,
  -- Rises by one for each attempt that ended through no fault of the task, so attempt <= max_attempts always holds.
  max_attempts        integer not null,
  crashes             integer not null default 0,
  progress            smallint,
  progress_note       text,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  run_at              timestamptz not null default now(),
  started_at          timestamptz,
  finished_at         timestamptz,
  cancel_requested_at timestamptz,
  -- Who runs it, and pg-boss's retry_count of the delivery: with the id, the fence on the queue's side.
  worker_id           uuid,
  delivery            integer,
  result              json,
  result_bytes        integer,
  failure             jsonb,
  idempotency_key     text,
  fingerprint         text not null,

  constraint status_is_known check (status in ('pending', 'running', 'completed', 'failed', 'canceled')),
  constraint terminal_has_an_end check ((status in ('completed', 'failed', 'canceled')) = (finished_at is not null)),
  constraint only_completed_has_a_result check ((status = 'completed') = (result is not null)),
  constraint result_has_a_size check ((result is null) = (result_bytes is null)),
  constraint only_failed_has_a_failure check ((status = 'failed') = (failure is not null)),
  constraint only_running_has_a_worker check ((status = 'running') = (worker_id is not null)),
  constraint only_running_has_a_delivery check ((status = 'running') = (delivery is not null)),
  constraint running_has_started check (status <> 'running' or (started_at is not null and attempt > 0)),
  constraint attempts_are_bounded check (attempt between 0 and max_attempts),
  constraint progress_is_a_percentage check (progress between 0 and 100)
);

-- One key, one job. Also how a replay finds its job.
create unique index jobs_by_key on acceptd.jobs (principal, idempotency_key) where idempotency_key is not null;
-- A caller's list, newest first: ids are UUID v7 and so in order of creation. With a filter, the same within it.
create index jobs_by_principal on acceptd.jobs (principal, id desc);
create index jobs_by_status on acceptd.jobs (principal, status, id desc);
create index jobs_by_task on acceptd.jobs (principal, task, id desc);
-- What the sweeper, the lease and the health page look at every second: small, however many jobs have ended.
-- Their second condition keeps the planner from taking them for a look-up by id, when by its statistics they are empty.
create index jobs_running on acceptd.jobs (worker_id) where status = 'running' and worker_id is not null;
create index jobs_pending on acceptd.jobs (run_at) where status = 'pending' and run_at > '-infinity';
