-- Online migrations: plans, gentle forms, orm.run_migration.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA migrate_online;
SET search_path = migrate_online;
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
CREATE FUNCTION latest() RETURNS SETOF orm.migration LANGUAGE sql AS 'SELECT * FROM orm.migration ORDER BY id DESC LIMIT 1';
CREATE FUNCTION steps() RETURNS SETOF orm.migration_step LANGUAGE sql
    AS 'SELECT * FROM orm.migration_step WHERE migration = (SELECT id FROM latest()) ORDER BY step';
CREATE FUNCTION plan(options text DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' | ', action, object, state) FROM orm.migrate((options::jsonb || '{"online": true}')::text::orm.document)
$$;

SELECT orm.model('Customer', 'customers', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'),
    orm.column('age', 'text'), orm.column('old', 'text'));
SELECT orm.model('Sale', 'sales', orm.column('region', 'text'), orm.column('number', 'integer'), orm.primary_key('region', 'number'),
    orm.column('customer_id', 'integer'), orm.column('amount', 'numeric'));
SELECT count(*) FROM orm.migrate();
SELECT * FROM plan();
INSERT INTO customers SELECT g, CASE WHEN g % 3 > 0 THEN 'e' || g END, g % 90, 'x' FROM generate_series(1, 5000) g;
INSERT INTO sales SELECT 'it''s %' || g % 3, g, 1 + g % 5000, g FROM generate_series(1, 5000) g;

-- the result has the rows of the difference, the table the steps
SELECT orm.model('Customer', 'customers', orm.column('id', 'integer', primary_key => true),
    orm.column('mail', 'text', renamed_from => 'email', nullable => false, fill => '''none ''||id', comment => 'address'),
    orm.column('level', 'integer', fill => 'id % 7', nullable => false, server_default => '3'),
    orm.column('age', 'integer', using_expr => 'age::integer'),
    orm.computed('shout', 'text', 'upper(mail)'),
    orm.unique(ARRAY['mail', 'age'], is_deferrable => true), orm.index('(lower(mail))'), orm.check('ages', 'age < 200'));
SELECT orm.model('Sale', 'sales', orm.column('region', 'text'), orm.column('number', 'integer'), orm.primary_key('region', 'number'),
    orm.belongs_to('customer', 'Customer'), orm.column('amount', 'numeric'), orm.column('note', 'text', fill => 'region || number'),
    orm.index('amount', name => 'by_amount', where_expr => 'amount > 0'), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true), orm.many_to_many('sales', 'Sale'));
SELECT * FROM plan();
SELECT * FROM plan('{"allow_destructive": true, "name": "sales by region"}');
SELECT name, action, state, models, before -> 'Customer' IS NOT NULL AS before FROM latest();
SELECT step, model_name, kind, object, transactional, sql FROM steps();
SELECT count(*) AS not_planned FROM steps() WHERE state <> 'planned' OR started_at IS NOT NULL OR finished_at IS NOT NULL;
SELECT name, state, steps, done, step, object, step_state FROM orm.migration_progress WHERE migration = (SELECT id FROM latest());

-- nothing has changed yet; the models are in force as they were
SELECT count(*) > 0 AS differs FROM orm.diff();
SELECT orm.get('Customer', 1);

SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
SELECT * FROM orm.diff();
SELECT kind, state, rows_done, last_key, error, pid = pg_backend_pid() AS mine, started_at <= finished_at AS timed FROM steps()
    WHERE kind IN ('fill', 'finish');
SELECT count(*) AS not_done FROM steps() WHERE state <> 'done' OR error IS NOT NULL;
SELECT state, after -> 'Customer' AS after, hash_after = orm.schema_hash(models) AS hash, applied_at > now() - interval '1 hour' AS applied
    FROM latest();
SELECT name, state, steps = done AS all_done, step FROM orm.migration_progress WHERE migration = :id;
SELECT conname, contype, convalidated, condeferrable FROM pg_constraint WHERE conrelid IN ('customers'::regclass, 'sales'::regclass) AND contype <> 'n' ORDER BY 1;
SELECT indexrelid::regclass, indisvalid, indisunique FROM pg_index WHERE indrelid IN ('customers'::regclass, 'sales'::regclass) ORDER BY indexrelid::regclass::text;
SELECT count(*), count(*) FILTER (WHERE level = id % 7) AS filled, count(DISTINCT mail) AS mails, sum(age) FROM customers;
SELECT count(*) FILTER (WHERE note = region || number) AS filled FROM sales;
SELECT orm.get('Customer', 3);
SELECT count(*) FROM customer_all() WHERE mail = 'none 3';
SET client_min_messages = notice;
CALL orm.run_migration(0);
\set VERBOSITY sqlstate
CALL orm.run_migration(:id);
\set VERBOSITY default
SET client_min_messages = warning;

-- undone at once
SELECT count(*) > 0 AS undone FROM orm.migrate(json_build_object('undo', :id, 'allow_destructive', true)::text::orm.document);
SELECT * FROM orm.diff();
SELECT state FROM orm.migration WHERE id = :id;

-- a step that fails says so, and is run again; what was done stays
INSERT INTO customers VALUES (6000, 'e1', '1'), (6001, 'e1', '1');
SELECT orm.extend('Customer', orm.index('email', name => 'by_email', is_unique => true));
SELECT refused('SELECT * FROM plan()');
SELECT orm.extend('Customer', orm.column('phone', 'text', fill => '''-'''), orm.index('phone', name => 'by_phone'), orm.check('phones', 'phone <> ''-'''));
SELECT * FROM plan();
SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
SELECT step, kind, state, error FROM steps() WHERE state <> 'planned';
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'customers'::regclass AND NOT indisvalid;
SELECT step_state, error FROM orm.migration_progress WHERE migration = :id;
DELETE FROM customers WHERE id >= 6000;
CALL orm.run_migration(:id);
SELECT step, kind, state, error FROM steps() WHERE state <> 'planned' AND step > 2;
UPDATE customers SET phone = '1';
CALL orm.run_migration(:id);
SELECT * FROM orm.diff();
SELECT step, kind, state, error FROM steps() WHERE state <> 'done' OR error IS NOT NULL;
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'customers'::regclass ORDER BY indexrelid::regclass::text;

