-- Lists are ordered by the database's clock, not by the id, whose time is that of whichever process accepted the job.

drop index acceptd.jobs_by_principal;
drop index acceptd.jobs_by_status;
drop index acceptd.jobs_by_task;
create index jobs_by_principal on acceptd.jobs (principal, created_at desc, id desc);
create index jobs_by_status on acceptd.jobs (principal, status, created_at desc, id desc);
create index jobs_by_task on acceptd.jobs (principal, task, created_at desc, id desc);
create index jobs_by_tag on acceptd.jobs using gin (tags) where tags <> '{}';

-- Known to every process of this database and to nobody else. gen_random_uuid() is cryptographically strong; two of them
-- hold 244 random bits.
create table acceptd.secrets (
  name  text primary key,
  value bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
);
insert into acceptd.secrets (name) values ('cursor');
