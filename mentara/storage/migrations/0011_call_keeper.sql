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
