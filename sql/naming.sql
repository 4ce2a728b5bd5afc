--
-- orm.naming: attributes in camel case over columns in snake case
--
CREATE SCHEMA naming;
SET search_path = naming, public;

SELECT orm.model('Person', 'people', orm.naming('camel'),
	orm.column('id', 'integer', primary_key => true),
	orm.column('first_name', 'text', nullable => false),
	orm.column('last_name', 'text', deferred => true),
	orm.column('home_town', 'text', attribute => 'home_town'),
	orm.validates('firstName', min_length => 2),
	orm.timestamps(updated_at => NULL),
	orm.belongs_to('boss', 'Person', foreign_key => 'boss_id'),
	orm.scope('named', '{"where": {"firstName": {"like": "A%"}}, "order_by": ["-lastName"]}'));
SELECT prosrc FROM pg_proc WHERE oid = 'naming.person_model'::regproc;
SELECT count(*) > 0 AS created FROM orm.create_all();
SELECT attname FROM pg_attribute WHERE attrelid = 'naming.people'::regclass AND attnum > 0 ORDER BY attnum;
SELECT attribute, column_name FROM orm.attributes WHERE model = 'Person';

-- documents, typed functions, LANGUAGE orm
SELECT orm.create('Person', '{"id": 1, "firstName": "Ana", "lastName": "Paz", "home_town": "Lima", "createdAt": "2026-01-01T00:00:00Z"}');
SELECT orm.create('Person', '{"id": 2, "first_name": "Eva"}');
SELECT orm.create('Person', '{"id": 2, "firstName": "E"}');
SELECT orm.all('Person', '{"where": {"firstName": "Ana"}, "select": ["lastName", "bossId"]}');
SELECT orm.all('Person', '{"scope": "named", "select": ["firstName"]}');
SELECT pg_get_function_arguments('naming.person_create'::regproc);
SELECT first_name FROM person_create(id => 2, "firstName" => 'Eva', "bossId" => 1);
SELECT orm.all('Person', '{"where": {"boss": {"firstName": "Ana"}}, "select": ["firstName"], "load": ["boss"]}');
SELECT orm.upsert('Person', '{"id": 2, "firstName": "Eve"}') ->> 'firstName' AS name;

-- describe, script, diff
SELECT orm.describe('Person');
SELECT orm.model(orm.describe('Person')::orm.document);
SELECT count(*) FROM orm.diff('Person');
SELECT orm.script('{Person}');
SELECT * FROM orm.sync('Person');

-- a column that is renamed: its attribute follows, and what names it
ALTER TABLE people RENAME first_name TO given_name;
SELECT prosrc FROM pg_proc WHERE oid = 'naming.person_model'::regproc;
SELECT orm.all('Person', '{"scope": "named", "select": ["givenName"]}');
SELECT orm.create('Person', '{"id": 3, "givenName": "x"}');
SELECT pg_get_function_arguments('naming.person_create'::regproc);
SELECT rule, message FROM orm.lint('Person') WHERE rule IN ('broken_scope', 'accessors_out_of_date');
SELECT count(*) FROM orm.diff('Person');
ALTER TABLE people RENAME home_town TO town;
SELECT orm.all('Person', '{"select": ["home_town"], "where": {"id": 1}}');

-- a new column by migration; the naming taken back
SELECT action, kind FROM orm.extend('Person', orm.column('shoe_size', 'integer'));
SELECT count(*) > 0 AS migrated FROM orm.migrate('{"models": ["Person"]}');
SELECT orm.update('Person', 1, '{"shoeSize": 37}') ->> 'shoeSize' AS size;
SELECT count(*) > 0 AS changed FROM orm.drop_element('Person', 'scope', 'named');
SELECT count(*) > 0 AS changed FROM orm.drop_element('Person', 'validates', 'givenName');
SELECT count(*) > 0 AS changed FROM orm.drop_element('Person', 'naming', 'camel');
SELECT orm.all('Person', '{"select": ["shoe_size", "given_name"], "where": {"id": 1}}');

-- mapped
CREATE TABLE old_things (thing_id integer PRIMARY KEY, full_title text);
SELECT count(*) > 0 AS mapped FROM orm.map('old_things', 'Thing', orm.naming('camel'), orm.column('full_title', deferred => true));
SELECT orm.create('Thing', '{"thingId": 1, "fullTitle": "x"}');
SELECT orm.describe('Thing');
ALTER TABLE old_things ADD sub_title text;
SELECT orm.all('Thing', '{"select": ["*", "fullTitle"]}');
SELECT orm.script('{Thing}');

-- orm.reflect in camel case declares it; names that would clash, or are given, are written
CREATE SCHEMA naming_reflected;
CREATE TABLE naming_reflected.tbl (row_id integer PRIMARY KEY, a_b text, "aB" text, given_name text, "and" text);
SELECT model_name, action FROM orm.reflect('naming_reflected', options => '{"case": "camel", "models": {"tbl": {"attributes": {"given_name": "called"}}}}');
SELECT prosrc FROM pg_proc WHERE oid = 'naming_reflected.tbl_model'::regproc;
ALTER TABLE naming_reflected.tbl ADD later_on text;
SELECT attribute, column_name FROM orm.attributes WHERE model = 'Tbl';
SELECT action FROM orm.reflect('naming_reflected', options => '{"case": "camel"}');
DROP SCHEMA naming_reflected CASCADE;

-- conflicts name both columns
SELECT orm.model('Bad', 'bad', orm.naming('camel'), orm.column('first_name', 'text'), orm.column('firstName', 'text'));
SELECT orm.model('Bad', 'bad', orm.naming('camel'), orm.column('first_name', 'text'), orm.column('x', 'text', attribute => 'firstName'));
CREATE TABLE clash (id integer PRIMARY KEY, a_b text, "aB" text);
SELECT orm.map('clash', 'Clash', orm.naming('camel'));
CREATE FUNCTION clash_model() RETURNS json LANGUAGE orm STABLE AS 'model Clash {"table": "clash", "map": true, "elements": [{"naming": {"style": "camel"}}]}';
SELECT count(*) > 0 AS mapped FROM orm.map('clash', 'Clash', orm.naming('camel'), orm.column('aB', attribute => 'other'));
SELECT orm.model('Bad', 'bad', orm.naming('snake'), orm.column('a', 'text'));
SELECT orm.model('Bad', 'bad', orm.naming('camel'), orm.naming('camel'), orm.column('a', 'text'));
SELECT orm.mixin('Bad', orm.naming('camel'));
CREATE OR REPLACE FUNCTION bad_model() RETURNS json LANGUAGE orm STABLE AS 'model Bad {"table": "bad", "elements": [{"naming": {"stile": "camel"}}]}';

SET client_min_messages = warning;
DROP SCHEMA naming CASCADE;
