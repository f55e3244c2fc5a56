-- The process that holds the call until it ends, by the name of its connection to PostgreSQL; NULL: the only one there is.
ALTER TABLE calls ADD COLUMN holder TEXT;
