-- version counts the changes of a number of pieces.
ALTER TABLE stock ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
