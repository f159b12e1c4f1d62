DROP TABLE products;
--bun:split
DROP TABLE brands;
--bun:split
DROP TABLE categories;
