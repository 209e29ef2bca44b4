-- Lanes: which jobs share a worker's slots, and in which of pg-boss's queues their deliveries wait.

alter table acceptd.jobs add column queue text not null default 'default';

-- Every queue that jobs of a task have ever gone to: a task may move to another lane while jobs of it wait in the first.
create table acceptd.queues (
  task  text not null,
  queue text not null,
  primary key (task, queue)
);
insert into acceptd.queues (task, queue)
  select distinct task, 'default' from acceptd.jobs where status in ('pending', 'running');

-- How many jobs of each queue at once; with the backlog it tells how long a new job will wait.
alter table acceptd.workers add column slots jsonb not null default '{}';

-- The oldest that is due, queue by queue.
drop index acceptd.jobs_pending;
create index jobs_pending on acceptd.jobs (queue, run_at) where status = 'pending' and run_at > '-infinity';
