-- The products the catalog told of, as it told of them last.
CREATE TABLE products (
    upc TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    minor BIGINT NOT NULL,
    currency TEXT NOT NULL
);
--bun:split
-- What people think of buying; lines is a JSON list of product codes and quantities. Guests' carts have an empty owner.
CREATE TABLE carts (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    lines TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX carts_owner ON carts (owner) WHERE owner <> '';
--bun:split
CREATE INDEX carts_guests ON carts (updated_at) WHERE owner = '';
--bun:split
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    buyer TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    ship_to TEXT NOT NULL,
    method TEXT NOT NULL,
    paid TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    placed_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
--bun:split
-- One order for each key of a buyer. It is also the index by which a buyer's orders are found.
CREATE UNIQUE INDEX orders_key ON orders (buyer, idempotency_key);
--bun:split
CREATE INDEX orders_buyer ON orders (buyer, placed_at, id);
--bun:split
CREATE INDEX orders_placed ON orders (placed_at, id);
--bun:split
CREATE INDEX orders_state ON orders (state, placed_at, id);
--bun:split
CREATE TABLE order_lines (
    order_id TEXT NOT NULL REFERENCES orders (id),
    position INTEGER NOT NULL,
    upc TEXT NOT NULL,
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    minor BIGINT NOT NULL,
    PRIMARY KEY (order_id, position)
);
--bun:split
CREATE TABLE order_history (
    order_id TEXT NOT NULL REFERENCES orders (id),
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (order_id, position)
);
--bun:split
-- The checkouts behind the orders. Times are milliseconds of the Unix epoch; due is null when there is nothing to do.
CREATE TABLE sagas (
    order_id TEXT PRIMARY KEY REFERENCES orders (id),
    step TEXT NOT NULL,
    due BIGINT,
    claimed_until BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    reserve_by BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    charged BOOLEAN NOT NULL,
    held BOOLEAN NOT NULL,
    last_error TEXT NOT NULL
);
--bun:split
CREATE INDEX sagas_due ON sagas (due) WHERE due IS NOT NULL;
