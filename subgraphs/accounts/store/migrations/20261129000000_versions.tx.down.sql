ALTER TABLE users DROP COLUMN closed_at;
--bun:split
ALTER TABLE users DROP COLUMN version;
