-- Users who are to be forgotten, until that is done: it takes many transactions, and a restart goes on with it.
CREATE TABLE erasures (
  user_key INTEGER PRIMARY KEY REFERENCES users,
  begun_at INTEGER NOT NULL
);
