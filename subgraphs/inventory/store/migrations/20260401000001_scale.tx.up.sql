-- How many pieces of the product lie in all warehouses together.
ALTER TABLE products ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
--bun:split
UPDATE products SET total = (SELECT COALESCE(SUM(quantity), 0) FROM stock WHERE stock.upc = products.upc);
--bun:split
CREATE INDEX products_total ON products (total, upc);
--bun:split
DROP INDEX stock_warehouse;
--bun:split
CREATE INDEX stock_warehouse ON stock (warehouse_id, quantity DESC, upc);
