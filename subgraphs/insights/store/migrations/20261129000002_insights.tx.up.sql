-- Products, whether they are for sale, and in how many orders of the last year they are.
CREATE TABLE products (
    upc TEXT PRIMARY KEY,
    sold BOOLEAN NOT NULL,
    orders INTEGER NOT NULL DEFAULT 0
);
--bun:split
-- What was counted of each order, so that it can be taken back: codes of products, a list in JSON.
CREATE TABLE baskets (
    order_id TEXT PRIMARY KEY,
    upcs TEXT NOT NULL,
    ordered_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX baskets_ordered ON baskets (ordered_at);
--bun:split
-- How many of these orders have both products. Each pair is there from both sides.
CREATE TABLE pairs (
    upc TEXT NOT NULL,
    other TEXT NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (upc, other)
);
--bun:split
CREATE INDEX pairs_often ON pairs (upc, orders DESC, other);
--bun:split
CREATE TABLE anomalies (
    id TEXT PRIMARY KEY,
    signal TEXT NOT NULL,
    unit TEXT NOT NULL,
    reason TEXT NOT NULL,
    above BOOLEAN NOT NULL,
    expected DOUBLE PRECISION NOT NULL,
    expected_low DOUBLE PRECISION NOT NULL,
    expected_high DOUBLE PRECISION NOT NULL,
    observed DOUBLE PRECISION NOT NULL,
    peak DOUBLE PRECISION NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    why TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ending TEXT NOT NULL,
    version INTEGER NOT NULL
);
--bun:split
CREATE INDEX anomalies_started ON anomalies (started_at DESC, id);
--bun:split
CREATE INDEX anomalies_open ON anomalies (started_at DESC, id) WHERE ended_at IS NULL;
--bun:split
-- What the detector knows of each signal.
CREATE TABLE signals (
    name TEXT PRIMARY KEY,
    state BYTEA NOT NULL
);
