-- family is the product that the variants of this one began with; empty when it has none.
ALTER TABLE products ADD COLUMN family TEXT NOT NULL DEFAULT '';
--bun:split
CREATE INDEX products_family ON products (family, price, upc) WHERE family <> '';
--bun:split
-- What products are like, in the merchant's order.
CREATE TABLE product_attributes (
    upc TEXT NOT NULL REFERENCES products (upc),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (upc, name)
);
--bun:split
CREATE INDEX product_attributes_value ON product_attributes (name, value, upc);
--bun:split
-- What products cost in other currencies than their main one.
CREATE TABLE product_prices (
    upc TEXT NOT NULL REFERENCES products (upc),
    currency TEXT NOT NULL,
    minor BIGINT NOT NULL,
    PRIMARY KEY (upc, currency)
);
--bun:split
ALTER TABLE categories ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
--bun:split
ALTER TABLE brands ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
