-- How often the members of any conversation changed, so that who shares the database with others may remember them from
-- one of its transactions to the next: it looks here under the log's lock. Triggers count, since it does not matter then
-- who changes them.
ALTER TABLE log_state ADD COLUMN members_changes INTEGER NOT NULL DEFAULT 0;
-- sqlite:
CREATE TRIGGER member_added AFTER INSERT ON members BEGIN
  UPDATE log_state SET members_changes = members_changes + 1;
END;
CREATE TRIGGER member_removed AFTER DELETE ON members BEGIN
  UPDATE log_state SET members_changes = members_changes + 1;
END;
-- postgres:
CREATE FUNCTION count_members_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE log_state SET members_changes = members_changes + 1;
  RETURN NULL;
END
$$;
CREATE TRIGGER members_change AFTER INSERT OR DELETE ON members
  FOR EACH STATEMENT EXECUTE FUNCTION count_members_change();
