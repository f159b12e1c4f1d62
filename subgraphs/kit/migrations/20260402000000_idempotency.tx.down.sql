DROP TABLE weft_idempotency;
