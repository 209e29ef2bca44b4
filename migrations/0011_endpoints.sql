-- Whom jobs call: how it went lately, and whether anybody is to call them now.

create table acceptd.endpoints (
  origin    text primary key,
  state     text not null default 'closed',
  -- Since when it is not closed; and when it may be tried again, or the one that tries it counts as lost.
  opened_at timestamptz,
  probe_at  timestamptz,
  -- How often it has opened since it was last well: each time it stays open for longer.
  trips     integer not null default 0,
  -- Some of its jobs were put off, and are to be let go when it can take them.
  held      boolean not null default false,
  -- The latest calls, newest first: when, whether they count as well, what came (0: no answer), in how many milliseconds.
  times     timestamptz[] not null default '{}',
  oks       boolean[] not null default '{}',
  statuses  integer[] not null default '{}',
  millis    real[] not null default '{}',
  seen_at   timestamptz not null default now(),

  constraint state_is_known check (state in ('closed', 'open', 'half-open'))
) with (fillfactor = 50);

-- What the pulse looks for every second: small, for hardly any endpoint is in trouble.
create index endpoints_in_trouble on acceptd.endpoints (origin) where held or state <> 'closed';

-- Of whom a job waits to call: for letting them go again, best first.
create index jobs_to_call on acceptd.jobs (target, priority desc, created_at)
  where target is not null and worker_id is null and finished_at is null;
-- How many call them now.
create index jobs_calling on acceptd.jobs (target) where target is not null and worker_id is not null;
-- A caller's jobs by whom they call, and those that failed by why.
create index jobs_by_target on acceptd.jobs (principal, target, created_at desc, id desc) where target is not null;
create index jobs_by_failure on acceptd.jobs (principal, (failure ->> 'code'), created_at desc, id desc)
  where failure is not null;
