DROP TABLE signals;
--bun:split
DROP TABLE anomalies;
--bun:split
DROP TABLE pairs;
--bun:split
DROP TABLE baskets;
--bun:split
DROP TABLE products;
