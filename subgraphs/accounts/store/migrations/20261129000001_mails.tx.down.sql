DROP TABLE mails;
--bun:split
DROP TABLE mail_tokens;
--bun:split
ALTER TABLE logins DROP COLUMN verified;
