-- How many products on sale there are of each kind, by category and brand: of each value of an attribute, and under the empty name
-- of each range of prices. value is then the number of the range in catalog.PriceBounds.
CREATE TABLE facet_counts (
    category_id TEXT NOT NULL,
    brand_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (category_id, brand_id, name, value)
);
