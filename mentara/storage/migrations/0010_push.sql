-- Where browsers take pushes for a user, each as it said itself.
CREATE TABLE push_subscriptions (
  subscription_key INTEGER PRIMARY KEY, -- rises in the order of subscribing
  user_key INTEGER NOT NULL REFERENCES users,
  endpoint TEXT NOT NULL UNIQUE,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX push_subscriptions_by_user ON push_subscriptions (user_key, subscription_key);

-- Pushes that may still lie on a screen, so that they can be taken back when their notification is read elsewhere.
CREATE TABLE sent_pushes (
  user_key INTEGER NOT NULL REFERENCES users,
  topic TEXT NOT NULL,
  notification_id TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (user_key, topic)
) WITHOUT ROWID;
CREATE INDEX sent_pushes_by_age ON sent_pushes (until);
