-- Whether a person has shown that the address is theirs.
ALTER TABLE logins ADD COLUMN verified BOOLEAN NOT NULL DEFAULT FALSE;
--bun:split
-- What was sent to people to prove something with, by hash. Times are milliseconds of the Unix epoch.
CREATE TABLE mail_tokens (
    hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    purpose TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    until BIGINT NOT NULL
);
--bun:split
CREATE INDEX mail_tokens_user ON mail_tokens (user_id, purpose, made_at);
--bun:split
CREATE INDEX mail_tokens_until ON mail_tokens (until);
--bun:split
-- Mails that are kept instead of being sent.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL
);
--bun:split
CREATE INDEX mails_at ON mails (at, id);
