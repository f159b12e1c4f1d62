ALTER TABLE products DROP COLUMN stars_5;
--bun:split
ALTER TABLE products DROP COLUMN stars_4;
--bun:split
ALTER TABLE products DROP COLUMN stars_3;
--bun:split
ALTER TABLE products DROP COLUMN stars_2;
--bun:split
ALTER TABLE products DROP COLUMN stars_1;
--bun:split
DROP INDEX reviews_hidden;
--bun:split
DROP INDEX reviews_product_rating;
--bun:split
ALTER TABLE reviews DROP COLUMN because;
--bun:split
ALTER TABLE reviews DROP COLUMN hidden;
--bun:split
ALTER TABLE reviews DROP COLUMN edited_at;
--bun:split
ALTER TABLE reviews DROP COLUMN version;
--bun:split
DROP TABLE bought;
