-- *_key: the store's own short name of a thing; *_id: its name outside. Times are milliseconds since 1970.
-- Enums are the numbers of mentara/domain, in the order in which they stand there; see stored_number.h.

CREATE TABLE users (
  user_key INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL DEFAULT '',
  first_name TEXT NOT NULL DEFAULT '',
  last_name TEXT NOT NULL DEFAULT '',
  avatar_url TEXT NOT NULL DEFAULT '',
  role TEXT NOT NULL DEFAULT ''
);

CREATE TABLE conversations (
  conversation_key INTEGER PRIMARY KEY,
  conversation_id TEXT NOT NULL UNIQUE,
  type INTEGER NOT NULL,
  title TEXT NOT NULL,
  metadata TEXT NOT NULL,
  history_visibility INTEGER NOT NULL,
  created_by INTEGER NOT NULL REFERENCES users,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  activity INTEGER NOT NULL -- log position of the newest message, else of the creation: the order of lists
);

-- Two users have at most one DIRECT conversation.
CREATE TABLE directs (
  low_user_key INTEGER NOT NULL REFERENCES users,
  high_user_key INTEGER NOT NULL REFERENCES users,
  conversation_key INTEGER NOT NULL REFERENCES conversations,
  PRIMARY KEY (low_user_key, high_user_key),
  CHECK (low_user_key < high_user_key)
) WITHOUT ROWID;

CREATE TABLE members (
  conversation_key INTEGER NOT NULL REFERENCES conversations,
  user_key INTEGER NOT NULL REFERENCES users,
  ordinal INTEGER NOT NULL, -- the order of joining
  role INTEGER NOT NULL,
  joined_at INTEGER NOT NULL,
  joined_seq INTEGER NOT NULL,      -- last_seq when he joined
  joined_position INTEGER NOT NULL, -- the log's last position when he joined: he is told what lies above
  delivered_seq INTEGER NOT NULL,
  read_seq INTEGER NOT NULL,
  PRIMARY KEY (conversation_key, user_key)
) WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_key);

CREATE TABLE messages (
  position INTEGER PRIMARY KEY, -- of its row in the log; so rows are appended, and each finds its event
  conversation_key INTEGER NOT NULL REFERENCES conversations,
  seq INTEGER NOT NULL,
  sender_key INTEGER NOT NULL REFERENCES users,
  message_id TEXT NOT NULL,
  type INTEGER NOT NULL,
  content TEXT NOT NULL,
  client_message_id TEXT,
  reply_to INTEGER REFERENCES messages,
  attachments TEXT NOT NULL, -- JSON array, or empty
  metadata TEXT NOT NULL,    -- JSON object, or empty
  created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX messages_by_seq ON messages (conversation_key, seq);
CREATE UNIQUE INDEX messages_by_id ON messages (message_id);
CREATE UNIQUE INDEX messages_by_client_id ON messages (sender_key, client_message_id)
  WHERE client_message_id IS NOT NULL;

-- Everything durable that has happened, in commit order, without gaps.
CREATE TABLE log (
  position INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL, -- whom it concerns: a conversation_key, or less than 0 for one user alone (sql_log.cpp)
  type INTEGER NOT NULL,  -- LogType
  payload TEXT NOT NULL   -- JSON, complete in itself (log_payload.h)
);
CREATE INDEX log_by_scope ON log (scope, position);

CREATE TABLE log_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch TEXT NOT NULL,
  last_position INTEGER NOT NULL
);
-- sqlite:
INSERT INTO log_state VALUES (1, lower(hex(randomblob(7))), 0);

-- postgres:
INSERT INTO log_state VALUES (1, substr(replace(gen_random_uuid()::text, '-', ''), 1, 14), 0);

-- The number of the last commit of each process that writes (commit_record.h).
CREATE TABLE writers (
  writer TEXT PRIMARY KEY,
  number BIGINT NOT NULL,
  position BIGINT NOT NULL, -- where the log ended with the last row that it added
  at BIGINT NOT NULL
);

-- What SQLite calls max and min of two.
CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT greatest($1, $2)';
CREATE FUNCTION min(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT least($1, $2)';
