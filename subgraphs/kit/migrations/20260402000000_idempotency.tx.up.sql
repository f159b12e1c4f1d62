-- Changes that were made under a name (an idempotency key).
CREATE TABLE weft_idempotency (
    key TEXT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX weft_idempotency_at ON weft_idempotency (at);
