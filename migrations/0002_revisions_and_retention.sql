-- What a reader can hold on to (revision), and how long there is something to read (retention).

alter table acceptd.jobs
  -- Rises with every change a reader can see: ETags and the ids of events are made of it.
  add column revision integer not null default 1,
  -- How long the job is kept after its end, and remembered as gone after that.
  add column retention_seconds integer not null default 604800,
  -- When it goes. Written by the move that ends it, so that it never changes with a later setting.
  add column expires_at timestamptz,
  -- The media type of a result that is a file, whose name and content stand in `result`; null where that is plain JSON.
  add column result_type text;

update acceptd.jobs set expires_at = finished_at + make_interval(secs => retention_seconds)
  where finished_at is not null;

alter table acceptd.jobs
  add constraint terminal_expires check ((finished_at is null) = (expires_at is null)),
  add constraint only_a_result_has_a_type check (result is not null or result_type is null);

-- What the purge looks for.
create index jobs_expiring on acceptd.jobs (expires_at) where expires_at is not null;

-- Jobs that were deleted or have expired: enough to answer 410 and not 404, and to whom.
create table acceptd.tombstones (
  id        uuid primary key,
  principal text not null,
  forget_at timestamptz not null
);
create index tombstones_to_forget on acceptd.tombstones (forget_at);
