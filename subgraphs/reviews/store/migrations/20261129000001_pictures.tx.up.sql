-- Pictures of reviews, in their order. hash is the SHA-256 of data, a JPEG file.
CREATE TABLE review_pictures (
    review_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    hash TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    alt TEXT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (review_id, place)
);
--bun:split
CREATE INDEX review_pictures_hash ON review_pictures (hash);
