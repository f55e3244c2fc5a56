-- The socket on which it was done, as a number that its process gives it; NULL: none. That one has its answer, and is not
-- told when it reads the log.
ALTER TABLE log ADD COLUMN origin INTEGER;
