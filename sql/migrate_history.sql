-- orm.migration: what was applied, and orm.schema_hash.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA migrate_history;
SET search_path = migrate_history;
SET client_min_messages = warning;

CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;

-- what a row has; ids go on from one test to the next
CREATE FUNCTION latest() RETURNS SETOF orm.migration LANGUAGE sql AS 'SELECT * FROM orm.migration ORDER BY id DESC LIMIT 1';
SELECT orm.schema_hash() AS empty \gset
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'),
    orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.belongs_to('author', 'Author'),
    orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT count(*) AS steps, count(DISTINCT migration) AS migrations, min(migration) = (SELECT id FROM latest()) AS is_latest
    FROM orm.migrate('{"name": "first"}');
SELECT name, action, state, applied_at = now() AS now, applied_by = current_user AS by, models, before, undoes, note FROM latest();
SELECT s ->> 'model' AS model, s ->> 'action' AS action, s ->> 'object' AS object, s ->> 'reverse' AS reverse
    FROM latest(), json_array_elements(steps) s;
SELECT declared -> 'Post' AS declared, after -> 'Post' AS after FROM latest();
SELECT hash_before = :'empty' AS from_nothing, hash_after = orm.schema_hash(ARRAY['Tag', 'Author', 'Post', 'Tag']) AS to_these FROM latest();

-- the declaration before is the one that was in force, however often it was declared again since
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column('mail', 'text', renamed_from => 'email'), orm.has_many('posts', 'Post'));
SELECT orm.extend('Author', orm.column('born', 'date'));
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column('mail', 'text', renamed_from => 'email'), orm.column('age', 'integer'), orm.has_many('posts', 'Post'));
SELECT hash_after = orm.schema_hash(ARRAY['Author', 'Post', 'Tag']) AS pending_is_the_same FROM latest();
SELECT count(*) AS steps, count(migration) AS migrations, min(state) AS state FROM orm.migrate('{"name": "x", "rehearse": true}');
SELECT name FROM latest();
SELECT count(*) AS steps, count(migration) AS migrations FROM orm.migrate();
SELECT name, models, before, declared, after FROM latest();
SELECT hash_before = hash_after AS same, hash_after = orm.schema_hash('{Author}') AS now FROM latest();

-- nothing to do: no row
SELECT id AS id FROM latest() \gset
SELECT * FROM orm.migrate('{"name": "nothing"}');
SELECT id = :id AS no_row FROM latest();

-- tables of orm.create_all, and functions written by hand, are known before a migration, too
SELECT orm.model('Note', 'notes', orm.column('id', 'integer', primary_key => true));
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT orm.schema_hash('{Note}') AS of_note \gset
CREATE OR REPLACE FUNCTION note_model() RETURNS json LANGUAGE orm STABLE AS
$$model Note {"table": "notes", "elements": [
  {"column": {"name": "id", "type": "integer", "primary_key": true}},
  {"column": {"name": "body", "type": "text"}}]}$$;
SELECT count(*) AS steps FROM orm.migrate('{"models": ["Note"]}');
SELECT models, hash_before = :'of_note' AS known FROM latest();
ALTER TABLE notes RENAME COLUMN body TO "text";
SELECT orm.model('Note', 'notes', orm.column('id', 'integer', primary_key => true), orm.column('text', 'text'), orm.column('n', 'integer'));
SELECT count(*) AS steps FROM orm.migrate('{"models": ["Note"]}');
SELECT before FROM latest();

-- the hash is one of texts: whoever owns the models and whatever the settings, OIDs and order of the columns are
SELECT orm.schema_hash() AS hash, orm.schema_hash('{Author}') AS author \gset
SELECT orm.model('Author', 'authors', orm.column('age', 'integer'), orm.has_many('posts', 'Post'),
    orm.column('id', 'integer', primary_key => true), orm.column('mail', 'text'));
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'German';
SET search_path = pg_catalog;
SELECT orm.schema_hash() = :'hash' AS same, orm.schema_hash('{}') = :'empty' AS empty;
RESET TimeZone;
RESET DateStyle;
SET search_path = migrate_history;
SELECT orm.extend('Author', orm.column('x', 'integer'));
SELECT orm.schema_hash() = :'hash' AS same, orm.schema_hash('{Author}') = :'author' AS same_author, length(orm.schema_hash()) AS length;
SELECT refused($$SELECT orm.schema_hash('{Autor}')$$);
SELECT orm.schema_hash() AS hash \gset

-- names and who may write
SELECT refused($$SELECT * FROM orm.migrate('{"name": ""}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"name": 1}')$$);
SELECT refused(format('SELECT * FROM orm.migrate(%L)', json_build_object('name', repeat('x', 201))));
CREATE ROLE regress_orm_history;
SET ROLE regress_orm_history;
SELECT count(*) > 2 AS readable FROM orm.migration;
SELECT orm.schema_hash() = :'hash' AS same;
RESET ROLE;
SELECT refused('SET LOCAL ROLE regress_orm_history; ' || s) FROM (VALUES ('UPDATE orm.migration SET name = NULL'),
    ('DELETE FROM orm.migration'), ('INSERT INTO orm.migration (action) VALUES (''migrate'')')) v(s);
GRANT CREATE, USAGE ON SCHEMA migrate_history TO regress_orm_history;
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO regress_orm_history;
SET ROLE regress_orm_history;
SELECT orm.model('Mine', 'mine', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps, count(migration) AS migrations FROM orm.migrate();
SELECT models, applied_by FROM latest();
RESET ROLE;

DROP FUNCTION refused, latest;
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) FROM orm.drop_table('Mine');
SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA migrate_history CASCADE;
REVOKE EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) FROM regress_orm_history;
DROP ROLE regress_orm_history;
