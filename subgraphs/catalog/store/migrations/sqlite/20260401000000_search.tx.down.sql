DROP TABLE search_terms;
--bun:split
DROP TABLE search_entries;