-- indexes, columns and constraints that go; enum labels
SELECT orm.extend('Customer', orm.enum('mood', ARRAY['good', 'bad']), orm.column('mood', 'mood', server_default => '''good'''));
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT orm.drop_element('Customer', 'index', 'by_email');
SELECT orm.drop_element('Customer', 'index', 'by_phone');
SELECT orm.drop_element('Customer', 'check', 'phones');
SELECT orm.drop_element('Customer', 'column', 'phone');
SELECT orm.extend('Customer', orm.enum('mood', ARRAY['good', 'so so']), orm.column('born', 'date'));
SELECT * FROM plan('{"allow_destructive": ["Customer.phone"]}');
SELECT kind, object, sql FROM steps();
SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
SELECT * FROM orm.diff();
SELECT enum_range(NULL::mood);
SELECT attname FROM pg_attribute WHERE attrelid = 'customers'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;

-- values that are normalized, and what is without a gentle form: a partitioned table, a table without a primary key
SELECT orm.model('Log', 'logs', orm.column('id', 'integer'), orm.column('day', 'date'), orm.primary_key('id', 'day'),
    orm.column('text', 'text'), orm.table(partition_by => 'RANGE (day)'));
SELECT count(*) FROM orm.migrate();
CREATE TABLE logs_all PARTITION OF logs DEFAULT;
INSERT INTO logs SELECT g, '2026-01-01', ' A ' || g FROM generate_series(1, 3000) g;
SELECT orm.model('Log', 'logs', orm.column('id', 'integer'), orm.column('day', 'date'), orm.primary_key('id', 'day'),
    orm.column('text', 'text', normalizes => 'btrim(text)'), orm.column('size', 'integer', fill => 'length(text)', nullable => false),
    orm.index('size'), orm.unique('day', 'text'), orm.check('sizes', 'size > 0'), orm.table(partition_by => 'RANGE (day)'));
SELECT * FROM plan();
SELECT kind, sql FROM steps();
SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
SELECT * FROM orm.diff();
SELECT count(*), min(size), max(size), min(text) FROM logs;

-- a model and its table have other names
SELECT orm.model('Entry', 'entries', orm.renamed_from('Log'), orm.table_renamed_from('logs'), orm.column('id', 'integer'), orm.column('day', 'date'),
    orm.primary_key('id', 'day'), orm.column('text', 'text', normalizes => 'btrim(text)'), orm.column('size', 'integer', nullable => false),
    orm.index('size'), orm.unique('day', 'text'), orm.check('sizes', 'size > 0'), orm.check('texts', 'text > ''A'' '), orm.table(partition_by => 'RANGE (day)'));
SELECT * FROM plan();
SELECT kind, sql FROM steps();
SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
SELECT * FROM orm.diff();
SELECT models, state FROM latest();
SELECT count(*) FROM entry_all();

-- another migration of a model gives a plan up, and what it has left
SELECT orm.model('Sale', 'sales', orm.column('region', 'text'), orm.column('number', 'integer'), orm.primary_key('region', 'number'),
    orm.column('customer_id', 'integer'), orm.column('amount', 'numeric', nullable => false), orm.check('amounts', 'amount < 1000'));
SELECT refused('SELECT * FROM plan()');
UPDATE sales SET amount = 1;
SELECT * FROM plan();
SELECT id FROM latest() \gset
SELECT refused(format('SELECT * FROM orm.migrate(''{"undo": %s}'')', :id));
INSERT INTO sales VALUES ('new', 1, 1, 2000);
CALL orm.run_migration(:id);
SELECT orm.extend('Sale', orm.column('remark', 'text'));
\set VERBOSITY sqlstate
CALL orm.run_migration(:id);
\set VERBOSITY default
DELETE FROM sales WHERE region = 'new';
SELECT * FROM plan();
SELECT state FROM orm.migration WHERE id = :id;
SELECT id AS second FROM latest() \gset
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT state FROM orm.migration WHERE id = :second;
SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'sales'::regclass AND contype <> 'n' ORDER BY 1;
\set VERBOSITY sqlstate
CALL orm.run_migration(:second);
\set VERBOSITY default
SELECT refused(format('SELECT * FROM orm.migrate(''{"undo": %s}'')', :id));

