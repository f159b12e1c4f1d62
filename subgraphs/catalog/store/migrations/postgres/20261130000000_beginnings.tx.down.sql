DROP INDEX products_searched;
--bun:split
ALTER TABLE search_entries DROP COLUMN name_terms_lexemes, DROP COLUMN all_terms_lexemes;
--bun:split
DROP FUNCTION search_beginnings(TEXT);
--bun:split
ALTER TABLE search_entries
    ADD COLUMN name_terms_lexemes tsvector NOT NULL
        GENERATED ALWAYS AS (array_to_tsvector(string_to_array(name_terms, ' '))) STORED,
    ADD COLUMN all_terms_lexemes tsvector NOT NULL
        GENERATED ALWAYS AS (array_to_tsvector(string_to_array(all_terms, ' '))) STORED;
--bun:split
CREATE INDEX search_entries_name_terms ON search_entries USING gin (name_terms_lexemes) WITH (fastupdate = off);
--bun:split
CREATE INDEX search_entries_all_terms ON search_entries USING gin (all_terms_lexemes) WITH (fastupdate = off);
