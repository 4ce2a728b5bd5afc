-- The function of a model under CREATE OR REPLACE, two functions of one model
-- (a catalog edited by hand), and texts that are too long.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA model_replace;
CREATE SCHEMA model_replace_b;
SET search_path = model_replace;

-- What a statement is refused with; long texts are not repeated.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
-- What can be seen of the models.
CREATE VIEW seen AS
SELECT m.model, m.state, m.pending, (SELECT count(*) FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'a' AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = to_regclass(format('%I.%I', m.schema, m.table_name))) AS tied FROM orm.models m ORDER BY 1;

SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text'), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'int', primary_key => true), orm.belongs_to('author', 'Author'));
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
SELECT orm.create('Author', '{"name": "Ann", "posts": [{}]}');
SELECT * FROM seen;

-- By a function of this language that declares nothing, or another model: refused, with bodies on and off
CREATE TABLE bodies AS SELECT * FROM unnest(ARRAY['all Author {}', 'all', 'create Author', 'models Author {}', 'nonsense', '', 'model', 'model Author', 'model Author [', 'model Author {',
    'model Author {"table": "authors"} {}', 'model Post {"table": "posts"}', 'model author {"table": "authors"}', '"model" Author {}', '/* x */ model Author {}']) WITH ORDINALITY b (body, n);
SELECT body, refused(format('CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS %L', body)) FROM bodies ORDER BY n;
SET check_function_bodies = off;
SELECT body, refused(format('CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS %L', body)) FROM bodies ORDER BY n;
RESET check_function_bodies;
-- also when the function is called as none of a model, and when its model was never in force
ALTER FUNCTION author_model() RENAME TO autor;
SELECT refused($$CREATE OR REPLACE FUNCTION autor() RETURNS json LANGUAGE orm STABLE AS 'all Post {}'$$);
ALTER FUNCTION autor() RENAME TO author_model;
SELECT orm.model('Idea', 'ideas', orm.column('id', 'int', primary_key => true));
SELECT refused($$CREATE OR REPLACE FUNCTION idea_model() RETURNS json LANGUAGE orm STABLE AS 'all Post {}'$$);
-- in the transaction that has made it, too; dropped before, it is another function
BEGIN;
SELECT orm.model('Now', 'nows', orm.column('id', 'int', primary_key => true));
SELECT refused($$CREATE OR REPLACE FUNCTION now_model() RETURNS json LANGUAGE orm STABLE AS 'all Post {}'$$);
DROP FUNCTION now_model();
CREATE FUNCTION now_model() RETURNS json LANGUAGE orm STABLE AS 'all Post {}';
SELECT now_model();
-- a query becomes another one, and a model
CREATE OR REPLACE FUNCTION now_model() RETURNS json LANGUAGE orm STABLE AS 'all Post {"limit": 1}';
CREATE OR REPLACE FUNCTION now_model() RETURNS json LANGUAGE orm STABLE AS 'model Now {"table": "nows"}';
SELECT state FROM orm.models WHERE model = 'Now';
ROLLBACK;
-- nothing of this has changed anything
SELECT * FROM seen;
SELECT orm.get('Author', 1, '{"load": ["posts"]}');
-- the same model by another text is what OR REPLACE is for
CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS 'model Author {"table": "authors", "elements": [{"column": {"name": "id", "type": "int", "primary_key": true}}]}';
SELECT * FROM seen;
SELECT orm.get('Author', 1);

-- By another language, which asks nobody: the model is gone, its table and objects stay, and what referred to it says so
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text'), orm.has_many('posts', 'Post'));
SELECT refused($$CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE sql STABLE AS 'SELECT ''{"mine": true}''::json'$$);
SELECT * FROM seen;
SELECT statement, refused(statement) FROM unnest(ARRAY[$$SELECT orm.get('Author', 1)$$, $$SELECT orm.describe('Author')$$, $$SELECT orm.sync('Author')$$, $$SELECT orm.drop_table('Author')$$,
    $$SELECT orm.unmap('Author')$$, $$SELECT orm.get('Post', 1, '{"load": ["author"]}')$$, $$SELECT orm.create('Post', '{"author": {}}')$$, $$SELECT author_find(1)$$,
    $$SELECT orm.model('Author', 'authors')$$]) statement;
