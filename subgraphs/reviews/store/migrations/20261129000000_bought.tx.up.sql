-- What people have bought and received (delivered), and what they have reviewed without that: a review and the news of a
-- delivery meet in this row, whichever comes first.
CREATE TABLE bought (
    buyer TEXT NOT NULL,
    upc TEXT NOT NULL,
    delivered BOOLEAN NOT NULL,
    PRIMARY KEY (buyer, upc)
);
--bun:split
INSERT INTO bought (buyer, upc, delivered) SELECT author_id, upc, verified FROM reviews;
--bun:split
ALTER TABLE reviews ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
--bun:split
ALTER TABLE reviews ADD COLUMN edited_at TIMESTAMPTZ;
--bun:split
-- Hidden reviews are in no list and do not count.
ALTER TABLE reviews ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE;
--bun:split
ALTER TABLE reviews ADD COLUMN because TEXT NOT NULL DEFAULT '';
--bun:split
CREATE INDEX reviews_product_rating ON reviews (upc, rating, created_at DESC, id);
--bun:split
CREATE INDEX reviews_hidden ON reviews (created_at DESC, id) WHERE hidden;
--bun:split
-- How many reviews of the product have so many stars.
ALTER TABLE products ADD COLUMN stars_1 INTEGER NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE products ADD COLUMN stars_2 INTEGER NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE products ADD COLUMN stars_3 INTEGER NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE products ADD COLUMN stars_4 INTEGER NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE products ADD COLUMN stars_5 INTEGER NOT NULL DEFAULT 0;
--bun:split
UPDATE products SET
    stars_1 = (SELECT COUNT(*) FROM reviews WHERE reviews.upc = products.upc AND rating = 1),
    stars_2 = (SELECT COUNT(*) FROM reviews WHERE reviews.upc = products.upc AND rating = 2),
    stars_3 = (SELECT COUNT(*) FROM reviews WHERE reviews.upc = products.upc AND rating = 3),
    stars_4 = (SELECT COUNT(*) FROM reviews WHERE reviews.upc = products.upc AND rating = 4),
    stars_5 = (SELECT COUNT(*) FROM reviews WHERE reviews.upc = products.upc AND rating = 5);
