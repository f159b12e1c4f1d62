DROP TABLE address_books;
--bun:split
DROP TABLE signing_keys;
--bun:split
DROP TABLE sessions;
--bun:split
DROP TABLE logins;
