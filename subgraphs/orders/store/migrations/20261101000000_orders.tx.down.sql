DROP TABLE sagas;
--bun:split
DROP TABLE order_history;
--bun:split
DROP TABLE order_lines;
--bun:split
DROP TABLE orders;
--bun:split
DROP TABLE carts;
--bun:split
DROP TABLE products;
