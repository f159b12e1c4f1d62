CREATE VIRTUAL TABLE search_terms USING fts5 (
    name_terms, all_terms, traits, content = 'search_entries', prefix = '2 3', tokenize = "unicode61 remove_diacritics 0 tokenchars '_'"
);
--bun:split
CREATE TRIGGER search_entries_added AFTER INSERT ON search_entries BEGIN
    INSERT INTO search_terms (rowid, name_terms, all_terms, traits) VALUES (new.rowid, new.name_terms, new.all_terms, new.traits);
END;
--bun:split
CREATE TRIGGER search_entries_removed AFTER DELETE ON search_entries BEGIN
    INSERT INTO search_terms (search_terms, rowid, name_terms, all_terms, traits)
        VALUES ('delete', old.rowid, old.name_terms, old.all_terms, old.traits);
END;
--bun:split
CREATE TRIGGER search_entries_changed AFTER UPDATE ON search_entries BEGIN
    INSERT INTO search_terms (search_terms, rowid, name_terms, all_terms, traits)
        VALUES ('delete', old.rowid, old.name_terms, old.all_terms, old.traits);
    INSERT INTO search_terms (rowid, name_terms, all_terms, traits) VALUES (new.rowid, new.name_terms, new.all_terms, new.traits);
END;
--bun:split
INSERT INTO search_terms (search_terms) VALUES ('rebuild');
