-- Online migrations run by a client: orm.migration_next and orm.run_migration_step.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA migrate_online_next;
SET search_path = migrate_online_next;
SET client_min_messages = warning;

CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN regexp_replace(concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, '')),
        'migration \d+', 'migration N');
END $$;

-- ids go on from one test to the next
CREATE FUNCTION next_statements(id bigint) RETURNS SETOF text LANGUAGE sql
    AS $$ SELECT concat(step, ': ', replace(sql, '(' || id, '(N')) FROM orm.migration_next(id) $$;

CREATE FUNCTION half(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT left($1, length($1) / 2)';
SELECT orm.model('Customer', 'customers', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'),
    orm.index('name', name => 'by_name'));
SELECT count(*) FROM orm.migrate();
INSERT INTO customers SELECT g, 'n' || g FROM generate_series(1, 3000) g;
SELECT orm.model('Customer', 'customers', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'),
    orm.column('level', 'integer', fill => 'id % 7'), orm.index('(half(name))', name => 'by_half'),
    orm.unique('name'));
SELECT count(*) > 0 AS planned FROM orm.migrate('{"online": true}');
SELECT max(id) AS id FROM orm.migration \gset
SELECT step, kind, sql FROM orm.migration_step WHERE migration = :id ORDER BY step;

-- asked twice, the same answer; DROP INDEX CONCURRENTLY is done when there is no index
SELECT next_statements(:id);
SELECT next_statements(:id);
BEGIN;
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
ROLLBACK;
SELECT state FROM orm.migration_step WHERE migration = :id AND step = 1;
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SELECT refused(format('SELECT orm.run_migration_step(%s, 1)', :id));
SELECT refused(format('SELECT orm.run_migration_step(%s, 3)', :id));

-- a step runs in a transaction with its state
SELECT next_statements(:id);
SELECT refused(format('SELECT orm.run_migration_step(%s, 1)', :id));
SELECT state FROM orm.migration_step WHERE migration = :id AND step = 1;
BEGIN;
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SELECT state, pid = pg_backend_pid() AS mine FROM orm.migration_step WHERE migration = :id AND step = 2;
SHOW lock_timeout;
ROLLBACK;
SELECT state FROM orm.migration_step WHERE migration = :id AND step = 2;
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SELECT count(level) FROM customers;

-- an index with expressions, between settings
SELECT regexp_replace(sql, 'set_config\(''(TimeZone|DateStyle|IntervalStyle).*', 'set_config(''\1'', …') FROM orm.migration_next(:id);
SET search_path = pg_catalog;
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SHOW search_path;
SET search_path = migrate_online_next;
SELECT pg_get_indexdef('by_half'::regclass);

-- a unique index that rows refuse; the invalid one is dropped and made again
INSERT INTO customers VALUES (4000, 'n1');
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SELECT indisvalid FROM pg_index WHERE indexrelid = 'customers_name_key'::regclass;
DELETE FROM customers WHERE id = 4000;
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SELECT count(*) FROM pg_index WHERE indrelid = 'customers'::regclass AND NOT indisvalid;
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SELECT indisvalid FROM pg_index WHERE indexrelid = 'customers_name_key'::regclass;
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SELECT * FROM orm.migration_next(:id);
SELECT state FROM orm.migration WHERE id = :id;
SELECT * FROM orm.diff();
SELECT refused(format('SELECT orm.run_migration_step(%s, 1)', :id));

-- a runner goes on where a client has stopped
SELECT orm.extend('Customer', orm.column('note', 'text', fill => 'name'), orm.index('note'));
SELECT count(*) > 0 AS planned FROM orm.migrate('{"online": true}');
SELECT max(id) AS id FROM orm.migration \gset
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
\set ECHO none
SELECT sql FROM orm.migration_next(:id) \gexec
\set ECHO all
SELECT step, state, rows_done FROM orm.migration_step WHERE migration = :id ORDER BY step;
CALL orm.run_migration(:id);
SELECT step, state, rows_done FROM orm.migration_step WHERE migration = :id ORDER BY step;
SELECT * FROM orm.diff();

-- wrong input
SELECT refused('SELECT * FROM orm.migration_next(NULL)');
SELECT refused('SELECT * FROM orm.migration_next(0)');
SELECT refused('SELECT orm.run_migration_step(1, NULL)');
SELECT refused('SELECT orm.run_migration_step(0, 1)');
SELECT orm.extend('Customer', orm.index('level'));
SELECT count(*) > 0 AS planned FROM orm.migrate('{"online": true}');
SELECT max(id) AS id FROM orm.migration \gset
SELECT refused(format('SELECT orm.run_migration_step(%s, 1)', :id));
CREATE ROLE regress_orm_online_next;
GRANT USAGE ON SCHEMA migrate_online_next TO regress_orm_online_next;
SET ROLE regress_orm_online_next;
SELECT refused(format('SELECT * FROM orm.migration_next(%s)', :id));
SELECT refused(format('SELECT orm.run_migration_step(%s, 1)', :id));
RESET ROLE;
DROP OWNED BY regress_orm_online_next;
DROP ROLE regress_orm_online_next;
SET client_min_messages = error;
DROP SCHEMA migrate_online_next CASCADE;
