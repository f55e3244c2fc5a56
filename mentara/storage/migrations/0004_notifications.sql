-- What users are told of, beside messages.
CREATE TABLE notifications (
  notification_key INTEGER PRIMARY KEY, -- rises in the order of creation
  user_key INTEGER NOT NULL REFERENCES users,
  notification_id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  title TEXT NOT NULL,
  message TEXT NOT NULL,
  priority INTEGER NOT NULL,
  data TEXT NOT NULL,         -- JSON object, or empty
  action_url TEXT NOT NULL,   -- or empty
  collapse_key TEXT NOT NULL, -- or empty
  in_app INTEGER NOT NULL,    -- 0: neither told nor counted
  push INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  read_at INTEGER,
  held_until INTEGER -- null: it was told
);
CREATE INDEX notifications_by_user ON notifications (user_key, notification_key);
CREATE INDEX notifications_unread ON notifications (user_key, in_app, expires_at) WHERE read_at IS NULL;
CREATE INDEX notifications_to_collapse ON notifications (user_key, collapse_key)
  WHERE read_at IS NULL AND collapse_key <> '';
CREATE INDEX notifications_held ON notifications (user_key, notification_key) WHERE held_until IS NOT NULL;
CREATE INDEX notifications_by_release ON notifications (held_until) WHERE held_until IS NOT NULL;
CREATE INDEX notifications_by_expiry ON notifications (expires_at) WHERE expires_at IS NOT NULL;

-- What a user wants to hear, and how often his count of unread notifications has changed.
CREATE TABLE notification_users (
  user_key INTEGER PRIMARY KEY REFERENCES users,
  version INTEGER NOT NULL DEFAULT 0,
  muted_until INTEGER,
  quiet_start INTEGER, -- minutes since midnight; null: no quiet hours
  quiet_end INTEGER,
  time_zone TEXT
);
CREATE TABLE notification_types (
  user_key INTEGER NOT NULL REFERENCES users,
  type TEXT NOT NULL,
  in_app INTEGER NOT NULL,
  push INTEGER NOT NULL,
  PRIMARY KEY (user_key, type)
) WITHOUT ROWID;

-- What a backend asked for with an Idempotency-Key, and what it was answered.
CREATE TABLE idempotent_requests (
  user_key INTEGER NOT NULL REFERENCES users,
  idempotency_key TEXT NOT NULL,
  digest TEXT NOT NULL, -- of the request
  answer TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user_key, idempotency_key)
) WITHOUT ROWID;
CREATE INDEX idempotent_requests_by_age ON idempotent_requests (at);

-- How far the log was read for notifications of messages. Those from before there were any are nobody's news.
CREATE TABLE notification_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  messages_told INTEGER NOT NULL
);
INSERT INTO notification_state SELECT 1, last_position FROM log_state;

-- How users want to be seen, and when they were seen last.
CREATE TABLE presences (
  user_key INTEGER PRIMARY KEY REFERENCES users,
  status INTEGER NOT NULL,
  text TEXT NOT NULL,
  until INTEGER,
  last_seen_at INTEGER
);
