-- Computed attributes and columns that are written once come into force by a
-- migration, with and without typed functions.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SET client_min_messages = warning;
CREATE SCHEMA migrate_attributes;
SET search_path = migrate_attributes;

SELECT orm.model('Account', 'accounts', orm.column('id', 'int', primary_key => true), orm.column('number', 'text'),
    orm.column('score', 'int', server_default => '2'), orm.accessors(include => '{}'));
SELECT step, action, object, lock FROM orm.migrate();
SELECT orm.create('Account', '{"number": "a"}');

SELECT orm.model('Account', 'accounts', orm.column('id', 'int', primary_key => true),
    orm.column('number', 'text', write_once => true), orm.column('score', 'int', server_default => '2'),
    orm.computed('double', 'int', 'score * 2'), orm.accessors(include => '{}'));
SELECT orm.all('Account', '{"select": ["double"]}');
SELECT step, action, object, sql, lock FROM orm.diff();
SELECT step, action, object, sql, lock, state FROM orm.migrate();
SELECT count(*) FROM orm.diff();
SELECT model, pending FROM orm.models;
SELECT orm.all('Account', '{"select": ["number", "double"]}');
UPDATE accounts SET number = 'b';

-- a table that the migration makes, or a column that it adds, has them at once
SELECT orm.model('Line', 'lines', orm.column('id', 'int', primary_key => true), orm.column('code', 'text', write_once => true),
    orm.computed('long', 'int', 'length(code)'), orm.accessors(include => '{}'));
SELECT step, action, object FROM orm.migrate();
SELECT orm.model('Line', 'lines', orm.column('id', 'int', primary_key => true), orm.column('code', 'text', write_once => true),
    orm.column('note', 'text', write_once => true), orm.computed('long', 'int', 'length(code)'),
    orm.computed('longer', 'int', 'length(note) + long'), orm.accessors(include => '{}'));
SELECT step, action, object FROM orm.migrate();
SELECT count(*) FROM orm.diff();
INSERT INTO lines (code, note) VALUES ('abc', 'de');
SELECT orm.all('Line', '{"select": ["long", "longer"]}');
UPDATE lines SET note = 'x';

-- what is no longer declared is gone with the declaration
SELECT orm.model('Line', 'lines', orm.column('id', 'int', primary_key => true), orm.column('code', 'text'),
    orm.column('note', 'text'), orm.accessors(include => '{}'));
SELECT count(*) FROM orm.diff();
SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = 'lines'::regclass;
UPDATE lines SET note = 'x';

-- a check that names its table
CREATE TABLE checked (id integer PRIMARY KEY, n integer);
INSERT INTO checked VALUES (1, 1), (2, -1), (3, -2);
SELECT orm.model('Checked', 'checked', orm.column('id', 'integer', primary_key => true), orm.column('n', 'integer'),
    orm.column('m', 'integer', fill => 'checked.n'), orm.check('positive', 'checked.n > 0'), orm.accessors(include => '{}'));
SELECT action, object FROM orm.migrate('{"models": ["Checked"]}');
UPDATE checked SET n = -n WHERE n < 0;
SELECT action, object FROM orm.migrate('{"models": ["Checked"]}');
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'checked'::regclass AND contype = 'c';
SELECT count(*) FROM orm.diff('Checked');

-- names in declared expressions are those of the table's schema, whatever the search_path is
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
CREATE DOMAIN word AS text;
SELECT orm.model('Term', 'terms', orm.column('id', 'int', primary_key => true), orm.column('name', 'text'), orm.accessors(include => '{}'));
SELECT count(*) FROM orm.create_table('Term');
INSERT INTO terms (name) VALUES ('A'), ('b');
SELECT orm.model('Term', 'terms', orm.column('id', 'int', primary_key => true), orm.column('name', 'text', normalizes => 'plain(name)'),
    orm.computed('same', 'word', 'plain(name)'), orm.accessors(include => '{}'));
SELECT orm.model('Word', 'words', orm.column('id', 'int', primary_key => true), orm.column('name', 'text', normalizes => 'plain(name)'),
    orm.computed('same', 'word', 'plain(name)'), orm.accessors(include => '{}'));
SET search_path = pg_catalog;
SELECT action, object, rows_affected FROM orm.diff('Term');
SELECT action, object, rows_affected FROM orm.migrate('{"models": ["Term"]}');
SELECT count(*) FROM orm.diff('Term');
SELECT model_name, action, kind, identity FROM orm.create_all();
SELECT orm.create('Word', '{"name": "C"}'), orm.create('Term', '{"name": "D"}');
SELECT e FROM json_array_elements(orm.describe('Word') -> 'elements') AS e WHERE e::text ~ 'plain';
SET search_path = migrate_attributes;

DROP SCHEMA migrate_attributes CASCADE;
