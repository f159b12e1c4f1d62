DROP TABLE reviews;
--bun:split
DROP TABLE people;
--bun:split
DROP TABLE products;
