CREATE TABLE categories (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL
);
--bun:split
CREATE TABLE brands (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    country TEXT NOT NULL
);
--bun:split
-- price is in cents, weight in grams, measures are in millimetres.
CREATE TABLE products (
    upc TEXT PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    price INTEGER NOT NULL,
    currency TEXT NOT NULL,
    weight INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    category_id TEXT NOT NULL REFERENCES categories (id),
    brand_id TEXT NOT NULL REFERENCES brands (id),
    sold INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
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
