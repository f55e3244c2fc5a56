-- What can be done to messages, members and users after the first migration's beginnings.

ALTER TABLE messages ADD COLUMN edited_at INTEGER;  -- null: never
ALTER TABLE messages ADD COLUMN deleted_at INTEGER; -- null: not. Then content, attachments, metadata are empty
ALTER TABLE messages ADD COLUMN deleted_by INTEGER REFERENCES users;
CREATE INDEX messages_by_reply ON messages (reply_to) WHERE reply_to IS NOT NULL;

-- The texts that a message had before.
CREATE TABLE message_edits (
  position INTEGER PRIMARY KEY, -- in the log, of the edit that replaced the text
  message_position INTEGER NOT NULL REFERENCES messages,
  content TEXT NOT NULL,
  edited_at INTEGER NOT NULL -- when it was replaced
);
CREATE INDEX message_edits_by_message ON message_edits (message_position, position);

CREATE TABLE reactions (
  message_position INTEGER NOT NULL REFERENCES messages,
  emoji TEXT NOT NULL,
  user_key INTEGER NOT NULL REFERENCES users,
  position INTEGER NOT NULL, -- in the log: the order of reacting
  PRIMARY KEY (message_position, emoji, user_key)
) WITHOUT ROWID;

-- What a member has set for himself.
ALTER TABLE members ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN muted_until INTEGER;
ALTER TABLE members ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;

-- Who was a member: he may be told what lies above joined_position, up to and with left_position.
CREATE TABLE past_members (
  user_key INTEGER NOT NULL REFERENCES users,
  conversation_key INTEGER NOT NULL REFERENCES conversations,
  joined_position INTEGER NOT NULL,
  left_position INTEGER NOT NULL,
  PRIMARY KEY (user_key, left_position)
) WITHOUT ROWID;

CREATE TABLE blocks (
  blocker_key INTEGER NOT NULL REFERENCES users,
  blocked_key INTEGER NOT NULL REFERENCES users,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (blocker_key, blocked_key)
) WITHOUT ROWID;

-- sqlite:
-- Full text; a row for each message that has one. `scope` is a word for the conversation, `terms` what search_terms.h
-- makes of the text; neither is kept, only found.
CREATE VIRTUAL TABLE message_search USING fts5 (
  scope, terms, content = '', tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So Mn Mc'"
);
-- postgres:
-- Full text; a row for each message that has one: its words and one for its conversation, as search_terms.h finds them
-- and folded() spells them.
CREATE TABLE message_search (
  position BIGINT PRIMARY KEY,
  terms TSVECTOR NOT NULL
);
CREATE INDEX message_search_by_terms ON message_search USING gin (terms);

-- Without case and diacritics, as SQLite's unicode61 has it; of a text that holds words of any script.
CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(normalize(lower($1 COLLATE "und-x-icu"), NFD), U&'[\0300-\036F]', '', 'g')
$$;

-- both:
CREATE TABLE search_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  indexed_position INTEGER NOT NULL -- messages up to here are in message_search
);
INSERT INTO search_state VALUES (1, 0);
