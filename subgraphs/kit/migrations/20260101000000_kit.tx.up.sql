-- Notes the kit keeps: which sample data a database was filled with.
CREATE TABLE weft_meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
--bun:split
-- Events that were committed and wait to be published. Their ids sort by time.
CREATE TABLE weft_outbox (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL
);
--bun:split
-- Events of other services that were taken in, so that a repeated one changes nothing.
CREATE TABLE weft_inbox (
    id TEXT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX weft_inbox_at ON weft_inbox (at);
