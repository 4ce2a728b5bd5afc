-- A model is a function: what makes one, what the function says, what is
-- refused, and what becomes of it under DDL by others.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA model_function;
SET search_path = model_function;

-- The functions there are, and the tables they depend on.
CREATE VIEW functions AS
SELECT p.oid::regprocedure AS function, p.provolatile AS volatile, d.refobjid::regclass AS depends_on
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'orm'
  LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
 WHERE p.prorettype = 'json'::regtype AND p.prosrc LIKE 'model %' ORDER BY 1;
-- What a statement is refused with.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

-- By orm.model, and by hand: the same
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'varchar(20)', nullable => false),
    orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT prosrc FROM pg_proc WHERE oid = 'author_model'::regproc;
SELECT * FROM functions;
CREATE TABLE made AS SELECT prosrc FROM pg_proc WHERE oid = 'author_model'::regproc;
SELECT count(*) FROM orm.unmap('Author');
CREATE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS $$
model Author {"table": "authors", "elements": [{"column": {"name": "id", "type": "int", "primary_key": true}},
    {"column": {"name": "name", "type": "varchar(20)", "nullable": false}}, {"has_many": {"name": "posts", "model": "Post", "back_populates": "author"}}]}
$$;
SELECT author_model();
SELECT model, table_name, state, pending FROM orm.models;
-- its text stays as it was written, until something else is said
SELECT orm.model(orm.describe('Author'));
SELECT p.prosrc = m.prosrc AS same FROM pg_proc p, made m WHERE p.oid = 'author_model'::regproc;
-- declared again as it is: nothing is written
CREATE TABLE row_before AS SELECT oid, xmin::text AS written FROM pg_proc WHERE proname = 'author_model';
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'varchar(20)', nullable => false),
    orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT p.oid = b.oid AS same_function, p.xmin::text = b.written AS untouched FROM pg_proc p, row_before b WHERE p.proname = 'author_model';

-- Made: the function depends on its table
CREATE FUNCTION post_model() RETURNS json LANGUAGE orm STABLE AS 'model Post {"table": "posts", "elements": [
  {"column": {"name": "id", "type": "int", "primary_key": true}}, {"belongs_to": {"name": "author", "model": "Author", "back_populates": "posts"}}]}';
SELECT model_name, action, kind, identity, detail FROM orm.create_all() WHERE kind = 'table';
SELECT * FROM functions;
SELECT orm.create('Author', '{"name": "Ann", "posts": [{}, {}]}');
SELECT orm.get('Author', 1, '{"load": ["posts"]}');

-- Declared beside actual: what the table lacks is pending, the rest stays in force
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'varchar(20)', nullable => false), orm.column('email', 'text'),
    orm.belongs_to('country', 'Country', foreign_key => 'country_id'), orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT model, state, pending FROM orm.models ORDER BY 1;
