-- What a search looks at: products on sale, categories and brands. name is in the form of fulltext.Normalize, the columns of
-- terms in that of fulltext.Stored.
CREATE TABLE search_entries (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_terms TEXT NOT NULL,
    all_terms TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
--bun:split
CREATE INDEX search_entries_name ON search_entries (name, kind, id);
--bun:split
CREATE VIRTUAL TABLE search_terms USING fts5 (
    name_terms, all_terms, content = 'search_entries', prefix = '2 3', tokenize = "unicode61 remove_diacritics 0 tokenchars '_'"
);
--bun:split
CREATE TRIGGER search_entries_added AFTER INSERT ON search_entries BEGIN
    INSERT INTO search_terms (rowid, name_terms, all_terms) VALUES (new.rowid, new.name_terms, new.all_terms);
END;
--bun:split
CREATE TRIGGER search_entries_removed AFTER DELETE ON search_entries BEGIN
    INSERT INTO search_terms (search_terms, rowid, name_terms, all_terms)
        VALUES ('delete', old.rowid, old.name_terms, old.all_terms);
END;
--bun:split
CREATE TRIGGER search_entries_changed AFTER UPDATE ON search_entries BEGIN
    INSERT INTO search_terms (search_terms, rowid, name_terms, all_terms)
        VALUES ('delete', old.rowid, old.name_terms, old.all_terms);
    INSERT INTO search_terms (rowid, name_terms, all_terms) VALUES (new.rowid, new.name_terms, new.all_terms);
END;
