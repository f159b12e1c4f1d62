ALTER TABLE people DROP COLUMN version;
