-- archived_at is when a product was taken off sale: lists do not have it any more, its key still finds it. version counts its
-- changes.
ALTER TABLE products ADD COLUMN archived_at TIMESTAMPTZ;
--bun:split
ALTER TABLE products ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
--bun:split
-- How many of its products are on sale.
ALTER TABLE categories ADD COLUMN product_count INTEGER NOT NULL DEFAULT 0;
--bun:split
UPDATE categories SET product_count = (SELECT COUNT(*) FROM products WHERE products.category_id = categories.id);
--bun:split
DROP INDEX products_sold;
--bun:split
DROP INDEX products_price;
--bun:split
DROP INDEX products_created;
--bun:split
DROP INDEX products_category;
--bun:split
DROP INDEX products_brand;
--bun:split
CREATE INDEX products_sold ON products (sold DESC, upc) WHERE archived_at IS NULL;
--bun:split
CREATE INDEX products_price ON products (price, upc) WHERE archived_at IS NULL;
--bun:split
CREATE INDEX products_created ON products (created_at DESC, upc) WHERE archived_at IS NULL;
--bun:split
CREATE INDEX products_category_sold ON products (category_id, sold DESC, upc) WHERE archived_at IS NULL;
--bun:split
CREATE INDEX products_category_price ON products (category_id, price, upc) WHERE archived_at IS NULL;
--bun:split
CREATE INDEX products_category_created ON products (category_id, created_at DESC, upc) WHERE archived_at IS NULL;
--bun:split
CREATE INDEX products_brand_sold ON products (brand_id, sold DESC, upc) WHERE archived_at IS NULL;
--bun:split
CREATE INDEX products_brand_price ON products (brand_id, price, upc) WHERE archived_at IS NULL;
--bun:split
CREATE INDEX products_brand_created ON products (brand_id, created_at DESC, upc) WHERE archived_at IS NULL;
