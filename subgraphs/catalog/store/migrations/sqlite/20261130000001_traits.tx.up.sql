-- traits are terms that say of a product what filters can ask for beside words (traits.go). The next migration writes them, for
-- which it writes everything anew; the one after that makes the index of it again.
ALTER TABLE search_entries ADD COLUMN traits TEXT NOT NULL DEFAULT '';
--bun:split
DROP TRIGGER search_entries_added;
--bun:split
DROP TRIGGER search_entries_removed;
--bun:split
DROP TRIGGER search_entries_changed;
--bun:split
DROP TABLE search_terms;
