-- traits are terms that say of a product what filters can ask for beside words (traits.go). The next migration writes them, for
-- which it writes everything anew; without these indices that is quicker.
ALTER TABLE search_entries ADD COLUMN traits TEXT NOT NULL DEFAULT '';
--bun:split
DROP INDEX search_entries_name_terms;
--bun:split
DROP INDEX search_entries_all_terms;
