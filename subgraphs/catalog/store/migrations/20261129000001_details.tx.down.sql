ALTER TABLE brands DROP COLUMN version;
--bun:split
ALTER TABLE categories DROP COLUMN version;
--bun:split
DROP TABLE product_prices;
--bun:split
DROP TABLE product_attributes;
--bun:split
DROP INDEX products_family;
--bun:split
ALTER TABLE products DROP COLUMN family;
