-- The products the catalog told of.
CREATE TABLE products (
    upc TEXT PRIMARY KEY
);
--bun:split
CREATE TABLE warehouses (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL
);
--bun:split
CREATE TABLE stock (
    upc TEXT NOT NULL REFERENCES products (upc),
    warehouse_id TEXT NOT NULL REFERENCES warehouses (id),
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    restock_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (upc, warehouse_id)
);
--bun:split
CREATE INDEX stock_warehouse ON stock (warehouse_id, quantity);
