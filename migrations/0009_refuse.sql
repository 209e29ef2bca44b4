-- For a statement that is to happen as a whole or not at all, and finds in the middle of itself that it cannot.
create function acceptd.refuse(reason text) returns void language plpgsql as $$
begin
  raise exception using message = reason, errcode = 'ZA001';
end
$$;
