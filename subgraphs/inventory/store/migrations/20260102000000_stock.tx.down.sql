DROP TABLE stock;
--bun:split
DROP TABLE warehouses;
--bun:split
DROP TABLE products;
