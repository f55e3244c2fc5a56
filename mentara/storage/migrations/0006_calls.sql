-- Calls between two users. Each is stored when it begins, and again when it was answered and when it ended; one that has
-- not ended is held by the server that runs.
CREATE TABLE calls (
  call_key INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of lists
  call_id TEXT NOT NULL UNIQUE,
  caller_key INTEGER NOT NULL REFERENCES users,
  callee_key INTEGER NOT NULL REFERENCES users,
  state INTEGER NOT NULL,
  reason INTEGER,         -- of one that ended
  media INTEGER NOT NULL, -- as it was offered: 1 audio, 2 video, 4 screen, 8 hold
  started_at INTEGER NOT NULL,
  answered_at INTEGER,
  ended_at INTEGER
);
CREATE INDEX calls_by_caller ON calls (caller_key, call_key);
CREATE INDEX calls_by_callee ON calls (callee_key, call_key);
CREATE INDEX calls_unended ON calls (call_key) WHERE ended_at IS NULL;

-- What the devices said of the quality of a call.
CREATE TABLE call_reports (
  report_key INTEGER PRIMARY KEY,
  call_key INTEGER NOT NULL REFERENCES calls,
  side INTEGER NOT NULL, -- 0: the caller's
  at INTEGER NOT NULL,
  report TEXT NOT NULL -- JSON object
);
CREATE INDEX call_reports_by_call ON call_reports (call_key, side, report_key);
