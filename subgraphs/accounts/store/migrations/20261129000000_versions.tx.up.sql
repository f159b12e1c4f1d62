-- version counts the changes of a profile, and closed_at is when its person has closed the account.
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
--bun:split
ALTER TABLE users ADD COLUMN closed_at TIMESTAMPTZ;
