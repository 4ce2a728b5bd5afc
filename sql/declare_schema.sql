-- The models of a schema in one call, all or none; and as a script, which
-- declares them in an empty database and is the same there.
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
CREATE SCHEMA declare_schema;
CREATE SCHEMA declare_schema_b;
SET search_path = declare_schema;
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
CREATE TABLE document AS SELECT '{"models": [
    {"model": "Post", "table": "posts", "elements": [
        {"column": {"name": "id", "type": "integer", "primary_key": true}},
        {"belongs_to": {"name": "author", "model": "Author", "back_populates": "posts"}},
        {"many_to_many": {"name": "tags", "model": "Tag", "back_populates": "posts"}}]},
    {"model": "Tag", "table": "tags", "elements": [
        {"column": {"name": "id", "type": "integer", "primary_key": true}},
        {"column": {"name": "name", "type": "text", "is_unique": true}},
        {"many_to_many": {"name": "posts", "model": "Post", "back_populates": "tags"}}]},
    {"model": "Author", "table": "authors", "elements": [
        {"column": {"name": "id", "type": "integer", "primary_key": true}},
        {"column": {"name": "name", "type": "text", "nullable": false}},
        {"has_many": {"name": "posts", "model": "Post", "back_populates": "author"}}]}]}'::jsonb AS d;

-- In any order; made; again; and a change on both sides at once
SELECT * FROM orm.declare((SELECT d::text FROM document)::orm.document);
SELECT count(*) FROM orm.create_all() WHERE kind LIKE '%table';
SELECT * FROM orm.declare((SELECT d::text FROM document)::orm.document);
UPDATE document SET d = replace(replace(d::text, '"back_populates": "author"', '"back_populates": "writer"'), '"name": "author", ', '"name": "writer", "foreign_key": "author_id", ')::jsonb;
SELECT * FROM orm.declare((SELECT d::text FROM document)::orm.document);
SELECT orm.create('Author', '{"name": "Ann", "posts": [{"tags": [{"name": "new"}]}]}');
SELECT orm.all('Post', '{"load": ["writer", "tags"]}');
UPDATE document SET d = jsonb_set(d, '{models, 1, elements}', (d #> '{models, 1, elements}') || '[{"column": {"name": "color", "type": "text"}}, {"column": {"name": "size", "type": "int", "indexed": true}}]');
SELECT * FROM orm.declare((SELECT d::text FROM document)::orm.document);

-- One mistake, and nothing is declared; it has its place
CREATE TABLE before AS SELECT oid, xmin::text AS written FROM pg_proc WHERE pronamespace = 'declare_schema'::regnamespace AND proname LIKE '%\_model';
SELECT refused(format('SELECT orm.declare(%L)', given)) FROM unnest(ARRAY['{}', '{"models": {}}', '{"models": [1]}', '{"models": [], "prune": 1}', '{"models": [], "purge": true}', '{"models": [{"table": "x"}]}',
    '{"models": [{"model": "New", "table": "news"}, {"model": "Other", "table": "others"}, {"model": "Third", "table": "thirds", "elements": [{"column": {"name": "a", "type": "int"}}, {"column": {"name": "b", "type": "nope"}}]}]}',
    '{"models": [{"model": "New", "table": "news", "elements": [{"columm": {}}]}]}', '{"models": [{"model": "New", "table": "news", "map": true}]}',
    '{"models": [{"model": "New", "table": "news"}, {"model": "New", "table": "others"}]}', '{"models": [{"model": "New", "table": "pg_class"}, {"model": "Other", "table": "pg_catalog.pg_class"}]}',
    '{"models": [{"model": "New", "table": "news", "elements": [{"has_many": {"name": "others", "model": "Other", "back_populates": "new"}}]}, {"model": "Other", "table": "others", "elements": [{"has_many": {"name": "new", "model": "New", "back_populates": "others"}}]}]}']) given;
SELECT refused('SELECT orm.declare(NULL)');
SELECT count(*) FROM orm.models;
SELECT count(*) AS untouched FROM before b JOIN pg_proc p ON p.oid = b.oid AND p.xmin::text = b.written;

-- Pruned: declared models of these schemas, not their tables, not mapped ones, not those of other schemas
CREATE TABLE rivers (id int PRIMARY KEY);
SELECT count(*) > 0 AS mapped FROM orm.map('rivers', 'River');
SELECT orm.model('Far', 'declare_schema_b.fars', orm.column('id', 'int', primary_key => true));
SELECT orm.model('Loose', 'looses', orm.column('id', 'int', primary_key => true));
SELECT * FROM orm.declare('{"models": [], "prune": true}');
SELECT * FROM orm.declare((SELECT d || '{"prune": true}' FROM document)::text::orm.document);
SELECT * FROM orm.declare((SELECT jsonb_set(d, '{models}', (d -> 'models') - 1) || '{"prune": true}' FROM document)::text::orm.document);
SELECT count(*) FROM tags;
SELECT model, state, pending FROM orm.models ORDER BY 1;
-- another's are not
CREATE ROLE regress_orm_declare;
GRANT ALL ON SCHEMA declare_schema TO regress_orm_declare;
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]), orm.declare(orm.document) TO regress_orm_declare;
SET ROLE regress_orm_declare;
SELECT * FROM orm.declare('{"models": [{"model": "His", "table": "his"}], "prune": true}');
SELECT refused($$SELECT orm.declare('{"models": [{"model": "Author", "table": "authors"}]}')$$);
SELECT count(*) FROM orm.unmap('His');
RESET ROLE;

-- The script: declared models by name, then mapped ones; comments; names as they are now
SELECT * FROM orm.declare((SELECT d::text FROM document)::orm.document);
CREATE OR REPLACE FUNCTION declare_schema_b.far_model() RETURNS json LANGUAGE orm STABLE AS
    'model Far {"table": "fars", "elements": [{"column": {"name": "id", "type": "int", "primary_key": true}}, {"column": {"name": "quoted", "type": "text", "check_expr": "quoted <> $$''$model$''$$"}}]}';
COMMENT ON FUNCTION author_model() IS 'who writes';
ALTER TABLE posts RENAME COLUMN author_id TO "writer id";
SELECT orm.script();
SELECT orm.script(ARRAY['Tag', 'Far']) = orm.script(ARRAY['Far', 'Tag', 'Far']) AS ordered, orm.script('{}') = '' AS empty;
SELECT refused($$SELECT orm.script('{Tga}')$$);
-- loaded where there is nothing it is the same: here after all of it is dropped
SELECT orm.script() AS script \gset
SET client_min_messages = error;
DROP SCHEMA declare_schema, declare_schema_b CASCADE;
RESET client_min_messages;
SELECT count(*) FROM orm.models;
\set ECHO none
SELECT :'script' AS script \gexec
\set ECHO all
SELECT orm.script() = :'script' AS same;
SELECT model, state FROM orm.models ORDER BY 1;
-- with the tables come the join table and the keys of relationships
SELECT count(*) FROM orm.create_all() WHERE kind LIKE '%table';
\set ECHO none
SET client_min_messages = warning;
SELECT :'script' AS script \gexec
\set ECHO all
SELECT orm.script() = :'script' AS same;
SET client_min_messages = error;
DROP OWNED BY regress_orm_declare;
DROP ROLE regress_orm_declare;
DROP SCHEMA declare_schema, declare_schema_b CASCADE;
SELECT count(*) FROM orm.models;
