-- How many reviews the person wrote.
ALTER TABLE people ADD COLUMN review_count INTEGER NOT NULL DEFAULT 0;
--bun:split
UPDATE people SET review_count = (SELECT COUNT(*) FROM reviews WHERE reviews.author_id = people.id);
--bun:split
DROP INDEX reviews_product;
--bun:split
DROP INDEX reviews_author;
--bun:split
DROP INDEX reviews_created;
--bun:split
CREATE INDEX reviews_product ON reviews (upc, created_at DESC, id);
--bun:split
CREATE INDEX reviews_author ON reviews (author_id, created_at DESC, id);
--bun:split
CREATE INDEX reviews_created ON reviews (created_at DESC, id);
