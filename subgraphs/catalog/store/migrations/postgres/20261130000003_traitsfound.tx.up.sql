CREATE INDEX search_entries_name_terms ON search_entries USING gin (name_terms_lexemes) WITH (fastupdate = off);
--bun:split
-- whole_terms are the terms of a text. It says that it costs much, or the planner would rather call it for every row than look
-- into the index.
CREATE FUNCTION whole_terms(terms TEXT) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT array_to_tsvector(string_to_array(terms, ' '))
$$;
--bun:split
-- Of words and traits that are asked for together the index reads what they have in common.
CREATE INDEX search_entries_all_terms ON search_entries USING gin (all_terms_lexemes, whole_terms(traits))
    WITH (fastupdate = off);
