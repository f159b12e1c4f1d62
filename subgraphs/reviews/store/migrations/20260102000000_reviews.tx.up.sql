-- The products the catalog told of, and what their ratings come to.
CREATE TABLE products (
    upc TEXT PRIMARY KEY,
    review_count INTEGER NOT NULL,
    rating_sum INTEGER NOT NULL
);
--bun:split
-- The people accounts told of. version is the id of the event that told it last.
CREATE TABLE people (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    version TEXT NOT NULL
);
--bun:split
CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    upc TEXT NOT NULL REFERENCES products (upc),
    author_id TEXT NOT NULL REFERENCES people (id),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    verified BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (upc, author_id)
);
--bun:split
CREATE INDEX reviews_product ON reviews (upc, created_at);
--bun:split
CREATE INDEX reviews_author ON reviews (author_id, created_at);
--bun:split
CREATE INDEX reviews_created ON reviews (created_at, id);
