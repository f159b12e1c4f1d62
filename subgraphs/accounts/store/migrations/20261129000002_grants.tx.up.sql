-- Which client a session is for, what it was granted and when its person proved who they are; nothing for sessions that a
-- mutation began. previous is the hash of the refresh token before the valid one, rotated_at when that took its place. Times
-- are milliseconds of the Unix epoch.
ALTER TABLE sessions ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE sessions ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE sessions ADD COLUMN granted_at BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE sessions ADD COLUMN previous TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE sessions ADD COLUMN rotated_at BIGINT NOT NULL DEFAULT 0;
--bun:split
-- Authorization codes, by hash. session is what came of one that was redeemed.
CREATE TABLE oauth_codes (
    hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    nonce TEXT NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    used BOOLEAN NOT NULL,
    session TEXT NOT NULL
);
--bun:split
CREATE INDEX oauth_codes_until ON oauth_codes (until);
--bun:split
CREATE INDEX oauth_codes_user ON oauth_codes (user_id);
