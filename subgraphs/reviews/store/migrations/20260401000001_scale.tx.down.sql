DROP INDEX reviews_product;
--bun:split
DROP INDEX reviews_author;
--bun:split
DROP INDEX reviews_created;
--bun:split
CREATE INDEX reviews_product ON reviews (upc, created_at);
--bun:split
CREATE INDEX reviews_author ON reviews (author_id, created_at);
--bun:split
CREATE INDEX reviews_created ON reviews (created_at, id);
--bun:split
ALTER TABLE people DROP COLUMN review_count;
