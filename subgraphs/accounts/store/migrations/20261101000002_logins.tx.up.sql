-- What people prove with who they are. Those of the sample shop have none, and cannot sign in. Times are milliseconds of the
-- Unix epoch.
CREATE TABLE logins (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    email TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    roles TEXT NOT NULL,
    failures INTEGER NOT NULL,
    blocked_until BIGINT NOT NULL
);
--bun:split
-- Sessions, each with the hash of the one refresh token that is valid.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    hash TEXT NOT NULL,
    until BIGINT NOT NULL
);
--bun:split
CREATE INDEX sessions_user ON sessions (user_id);
--bun:split
CREATE INDEX sessions_until ON sessions (until);
--bun:split
-- The private keys that access tokens are signed with.
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    seed TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
--bun:split
-- Address books, as JSON lists.
CREATE TABLE address_books (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    addresses TEXT NOT NULL
);
