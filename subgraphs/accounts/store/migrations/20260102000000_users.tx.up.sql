CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    username TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    bio TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    tier TEXT NOT NULL,
    joined_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX users_joined ON users (joined_at, id);
