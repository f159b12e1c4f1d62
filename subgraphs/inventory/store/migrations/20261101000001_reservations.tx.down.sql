DROP TABLE reservation_lines;
--bun:split
DROP TABLE reservations;
--bun:split
ALTER TABLE stock DROP COLUMN reserved;
