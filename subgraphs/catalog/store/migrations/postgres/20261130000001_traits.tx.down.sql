CREATE INDEX search_entries_name_terms ON search_entries USING gin (name_terms_lexemes) WITH (fastupdate = off);
--bun:split
CREATE INDEX search_entries_all_terms ON search_entries USING gin (all_terms_lexemes) WITH (fastupdate = off);
--bun:split
ALTER TABLE search_entries DROP COLUMN traits;
