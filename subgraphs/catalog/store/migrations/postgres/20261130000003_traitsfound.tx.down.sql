DROP INDEX search_entries_name_terms;
--bun:split
DROP INDEX search_entries_all_terms;
--bun:split
DROP FUNCTION whole_terms(TEXT);