SELECT orm.get('Author', 1, '{"load": ["posts"]}');
SELECT * FROM author_find(1);
SELECT refused($$SELECT orm.all('Author', '{"where": {"email": "x"}}')$$);
SELECT refused($$SELECT orm.create('Author', '{"name": "Bob", "email": "x"}')$$);
SELECT model_name, action, kind, detail FROM orm.create_all() WHERE kind <> 'function';
SELECT refused($$SELECT orm.create_table('Author')$$);
ALTER TABLE authors ADD COLUMN email text;
SELECT orm.create('Author', '{"name": "Bob", "email": "x"}');
SELECT model, pending FROM orm.models ORDER BY 1;
-- what is no longer declared but there stays usable
SELECT orm.model('Author', 'authors', orm.column('id', 'int', primary_key => true), orm.column('name', 'varchar(20)', nullable => false),
    orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT orm.all('Author', '{"where": {"email": "x"}}');

-- Refused as by orm.model, at the same place
SELECT place, refused(format('SELECT orm.model(%L)', '{"model": "X", "table": "xs", "elements": [' || place || ']}')) = refused(format('CREATE FUNCTION x_model() RETURNS json LANGUAGE orm STABLE AS %L',
    'model X {"table": "xs", "elements": [' || place || ']}')) AS same
  FROM unnest(ARRAY['{"column": {"name": "a", "type": "nope"}}', '{"column": {"name": "a"}}', '{"colum": {}}', '{"column": {"name": "a", "type": "int", "check_expr": "a; b"}}', '1',
    '{"column": {"name": "a", "type": "int"}}, {"column": {"name": "a", "type": "int"}}', '{"primary_key": {"columns": ["b"]}}', '{"belongs_to": {"name": "me", "model": "X", "back_populates": "x"}}']) place;
SELECT refused(format('CREATE FUNCTION %s LANGUAGE orm %s AS %L', head, tail, body)) FROM (VALUES
    ('x_model() RETURNS json', 'STABLE', 'model'), ('x_model() RETURNS json', 'STABLE', 'model X'), ('x_model() RETURNS json', 'STABLE', 'model {}'), ('x_model() RETURNS json', 'STABLE', 'model "X {}'),
    ('x_model() RETURNS json', 'STABLE', 'model X {"table": "xs"'), ('x_model() RETURNS json', 'STABLE', 'model X {"table": "xs"} {}'), ('x_model() RETURNS json', 'STABLE', 'model X []'),
    ('x_model() RETURNS json', 'STABLE', 'model X {}'), ('x_model() RETURNS json', 'STABLE', 'model X {"model": "Y", "table": "xs"}'), ('x_model() RETURNS json', 'STABLE', 'model X {"table": "xs", "map": true}'),
    ('x_model(a int) RETURNS json', 'STABLE', 'model X {"table": "xs"}'), ('x_model() RETURNS jsonb', 'STABLE', 'model X {"table": "xs"}'), ('x_model() RETURNS SETOF json', 'STABLE', 'model X {"table": "xs"}'),
    ('x_model() RETURNS json', 'VOLATILE', 'model X {"table": "xs"}'), ('y_model() RETURNS json', 'STABLE', 'model X {"table": "xs"}'), ('pg_temp.x_model() RETURNS json', 'STABLE', 'model X {"table": "xs"}')) v (head, tail, body);

-- A name is unique in the database; the function of one model is not made that of another
CREATE SCHEMA model_function_b;
SELECT refused($$CREATE FUNCTION model_function_b.author_model() RETURNS json LANGUAGE orm STABLE AS 'model Author {"table": "authors"}'$$);
SELECT refused($$SET check_function_bodies = off; CREATE FUNCTION model_function_b.author_model() RETURNS json LANGUAGE orm STABLE AS 'model Author {"table": "authors"}'$$);
SELECT refused($$CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS 'model "author" {"table": "authors"}'$$);
SELECT refused($$SET check_function_bodies = off; CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE orm STABLE AS 'model "author" {"table": "authors"}'$$);
-- two models whose names have one snake case: the second function has a hash in its name; a user's function is in the way
SELECT orm.model('OrderLine', 'order_lines'), orm.model('Order Line', 'order_lines_2');
SELECT function FROM functions WHERE function::text ~ 'order';
SELECT orm.describe('OrderLine') ->> 'table', orm.describe('Order Line') ->> 'table';
SELECT orm.model('ORDER line', 'order_lines_3');
SELECT count(*) FROM functions WHERE function::text ~ '^order_line_[0-9a-f]{8}_model\(\)$';
SELECT orm.model(repeat('A', 60), 'long_one');
SELECT function FROM functions WHERE function::text ~ 'aaa';
CREATE FUNCTION thing_model(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
SELECT refused($$SELECT orm.model('Thing', 'things')$$);
SELECT count(*) FROM unnest(ARRAY['OrderLine', 'Order Line', 'ORDER line', repeat('A', 60)]) m, orm.unmap(m);

-- The table renames, moves, goes: the function with it
ALTER TABLE authors RENAME COLUMN name TO full_name;
ALTER TABLE posts RENAME COLUMN author_id TO writer_id;
ALTER TABLE authors RENAME TO writers;
ALTER TABLE writers SET SCHEMA model_function_b;
SELECT * FROM functions;
SELECT prosrc FROM pg_proc WHERE proname IN ('author_model', 'post_model') ORDER BY proname;
SELECT orm.get('Author', 1, '{"load": ["posts"]}');
ALTER TABLE model_function_b.writers SET SCHEMA model_function;
-- a function that moves alone says where its table is, and stays there
ALTER FUNCTION author_model() SET SCHEMA model_function_b;
SELECT prosrc FROM pg_proc WHERE proname = 'author_model';
SELECT orm.get('Author', 1);
ALTER TABLE writers RENAME TO authors;
SELECT prosrc FROM pg_proc WHERE oid = 'model_function_b.author_model'::regproc;
ALTER TABLE authors RENAME TO writers;
ALTER ROUTINE model_function_b.author_model() SET SCHEMA model_function;
SELECT prosrc FROM pg_proc WHERE proname = 'author_model';
SELECT count(*) > 0 AS dropped FROM orm.drop_table('Post');
SELECT * FROM functions;
SELECT prosrc FROM pg_proc WHERE proname = 'post_model';
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
DROP TABLE posts CASCADE;
SELECT * FROM functions;
SELECT refused($$SELECT orm.get('Post', 1)$$);

-- A table that comes later, by anybody, is the one that was waited for
CREATE FUNCTION later_model() RETURNS json LANGUAGE orm STABLE AS 'model Later {"table": "laters", "elements": [{"column": {"name": "id", "type": "int"}}]}';
CREATE TABLE laters (id integer PRIMARY KEY, x text);
SELECT * FROM functions WHERE function::text ~ 'later';
SELECT orm.create('Later', '{"id": 1, "x": "y"}');
DROP TABLE laters;
SELECT * FROM functions WHERE function::text ~ 'later';

-- Renamed functions, and those that another language took over, are none
ALTER FUNCTION author_model() RENAME TO autor;
SELECT refused($$SELECT orm.get('Author', 1)$$);
SELECT count(*) FROM orm.models;
ALTER FUNCTION autor() RENAME TO author_model;
SELECT orm.get('Author', 1) ->> 'full_name' AS again;
BEGIN;
CREATE OR REPLACE FUNCTION author_model() RETURNS json LANGUAGE sql STABLE AS 'SELECT NULL::json';
SELECT count(*) FROM orm.models;
ROLLBACK;

-- In a schema that is not there, or where the caller may not create: kept until then
SELECT orm.model('Far', 'model_function_c.fars', orm.column('id', 'int', primary_key => true));
SELECT far_model();
CREATE SCHEMA model_function_c;
SELECT identity FROM orm.create_table('Far') WHERE kind = 'table';
SELECT function, depends_on FROM functions WHERE function::text ~ 'far';
SELECT model_function_c.far_model();

-- Whose: asked when it is used
CREATE ROLE regress_orm_function;
GRANT ALL ON SCHEMA model_function TO regress_orm_function;
SET ROLE regress_orm_function;
SELECT refused($$CREATE FUNCTION his_model() RETURNS json LANGUAGE orm STABLE AS 'model His {"table": "his"}'$$);
SET check_function_bodies = off;
CREATE FUNCTION his_model() RETURNS json LANGUAGE orm STABLE AS 'model His {"table": "his", "elements": [{"column": {"name": "id", "type": "int"}}]}';
RESET check_function_bodies;
SELECT refused($$SELECT orm.get('His', 1)$$);
RESET ROLE;
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO regress_orm_function;
CREATE TABLE his (id integer PRIMARY KEY);
SELECT refused($$SELECT orm.get('His', 1)$$);
ALTER TABLE his OWNER TO regress_orm_function;
SELECT orm.get('His', 1);
REVOKE EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) FROM regress_orm_function;
SELECT refused($$SELECT orm.get('His', 1)$$);
ALTER FUNCTION his_model() OWNER TO CURRENT_USER;
SELECT orm.get('His', 1);
-- a table that is given away takes its model along, where the new owner may declare
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO regress_orm_function;
ALTER TABLE writers OWNER TO regress_orm_function;
SELECT proowner::regrole FROM pg_proc WHERE proname = 'author_model';
DROP OWNED BY regress_orm_function CASCADE;
SELECT model FROM orm.models ORDER BY 1;
DROP ROLE regress_orm_function;

DROP SCHEMA model_function, model_function_b, model_function_c CASCADE;
SELECT count(*) FROM orm.models;
