-- orm.data_step: statements that a migration runs once
CREATE SCHEMA migrate_data_steps;
SET search_path = migrate_data_steps;
\pset format unaligned
\set SHOW_CONTEXT never
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || regexp_replace(SQLERRM, '\d+', 'N'), detail, hint);
END $$;

SELECT orm.model('Person', 'people', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', nullable => false));
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT orm.create('Person', '[{"id": 1, "name": "Ada Lovelace"}, {"id": 2, "name": "Grace Hopper"}]') IS NOT NULL AS created;
CREATE TABLE log (at serial, what text);

-- a column is split: filled between the columns that come and the column that goes
SELECT orm.model('Person', 'people', orm.column('id', 'integer', primary_key => true), orm.column('first', 'text'), orm.column('last', 'text'),
    orm.data_step('split names', 'UPDATE people SET first = split_part(name, '' '', 1), last = split_part(name, '' '', 2)'),
    orm.data_step('note', 'INSERT INTO log (what) SELECT name FROM people ORDER BY id', 'before'));
SELECT person_model();
SELECT action, object, sql, reverse_sql, note FROM orm.diff();
SELECT state FROM orm.migrate('{"not_renamed": true, "allow_destructive": ["Person.name"], "rehearse": true}') GROUP BY state;
SELECT * FROM log;
SELECT action, object, state FROM orm.migrate('{"not_renamed": true, "allow_destructive": ["Person.name"]}');
SELECT count(*) AS difference FROM orm.diff();
SELECT * FROM people ORDER BY id;
SELECT what FROM log ORDER BY at;
SELECT person_model();
SELECT s ->> 'action' AS action, s ->> 'object' AS object FROM orm.migration m, json_array_elements(m.steps) s WHERE m.id = (SELECT max(id) FROM orm.migration) AND s ->> 'action' = 'run';

-- never twice
SELECT orm.model('Person', 'people', orm.column('id', 'integer', primary_key => true), orm.column('first', 'text'), orm.column('last', 'text'),
    orm.data_step('note', 'INSERT INTO log (what) SELECT first FROM people', 'before'));
SELECT count(*) AS difference FROM orm.diff();
SELECT count(*) FROM orm.migrate();
SELECT orm.extend('Person', orm.data_step('once more', 'INSERT INTO log (what) SELECT ''again'''));
SELECT pending FROM orm.models WHERE model = 'Person';
SELECT sql FROM orm.diff();
SELECT orm.schema_hash('{Person}') AS hash \gset
SELECT sql, state FROM orm.migrate('{"name": "again"}');
SELECT orm.schema_hash('{Person}') = :'hash' AS same;
SELECT count(*) AS difference FROM orm.diff();
SELECT what FROM log ORDER BY at;

-- undone: values stay, and the step counts again
SELECT refused('SELECT * FROM orm.migrate(json_build_object(''undo'', (SELECT max(id) FROM orm.migration))::text::orm.document)');
SELECT count(*) FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration), 'allow_destructive', true)::text::orm.document);
SELECT orm.extend('Person', orm.data_step('once more', 'INSERT INTO log (what) SELECT ''again'''));
SELECT sql FROM orm.migrate('{"name": "again"}');
SELECT orm.migration('again') AS document \gset
SELECT count(*) FROM orm.migrate(:'document');

-- taken back before it is run
SELECT orm.extend('Person', orm.data_step('never', 'DELETE FROM people'));
SELECT count(*) FROM orm.drop_element('Person', 'data_step', 'never');
SELECT count(*) AS difference FROM orm.diff();

-- with the table: first rows; there is nothing before
SELECT orm.model('Unit', 'units', orm.column('code', 'text', primary_key => true), orm.data_step('seed', 'INSERT INTO units VALUES (''kg''), (''m'')'),
    orm.data_step('nothing', 'DELETE FROM units', 'before'));
SELECT action, object FROM orm.migrate();
SELECT count(*) AS difference FROM orm.diff();
SELECT * FROM units ORDER BY code;

-- one that fails is named, and nothing is changed
SELECT orm.extend('Unit', orm.column('more', 'text'), orm.data_step('fails', 'UPDATE units SET code = ''kg'''));
SELECT count(*) FROM orm.migrate();
SELECT count(*) AS difference FROM orm.diff();
SELECT * FROM units ORDER BY code;
SELECT count(*) FROM orm.drop_element('Unit', 'data_step', 'fails');

-- as the owner of the table, whoever migrates
CREATE ROLE regress_orm_data_step;
GRANT USAGE, CREATE ON SCHEMA migrate_data_steps TO regress_orm_data_step;
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO regress_orm_data_step;
SET ROLE regress_orm_data_step;
SELECT orm.model('Own', 'own', orm.column('who', 'text', primary_key => true), orm.data_step('who', 'INSERT INTO own SELECT current_user'));
RESET ROLE;
SELECT count(*) FROM orm.migrate();
SELECT * FROM own;
SET ROLE regress_orm_data_step;
SELECT count(*) FROM orm.extend('Own', orm.data_step('others', 'DELETE FROM migrate_data_steps.people'));
RESET ROLE;
SELECT count(*) FROM orm.migrate('{"models": ["Own"]}');
SELECT count(*) FROM people;
SELECT count(*) FROM orm.drop_element('Own', 'data_step', 'others');

-- bad input
SELECT orm.model('Bad', 'bad', orm.column('id', 'integer', primary_key => true), orm.data_step('a', 'DROP TABLE people'));
SELECT orm.model('Bad', 'bad', orm.column('id', 'integer', primary_key => true), orm.data_step('a', 'SELECT 1; SELECT 2'));
SELECT orm.model('Bad', 'bad', orm.column('id', 'integer', primary_key => true), orm.data_step('a', 'UPDAT people'));
SELECT orm.model('Bad', 'bad', orm.column('id', 'integer', primary_key => true), orm.data_step('a', 'COMMIT'));
SELECT orm.model('Bad', 'bad', orm.column('id', 'integer', primary_key => true), orm.data_step('a', ''));
SELECT orm.model('Bad', 'bad', orm.column('id', 'integer', primary_key => true), orm.data_step('', 'SELECT 1'));
SELECT orm.model('Bad', 'bad', orm.column('id', 'integer', primary_key => true), orm.data_step('a', 'SELECT 1', 'during'));
SELECT orm.model('Bad', 'bad', orm.column('id', 'integer', primary_key => true), orm.data_step('a', 'SELECT 1'), orm.data_step('a', 'SELECT 2'));
SELECT orm.mixin('Bad', orm.data_step('a', 'SELECT 1'));

SET client_min_messages = warning;
DROP SCHEMA migrate_data_steps CASCADE;
REVOKE ALL ON FUNCTION orm.model(text, text, orm.document[]) FROM regress_orm_data_step;
DROP ROLE regress_orm_data_step;
