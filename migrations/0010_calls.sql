-- Jobs that wait without a worker, and jobs that call somebody.

alter table acceptd.jobs
  -- A running job that no worker has: it waits for somebody else, and its attempt goes on then.
  add column resume_at timestamptz,
  -- What its task left for that moment.
  add column checkpoint json,
  -- What the attempt shows of its calls; it goes with the attempt when that has ended.
  add column transcript json,
  -- The origin of the URL it calls.
  add column target text,
  -- As the client sent it (W3C Trace Context).
  add column traceparent text;

alter table acceptd.attempts add column transcript json;

-- Not checked of the rows there are: what they were held to was stricter.
alter table acceptd.jobs
  drop constraint only_running_has_a_worker,
  drop constraint only_running_has_a_delivery,
  add constraint only_running_has_a_worker
    check ((status = 'running' and resume_at is null) = (worker_id is not null)) not valid,
  add constraint only_running_has_a_delivery
    check ((status = 'running' and resume_at is null) = (delivery is not null)) not valid,
  add constraint only_running_is_paused check (resume_at is null or status = 'running') not valid;

-- Paused ones, by when they go on; what the pulse asks every second.
create index jobs_paused on acceptd.jobs (queue, resume_at) where resume_at is not null;
