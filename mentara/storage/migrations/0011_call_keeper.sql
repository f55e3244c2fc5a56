-- Calls in a site of several nodes: one of them keeps all (docs/nodes.md). A server that is alone writes nothing here.
CREATE TABLE call_keeper (
  keeper INTEGER PRIMARY KEY, -- 1: there is one row at most
  holder TEXT NOT NULL,       -- the name of its connection to the database
  node TEXT NOT NULL,         -- by which the other nodes call it
  seen_at INTEGER NOT NULL    -- by the clock of the database
);

-- Of a live call: what the next keeper needs to go on with it.
CREATE TABLE call_seats (
  call_key INTEGER PRIMARY KEY REFERENCES calls,
  caller_device TEXT NOT NULL,
  caller_socket TEXT NOT NULL,
  callee_device TEXT, -- none: nobody has answered
  callee_socket TEXT,
  offer TEXT          -- JSON; while it rings
);

-- What one side has said and the other could not hear yet.
CREATE TABLE call_held (
  held_key INTEGER PRIMARY KEY AUTOINCREMENT,
  call_key INTEGER NOT NULL REFERENCES calls,
  side INTEGER NOT NULL, -- that said it; 0: the caller
  socket TEXT NOT NULL,
  kind INTEGER NOT NULL, -- 0 an answer, 1 a candidate, 2 a renegotiation
  body TEXT NOT NULL,    -- JSON
  restart INTEGER NOT NULL
);
CREATE INDEX call_held_by_call ON call_held (call_key, held_key);
