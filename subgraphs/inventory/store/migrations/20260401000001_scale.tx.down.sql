DROP INDEX stock_warehouse;
--bun:split
CREATE INDEX stock_warehouse ON stock (warehouse_id, quantity);
--bun:split
DROP INDEX products_total;
--bun:split
ALTER TABLE products DROP COLUMN total;
