-- Tokens that are good no longer, though they have not expired; forgotten at `until`, when they have. Users by their id:
-- a revocation outlives what is known of its user.
CREATE TABLE revoked_tokens (
  token_id TEXT NOT NULL PRIMARY KEY, -- jti
  until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE revoked_users (
  user_id TEXT NOT NULL PRIMARY KEY,
  issued_before INTEGER NOT NULL, -- his tokens of before this time
  until INTEGER NOT NULL
) WITHOUT ROWID;
