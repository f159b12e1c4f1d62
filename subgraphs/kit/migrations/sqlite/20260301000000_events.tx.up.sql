-- Events that were committed and wait to be published, in this order: those of one entity in the order of their versions.
-- sequence is the place among all events of the service; 0 until the relay has given one.
DROP TABLE weft_outbox;
--bun:split
CREATE TABLE weft_outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    payload TEXT NOT NULL
);
--bun:split
-- The last event of every entity that ever changed: what others catch up with. version counts the changes.
CREATE TABLE weft_log (
    entity TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    payload TEXT NOT NULL
);
--bun:split
CREATE INDEX weft_log_sequence ON weft_log (sequence);
--bun:split
-- The versions of other services' entities that were taken in, so that a repeated or late event changes nothing.
DROP TABLE weft_inbox;
--bun:split
CREATE TABLE weft_seen (
    subgraph TEXT NOT NULL,
    entity TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (subgraph, entity)
);
--bun:split
-- How far the events of other services were taken in without a gap. The service's own row, with the empty name, is how
-- many it has published.
CREATE TABLE weft_position (
    subgraph TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL
);
