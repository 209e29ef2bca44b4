-- A fingerprint tells a replay from a reused key, so it is of no use to a job that was submitted without one.
alter table acceptd.jobs alter column fingerprint drop not null;
-- Not checked of the rows there are: none of them is without.
alter table acceptd.jobs add constraint a_key_has_a_fingerprint
  check (idempotency_key is null or fingerprint is not null) not valid;
