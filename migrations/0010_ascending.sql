-- The newest at the right end: there Postgres fills a page before it begins the next. At the left end, where a descending
-- index has them, it halves each page, and the halves stay as they are. Lists are read backwards just as well.
drop index acceptd.jobs_by_principal;
drop index acceptd.jobs_by_status;
drop index acceptd.jobs_by_task;
create index jobs_by_principal on acceptd.jobs (principal, created_at, id);
create index jobs_by_task on acceptd.jobs (principal, task, created_at, id);
create index jobs_by_status on acceptd.jobs (principal, status, created_at, id)
  where status in ('completed', 'failed', 'canceled');
