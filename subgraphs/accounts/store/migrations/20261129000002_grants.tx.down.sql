DROP TABLE oauth_codes;
--bun:split
-- Without the column, sessions of clients would be anybody's.
DELETE FROM sessions WHERE client_id <> '';
--bun:split
ALTER TABLE sessions DROP COLUMN client_id;
--bun:split
ALTER TABLE sessions DROP COLUMN scopes;
--bun:split
ALTER TABLE sessions DROP COLUMN granted_at;
--bun:split
ALTER TABLE sessions DROP COLUMN previous;
--bun:split
ALTER TABLE sessions DROP COLUMN rotated_at;