SELECT orm.get('Post', 1), author_model();
SELECT count(*) FROM authors;
-- it is dropped as any function, and the model can be declared again
DROP FUNCTION author_model();
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'text'), orm.has_many('posts', 'Post'));
SELECT orm.get('Author', 1, '{"load": ["posts"]}');
-- and back from another language: a model, tied to its table again
CREATE OR REPLACE FUNCTION post_model() RETURNS json LANGUAGE sql STABLE AS 'SELECT NULL::json';
SELECT * FROM seen;
CREATE OR REPLACE FUNCTION post_model() RETURNS json LANGUAGE orm STABLE AS 'model Post {"table": "posts", "elements": [{"belongs_to": {"name": "author", "model": "Author"}}]}';
SELECT * FROM seen;
SELECT orm.get('Author', 1, '{"load": ["posts"]}');

-- Two valid functions of one model: nothing that names it guesses
CREATE FUNCTION model_replace_b.author_model() RETURNS json LANGUAGE orm STABLE AS 'model "author" {"table": "authors_b", "elements": [{"column": {"name": "id", "type": "int", "primary_key": true}}]}';
CREATE TABLE model_replace_b.authors_b (id int PRIMARY KEY);
UPDATE pg_proc SET prosrc = replace(prosrc, 'model "author"', 'model Author') WHERE oid = 'model_replace_b.author_model()'::regprocedure;
SELECT statement, refused(statement) FROM unnest(ARRAY[$$SELECT orm.get('Author', 1)$$, $$SELECT orm.create('Author', '{}')$$, $$SELECT orm.all('Author')$$, $$SELECT orm.describe('Author')$$,
    $$SELECT orm.sync('Author')$$, $$SELECT orm.drop_table('Author')$$, $$SELECT orm.create_table('Author')$$, $$SELECT orm.unmap('Author')$$, $$SELECT orm.model('Author', 'authors')$$,
    $$SELECT orm.map('authors', 'Author')$$, $$SELECT orm.extend('Author', orm.has_many('others', 'Post'))$$, $$SELECT author_find(1)$$, $$SELECT orm.add('Author', '{}')$$,
    $$CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS 'model Author {"table": "authors"}'$$]) statement;
-- what refers to it goes on without it; a list has it once
SELECT orm.get('Post', 1);
SELECT refused(statement) FROM unnest(ARRAY[$$SELECT orm.get('Post', 1, '{"load": ["author"]}')$$, $$SELECT orm.create('Post', '{"author": {}}')$$]) statement;
SELECT model, state FROM orm.models ORDER BY 1;
SELECT count(*) > 0 AS listed FROM orm.attributes WHERE model = 'Post';
SELECT model_name, kind FROM orm.create_all() WHERE kind = 'table';
-- tables rename beside it, and it is dropped as any function
ALTER TABLE authors RENAME TO writers;
ALTER TABLE writers RENAME TO authors;
DROP FUNCTION model_replace_b.author_model();
SELECT orm.get('Author', 1);
SELECT * FROM seen;

-- Texts: 16 MB are taken, and not a byte more, by hand and by builders
CREATE FUNCTION text_of(bytes int) RETURNS text LANGUAGE sql AS $$
SELECT 'model Long {"table": "longs", "elements": [{"column": {"name": "id", "type": "int"}}]' || repeat(' ', bytes - 86) || '}' $$;
SELECT octet_length(text_of(100));
SELECT refused(format('CREATE FUNCTION long_model() RETURNS json LANGUAGE orm STABLE AS %L', text_of(16 * 1024 * 1024 + 1)));
SET check_function_bodies = off;
SELECT refused(format('CREATE FUNCTION long_model() RETURNS json LANGUAGE orm STABLE AS %L', text_of(16 * 1024 * 1024 + 1)));
RESET check_function_bodies;
SELECT refused(format('CREATE FUNCTION long_model() RETURNS json LANGUAGE orm STABLE AS %L', text_of(16 * 1024 * 1024)));
SELECT model, state FROM orm.models WHERE model = 'Long';
SELECT refused(format('CREATE OR REPLACE FUNCTION long_model() RETURNS json LANGUAGE orm STABLE AS %L', text_of(16 * 1024 * 1024 + 1)));
DROP FUNCTION long_model();
SELECT refused(format('SELECT orm.model(''Long'', ''longs'', orm.column(''id'', ''int'', comment => %L))', repeat('x', 17 * 1024 * 1024)));
DROP SCHEMA model_replace, model_replace_b CASCADE;
SELECT count(*) FROM orm.models;
