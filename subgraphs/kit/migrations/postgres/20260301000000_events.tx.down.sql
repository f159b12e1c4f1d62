DROP TABLE weft_position;
--bun:split
DROP TABLE weft_seen;
--bun:split
DROP TABLE weft_log;
--bun:split
DROP TABLE weft_outbox;
--bun:split
CREATE TABLE weft_outbox (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL
);
--bun:split
CREATE TABLE weft_inbox (
    id TEXT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX weft_inbox_at ON weft_inbox (at);
