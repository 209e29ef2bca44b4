-- How long the jobs of each task have waited and run lately, newest first, in seconds: what Retry-After is learned from.
-- One row per task that every settle writes to, so rows keep room for their next version on the same page.

create table acceptd.experience (
  task  text primary key,
  runs  real[] not null default '{}',
  waits real[] not null default '{}'
) with (fillfactor = 50);

-- How many jobs at once; with the backlog it tells how long a new job will wait.
alter table acceptd.workers add column concurrency integer not null default 10;
