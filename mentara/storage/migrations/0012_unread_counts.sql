-- What a member has not read is counted from the index alone: its rows say whose a message is, and whether it still is.
DROP INDEX messages_by_seq;
-- sqlite:
CREATE INDEX messages_by_seq ON messages (conversation_key, seq, sender_key, deleted_at);
-- postgres:
CREATE UNIQUE INDEX messages_by_seq ON messages (conversation_key, seq) INCLUDE (sender_key, deleted_at);
