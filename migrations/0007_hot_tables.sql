-- What every job pays for when it is written, less what hardly anybody asks for; and tables that change fast kept tidy.

-- A job is written three times, and each time to every index that has it. Pending and running ones are found by the small
-- indexes of their own.
drop index acceptd.jobs_by_status;
create index jobs_by_status on acceptd.jobs (principal, status, created_at desc, id desc)
  where status in ('completed', 'failed', 'canceled');

-- Of a million jobs a fifth, the default, would be 200,000 dead rows before anybody comes to clean up, and statistics
-- that know nothing of the last burst.
alter table acceptd.jobs set (
  autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02
);
alter table acceptd.attempts set (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
