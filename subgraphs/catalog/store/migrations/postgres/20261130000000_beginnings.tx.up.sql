-- search_beginnings are the words of a text and how they begin: the first 1, 2, 3, 5, 8, 12, 18 and 30 characters of every term
-- (those of fulltext.Match). That some word begins with a text is then one entry of an index, and not the thousands of all words
-- that do: of several of them PostgreSQL reads what they have in common. Processes of the version before look for beginnings of
-- the words, and find them.
CREATE FUNCTION search_beginnings(terms TEXT) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT left(term, n) FROM unnest(string_to_array(terms, ' ')) AS term,
            unnest(ARRAY[1, 2, 3, 5, 8, 12, 18, 30, 2000]) AS n))
$$;
--bun:split
ALTER TABLE search_entries DROP COLUMN name_terms_lexemes, DROP COLUMN all_terms_lexemes;
--bun:split
ALTER TABLE search_entries
    ADD COLUMN name_terms_lexemes tsvector NOT NULL GENERATED ALWAYS AS (search_beginnings(name_terms)) STORED,
    ADD COLUMN all_terms_lexemes tsvector NOT NULL GENERATED ALWAYS AS (search_beginnings(all_terms)) STORED;
--bun:split
CREATE INDEX search_entries_name_terms ON search_entries USING gin (name_terms_lexemes) WITH (fastupdate = off);
--bun:split
CREATE INDEX search_entries_all_terms ON search_entries USING gin (all_terms_lexemes) WITH (fastupdate = off);
--bun:split
-- What a search finds is in the order of bytes, in which the key of products need not be.
CREATE INDEX products_searched ON products (upc COLLATE "C");
