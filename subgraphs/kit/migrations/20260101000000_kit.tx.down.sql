DROP TABLE weft_inbox;
--bun:split
DROP TABLE weft_outbox;
--bun:split
DROP TABLE weft_meta;
