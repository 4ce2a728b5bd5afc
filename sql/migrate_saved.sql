-- Saved migrations: orm.migration(name) prints one, orm.migrate(document) applies it, once and where it fits.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA migrate_saved;
SET search_path = migrate_saved;
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

-- Goes back to before the latest migration; "forget": as another database, which has never heard of it.
CREATE FUNCTION back() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration), 'allow_destructive', true)::text::orm.document)
$$;
-- Applies a document with options.
CREATE FUNCTION apply(document json, options jsonb = '{}') RETURNS TABLE (sql text) LANGUAGE sql AS $$
    SELECT sql FROM orm.migrate((document::jsonb || options)::text::orm.document)
$$;

SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'),
    orm.column('age', 'text'));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO authors (email, age) VALUES ('a@x', '1'), (NULL, '2');
SELECT orm.schema_hash() AS start \gset

SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column('mail', 'text', renamed_from => 'email', nullable => false, fill => '''none'''),
    orm.column('age', 'integer', using_expr => 'age::integer'), orm.has_many('posts', 'Post'), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.belongs_to('author', 'Author'));
SELECT count(*) AS steps FROM orm.migrate('{"name": "posts"}');
SELECT orm.schema_hash() AS hash, orm.migration('posts') AS posts \gset
SELECT orm.migration('posts');
SELECT back();
SELECT orm.schema_hash() = :'start' AS back;

-- where nothing is declared yet it declares and migrates: renames, fills and conversions are in it
UPDATE authors SET email = NULL WHERE id = 2;
SELECT sql FROM apply(:'posts', '{"rehearse": true}');
SELECT sql FROM apply(:'posts');
SELECT orm.schema_hash() = :'hash' AS same;
SELECT * FROM orm.diff();
TABLE authors ORDER BY id;
SELECT name, action, state, models FROM orm.migration ORDER BY id DESC LIMIT 1;
-- once
SELECT * FROM apply(:'posts');
SELECT orm.migration('posts')::text = :'posts' AS same_document;

-- where the application has declared it already, it migrates
SELECT back();
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column('mail', 'text', nullable => false, renamed_from => 'email'), orm.column('age', 'integer'), orm.has_many('posts', 'Post'),
    orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.belongs_to('author', 'Author'));
SELECT count(*) AS steps FROM apply(:'posts', '{"lock_timeout": "1s"}');
SELECT orm.schema_hash() = :'hash' AS same;

-- two that touch different models apply in either order
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('note', 'text'));
SELECT count(*) AS steps FROM orm.migrate('{"name": "notes"}');
SELECT orm.migration('notes') AS notes, orm.schema_hash() AS both \gset
SELECT back();
SELECT count(*) AS steps FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration WHERE name = 'posts'),
    'allow_destructive', true)::text::orm.document);
SELECT orm.schema_hash() = :'start' AS back;
SELECT sql FROM apply(:'notes');
SELECT count(*) AS steps FROM apply(:'posts');
SELECT orm.schema_hash() = :'both' AS same;

-- elsewhere: the models that differ are named, and nothing is changed
SELECT back();
SELECT orm.schema_hash() AS before_posts \gset
SELECT orm.extend('Author', orm.column('more', 'integer'));
SELECT refused(format('SELECT apply(%L)', :'posts'));
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'), orm.column('age', 'text'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true));
SELECT refused(format('SELECT apply(%L)', :'posts'));
SELECT orm.unmap('Post');
SELECT orm.schema_hash() = :'before_posts' AS same;
-- the declarations are as before, but the tables are not
ALTER TABLE authors ALTER COLUMN email SET NOT NULL;
SELECT refused(format('SELECT apply(%L)', :'posts'));
ALTER TABLE authors ALTER COLUMN email DROP NOT NULL;

-- a document cannot run what the differ would not
SELECT refused(format('SELECT apply(%L)', replace(:'posts', 'SET mail = (''none'')', 'SET mail = (''some'')')));
SELECT refused(format('SELECT apply(%L)', regexp_replace(:'posts', '"sql": "[^"]*"', '"sql": "DROP TABLE authors"')));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', '{"steps": []}'));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', json_build_object('steps', (:'posts'::jsonb -> 'steps') || '{"sql": "SELECT 1"}')));
SELECT refused(format('SELECT apply(%L)', replace(:'posts', '"mail"', '"post"')));
SELECT refused(format('SELECT apply(%L)', replace(:'posts', '"declared": {"model": "Author"', '"declared": {"model": "Other"')));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', '{"hash_after": "0"}'));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', '{"format": 2}'));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', '{"models": ["Author"]}'));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', '{"steps": [1]}'));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', '{"steps": [{}]}'));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', '{"declarations": {"Author": {"before": 1}}}'));
SELECT refused(format('SELECT apply(%L, %L)', :'posts', '{"declarations": 1}'));
SELECT refused($$SELECT * FROM orm.migrate('{"steps": []}')$$);
SELECT refused($$SELECT orm.migration('nothing')$$);
SELECT orm.schema_hash() = :'before_posts' AS same;

-- what only the extension writes, and what "after" does not say, is not taken from "declared"
SELECT orm.model('Left', 'lefts', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate('{"name": "left"}');
SELECT orm.migration('left') AS left \gset
SELECT back();
CREATE TABLE lefts_theirs (left_id integer, their_id integer);
CREATE FUNCTION with_element(document json, element json) RETURNS json LANGUAGE sql AS $$
    SELECT jsonb_set(document::jsonb, '{declarations,Left,declared,elements}',
        document::jsonb #> '{declarations,Left,declared,elements}' || element::jsonb)::json
$$;
SELECT refused(format('SELECT apply(with_element(%L, %L))', :'left', element))
FROM (VALUES ('{"many_to_many": {"name": "others", "model": "Left", "through": "nothing", "made": true}}'),
    ('{"many_to_many": {"name": "others", "model": "Left", "through": "lefts_theirs", "made": true}}'),
    ('{"many_to_many": {"name": "others", "model": "Left", "through": "nowhere.nothing", "made": true}}'),
    ('{"many_to_many": {"name": "others", "model": "Left", "made": true}}'),
    ('{"many_to_many": {"name": "others", "model": "Left", "through": "migrate_saved.lefts_theirs", "made": true, "foreign_key": ["left_id"]}}'),
    ('{"has_many": {"name": "others", "model": "Left", "foreign_key": ["id"], "has_constraint": false}}'),
    ('{"computed": {"name": "more", "type": "integer", "expr": "id + 1"}}')) v(element);
SELECT refused(format('SELECT apply(%L, %L)', :'left', jsonb_build_object('declarations', jsonb_build_array(:'left'::jsonb #> '{declarations,Left}'))));
SELECT model FROM orm.models WHERE model = 'Left';
SELECT sql FROM apply(:'left');
SELECT back();
DROP TABLE lefts_theirs;

-- who does not own the models, and who may not declare
CREATE ROLE regress_orm_saved;
GRANT USAGE, CREATE ON SCHEMA migrate_saved TO regress_orm_saved;
SELECT refused(format('SET LOCAL ROLE regress_orm_saved; SELECT apply(%L)', :'posts'));
SELECT orm.model('Fresh', 'fresh', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate('{"name": "fresh"}');
SELECT orm.migration('fresh') AS fresh \gset
SELECT back();
SELECT refused(format('SET LOCAL ROLE regress_orm_saved; SELECT apply(%L)', :'fresh'));
SELECT sql FROM apply(:'fresh');
SELECT back();
SELECT count(*) FROM orm.migration WHERE name = 'fresh';

SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA migrate_saved CASCADE;
DROP ROLE regress_orm_saved;
