#!/bin/sh
# Gives every service a role of its own, which owns the schema with the service's name and nothing else. The image of
# PostgreSQL runs it when it makes a new database; run it by hand for one that is there (docs/deploying.md).
set -eu

psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<SQL
REVOKE ALL ON DATABASE "$POSTGRES_DB" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL

role() {
  psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v role="$1" -v password="$2" -v db="$POSTGRES_DB" <<'SQL'
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') AS missing \gset
\if :missing
CREATE ROLE :"role" LOGIN;
\endif
ALTER ROLE :"role" PASSWORD :'password' CONNECTION LIMIT 60;
GRANT CONNECT ON DATABASE :"db" TO :"role";
CREATE SCHEMA IF NOT EXISTS :"role";
ALTER SCHEMA :"role" OWNER TO :"role";
-- What the schema has already belongs to the service, too.
SELECT format('ALTER %s %I.%I OWNER TO %I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, :'role', c.relname, :'role')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = :'role' AND (c.relkind = 'r' OR c.relkind = 'S' AND NOT EXISTS
    (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))) \gexec
SQL
}

role accounts "$ACCOUNTS_DB_PASSWORD"
role catalog "$CATALOG_DB_PASSWORD"
role insights "$INSIGHTS_DB_PASSWORD"
role inventory "$INVENTORY_DB_PASSWORD"
role orders "$ORDERS_DB_PASSWORD"
role reviews "$REVIEWS_DB_PASSWORD"
