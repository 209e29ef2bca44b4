-- Whom to tell of the end of a job, and what is told.

alter table acceptd.jobs
  -- Where to, of which events and how; null: nobody is told.
  add column callback jsonb;

-- Each is delivered by a job of its own, which is written with it, in the transaction that ends the job it tells of.
create table acceptd.callback_deliveries (
  -- That of the job that delivers.
  id          uuid primary key,
  -- The job it tells of; null of a test.
  job_id      uuid,
  event       text not null,
  -- What the receiver knows it by, however often it is sent.
  message_id  text not null,
  occurred_at timestamptz not null default now(),
  -- The job as it was then: it may have been run again since.
  told        json not null
);
create index callback_deliveries_by_job on acceptd.callback_deliveries (job_id, occurred_at desc) where job_id is not null;

-- Receivers that answered 410: nothing is sent there until a test has been taken.
create table acceptd.callbacks_off (
  principal text not null,
  url       text not null,
  since     timestamptz not null default now()
);
-- By a digest: an address may be longer than an index has room for.
create unique index callbacks_off_by_url on acceptd.callbacks_off (principal, md5(url));

-- What callbacks are signed with where the operator has set no secret: each caller's is derived from it.
insert into acceptd.secrets (name) values ('callbacks');
