DROP TRIGGER search_entries_added;
--bun:split
DROP TRIGGER search_entries_removed;
--bun:split
DROP TRIGGER search_entries_changed;
--bun:split
DROP TABLE search_terms;
