DROP INDEX products_sold;
--bun:split
DROP INDEX products_price;
--bun:split
DROP INDEX products_created;
--bun:split
DROP INDEX products_category_sold;
--bun:split
DROP INDEX products_category_price;
--bun:split
DROP INDEX products_category_created;
--bun:split
DROP INDEX products_brand_sold;
--bun:split
DROP INDEX products_brand_price;
--bun:split
DROP INDEX products_brand_created;
--bun:split
ALTER TABLE categories DROP COLUMN product_count;
--bun:split
ALTER TABLE products DROP COLUMN version;
--bun:split
ALTER TABLE products DROP COLUMN archived_at;
--bun:split
CREATE INDEX products_sold ON products (sold, upc);
--bun:split
CREATE INDEX products_price ON products (price, upc);
--bun:split
CREATE INDEX products_created ON products (created_at, upc);
--bun:split
CREATE INDEX products_category ON products (category_id, sold);
--bun:split
CREATE INDEX products_brand ON products (brand_id, sold);
