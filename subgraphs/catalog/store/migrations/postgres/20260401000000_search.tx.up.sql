-- What a search looks at: products on sale, categories and brands. name is in the form of fulltext.Normalize, the columns of
-- terms in that of fulltext.Stored; their order is that of bytes, as in SQLite.
CREATE TABLE search_entries (
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_terms TEXT NOT NULL,
    all_terms TEXT NOT NULL,
    name_terms_lexemes tsvector NOT NULL GENERATED ALWAYS AS (array_to_tsvector(string_to_array(name_terms, ' '))) STORED,
    all_terms_lexemes tsvector NOT NULL GENERATED ALWAYS AS (array_to_tsvector(string_to_array(all_terms, ' '))) STORED,
    PRIMARY KEY (kind, id)
);
--bun:split
CREATE INDEX search_entries_name ON search_entries (name, kind, id);
--bun:split
CREATE INDEX search_entries_name_terms ON search_entries USING gin (name_terms_lexemes) WITH (fastupdate = off);
--bun:split
CREATE INDEX search_entries_all_terms ON search_entries USING gin (all_terms_lexemes) WITH (fastupdate = off);