-- declared as before, there is nothing to migrate, and the plan and its check are given up; one that is current stays
SELECT orm.extend('Sale', orm.column('number', 'integer', nullable => false), orm.column('customer_id', 'integer', nullable => false));
SELECT * FROM plan();
SELECT id FROM latest() \gset
SELECT orm.run_migration_step(:id, 1);
SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'sales'::regclass AND conname LIKE '%~orm';
SELECT orm.extend('Sale', orm.column('customer_id', 'integer'));
SELECT count(*) FROM orm.migrate('{"models": ["Customer"]}');
SELECT state FROM orm.migration WHERE id = :id;
SELECT count(*) FROM orm.migrate('{"rehearse": true}');
SELECT state FROM orm.migration WHERE id = :id;
SELECT count(*) FROM orm.migrate();
SELECT state FROM orm.migration WHERE id = :id;
SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'sales'::regclass AND conname LIKE '%~orm';
SELECT orm.extend('Sale', orm.column('customer_id', 'integer', nullable => false));
SELECT count(*) FROM plan();
SELECT id FROM latest() \gset
SELECT count(orm.run_migration_step(:id, step)) FROM generate_series(1, 4) step;
SELECT count(*) FROM plan();
SELECT count(*) FROM orm.migrate();
SELECT state FROM orm.migration WHERE id = :id;
CALL orm.run_migration(:id);
SELECT state FROM orm.migration WHERE id = :id;

-- an index of the name that another table has is not the one of the step
CREATE TABLE others (id integer);
CREATE INDEX by_customer ON others (id);
SELECT orm.extend('Sale', orm.index('customer_id', name => 'by_customer'));
SELECT count(*) FROM plan();
SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
CALL orm.run_migration(:id);
SELECT kind, state, error FROM steps();
SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'others'::regclass;
DROP TABLE others;
CALL orm.run_migration(:id);
SELECT kind, state, error FROM steps();
SELECT * FROM orm.diff();

-- a data step runs once, in whichever plan
SELECT orm.extend('Sale', orm.check('little', 'amount < 2'), orm.data_step('more', 'UPDATE sales SET amount = amount + 1', 'before'));
SELECT * FROM plan();
SELECT kind, sql FROM steps();
SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
SELECT step, state FROM steps();
SELECT min(amount), max(amount) FROM sales;
UPDATE sales SET amount = 0;
SELECT * FROM plan();
SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
SELECT * FROM orm.diff();
SELECT min(amount), max(amount) FROM sales;

-- accept gives it up as well
SELECT orm.extend('Sale', orm.index('amount'));
SELECT count(*) FROM plan();
SELECT id FROM latest() \gset
SELECT action, object FROM orm.migrate('{"accept": ["Sale"]}');
SELECT state FROM orm.migration WHERE id = :id;

-- wrong input
SELECT refused($$SELECT * FROM orm.migrate('{"online": 1}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"online": true, "rehearse": true}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"online": true, "keep": "1 day"}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"online": true, "undo": 1}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"background": true}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"online": true, "background": "yes"}')$$);
SELECT refused('CALL orm.run_migration(1)');
CALL orm.run_migration(NULL);
BEGIN;
CALL orm.run_migration(1);
ROLLBACK;
CREATE PROCEDURE outer_procedure() LANGUAGE plpgsql AS 'BEGIN COMMIT; CALL orm.run_migration(1); END';
CALL outer_procedure();
SELECT orm.extend('Sale', orm.index('amount'));
SELECT count(*) FROM plan();
SELECT id FROM latest() \gset
CREATE ROLE regress_orm_online;
GRANT USAGE ON SCHEMA migrate_online TO regress_orm_online;
SET ROLE regress_orm_online;
CALL orm.run_migration(:id);
INSERT INTO orm.migration_step SELECT * FROM orm.migration_step;
UPDATE orm.migration_step SET sql = '';
RESET ROLE;

-- rows that come from a dump are not run
CREATE TEMP TABLE dumped AS SELECT * FROM steps();
DELETE FROM orm.migration_step WHERE migration = :id;
INSERT INTO orm.migration_step SELECT * FROM dumped;
SELECT DISTINCT state FROM steps();
\set VERBOSITY sqlstate
CALL orm.run_migration(:id);
\set VERBOSITY default
SELECT * FROM plan();
SELECT id FROM latest() \gset
CALL orm.run_migration(:id);
SELECT * FROM orm.diff();

DROP OWNED BY regress_orm_online;
DROP ROLE regress_orm_online;
SET client_min_messages = error;
DROP SCHEMA migrate_online CASCADE;
