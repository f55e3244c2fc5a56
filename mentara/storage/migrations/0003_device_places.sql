-- How far each device is known to have received what it must hear, in each channel (mentara/domain/listener.h). It moves
-- only on proof.
CREATE TABLE device_places (
  user_key INTEGER NOT NULL REFERENCES users,
  channel INTEGER NOT NULL,
  device_id TEXT NOT NULL,
  epoch TEXT NOT NULL, -- of the log that `position` counts in
  position INTEGER NOT NULL,
  moved_at INTEGER NOT NULL,
  PRIMARY KEY (user_key, channel, device_id)
) WITHOUT ROWID;

-- When a row was written. What is older than a replay may reach back is not replayed.
ALTER TABLE log ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
