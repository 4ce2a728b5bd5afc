-- A statement that is canceled ends while a large document is parsed or compiled, and the session goes on.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY sqlstate
CREATE SCHEMA corner_cancel;
SET search_path = corner_cancel;
CREATE TABLE things (id int PRIMARY KEY);
INSERT INTO things VALUES (1);
SELECT count(*) > 0 AS mapped FROM orm.map('things', 'CaThing');
CREATE FUNCTION strings() RETURNS text LANGUAGE sql AS $$ SELECT '["s"' || repeat(',"s"', 7999999) || ']' $$;
CREATE FUNCTION conditions() RETURNS text LANGUAGE sql AS $$ SELECT '{"where": {"or": [{"id": 1}' || repeat(',{"id": 1}', 199999) || ']}}' $$;

\echo # eight million strings
SET statement_timeout = '50ms';
SELECT strings()::orm.document IS NULL;
RESET statement_timeout;
SELECT orm.count('CaThing');
\echo # two hundred thousand conditions
SET statement_timeout = '50ms';
SELECT orm.sql('CaThing', conditions()::orm.document) IS NULL;
SELECT orm.count('CaThing', conditions()::orm.document);
SELECT orm.all('CaThing', conditions()::orm.document);
SELECT orm.delete_where('CaThing', conditions()::orm.document);
RESET statement_timeout;
\echo # nothing of them is kept, and nothing is done
SELECT orm.all('CaThing', '{"where": {"or": [{"id": 1}, {"id": 2}]}}');
DROP SCHEMA corner_cancel CASCADE;
