-- orm.table_renamed_from: tables that are renamed by a migration
CREATE SCHEMA migrate_table_renames;
SET search_path = migrate_table_renames;
\pset format unaligned
\set SHOW_CONTEXT never

-- what there is of a table, in plain SQL
CREATE FUNCTION tables(OUT relname name, OUT columns text) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT c.relname, (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_class c WHERE c.relnamespace = 'migrate_table_renames'::regnamespace AND c.relkind = 'r' ORDER BY c.relname $$;

SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text', indexed => true),
    orm.column('n', 'integer'), orm.has_many('comments', 'Comment', foreign_key => 'post_id'), orm.many_to_many('tags', 'Tag'), orm.version('v'));
SELECT orm.model('Comment', 'comments', orm.column('id', 'integer', primary_key => true), orm.column('post_id', 'integer'),
    orm.belongs_to('post', 'Post', foreign_key => 'post_id'), orm.column('other', 'integer', foreign_key => 'Post.id'));
SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true), orm.many_to_many('posts', 'Post', back_populates => 'tags'));
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT orm.create('Tag', '{"id": 5}');
SELECT orm.create('Post', '[{"id": 1, "title": "a", "n": 7, "tags": [{"id": 5}]}, {"id": 2, "title": "b"}]');
SELECT orm.create('Comment', '{"id": 1, "post_id": 1, "other": 2}');

-- pending: the model stays on its table, in force
SELECT orm.model('Post', 'articles', orm.table_renamed_from('posts'), orm.column('id', 'integer', primary_key => true),
    orm.column('name', 'text', renamed_from => 'title', indexed => true), orm.column('m', 'text', nullable => false, fill => '''x'''),
    orm.has_many('comments', 'Comment', foreign_key => 'post_id'), orm.many_to_many('tags', 'Tag'), orm.version('v'), orm.check('named', 'name <> '''''));
SELECT table_name, pending FROM orm.models WHERE model = 'Post';
SELECT orm.all('Post', '{"order_by": ["id"]}');
SELECT count(*) FROM post_all();
SELECT count(*) FROM orm.sync('Post');
SELECT count(*) FROM orm.create_all();
SELECT post_model() ->> 'table' AS declared, post_model() ->> 'elements' LIKE '%table_renamed_from%' AS word;
SELECT orm.extend('Post', orm.column('note', 'text')) IS NULL AS extended;
SELECT post_model() ->> 'table' AS declared, post_model() ->> 'elements' LIKE '%table_renamed_from%' AS word;
SELECT action, object, sql, reverse_sql, lock, rewrites, destructive, rows_affected FROM orm.diff();
SELECT * FROM orm.migrate();
SELECT * FROM tables();
SELECT action, sql, state FROM orm.migrate('{"allow_destructive": true, "rehearse": true}');
SELECT * FROM tables();
SELECT count(*) FROM orm.migrate('{"allow_destructive": true}');
SELECT count(*) AS difference FROM orm.diff();
SELECT * FROM tables();
SELECT orm.all('Post', '{"order_by": ["id"], "load": ["comments", "tags"]}');
SELECT * FROM post_all() ORDER BY id;
SELECT post_model() ->> 'table' AS declared, post_model() ->> 'elements' LIKE '%table_renamed_from%' AS word;
SELECT orm.create('Post', '{"id": 3, "name": "c", "m": "y"}'), orm.create('Comment', '{"id": 2, "post": {"id": 3}}');
SELECT conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE contype = 'f' AND conrelid = 'comments'::regclass ORDER BY conname;

-- undone, and done again
SELECT action, sql FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration), 'allow_destructive', true)::text::orm.document);
SELECT count(*) AS difference FROM orm.diff();
SELECT * FROM tables();
SELECT orm.all('Post', '{"order_by": ["id"], "load": ["comments"]}');
SELECT orm.model('Post', 'articles', orm.table_renamed_from('migrate_table_renames.posts'), orm.column('id', 'integer', primary_key => true),
    orm.column('title', 'text', indexed => true), orm.column('n', 'integer'), orm.has_many('comments', 'Comment', foreign_key => 'post_id'),
    orm.many_to_many('tags', 'Tag'), orm.version('v'));
SELECT action, sql FROM orm.migrate('{"name": "articles"}');
SELECT count(*) AS difference FROM orm.diff();

-- pg_dump writes the word with the model, and its table by the function alone
BEGIN;
SELECT orm.model('Post', 'stories', orm.table_renamed_from('articles'), orm.column('id', 'integer', primary_key => true));
DROP FUNCTION post_model();
SET check_function_bodies = off;
SELECT format('CREATE FUNCTION post_model() RETURNS json LANGUAGE orm STABLE AS %L', $$model Post {"table": "stories", "elements": [
    {"column": {"name": "id", "type": "integer", "primary_key": true}}, {"table_renamed_from": {"name": "articles"}}]}$$) \gexec
SELECT refobjid::regclass FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = 'post_model()'::regprocedure AND deptype = 'a';
SELECT orm.all('Post', '{"limit": 1, "order_by": ["id"]}');
ROLLBACK;

-- a saved migration
SELECT orm.migration('articles') AS document \gset
SELECT count(*) FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration))::text::orm.document);
SELECT action, sql FROM orm.migrate(:'document');
SELECT count(*) AS difference FROM orm.diff();

-- the word where there is nothing to rename, and a table that the user renames
SELECT orm.model('Tag', 'labels', orm.table_renamed_from('tags'), orm.column('id', 'integer', primary_key => true), orm.many_to_many('posts', 'Post', back_populates => 'tags'));
ALTER TABLE tags RENAME TO labels;
SELECT table_name, pending FROM orm.models WHERE model = 'Tag';
SELECT count(*) AS difference FROM orm.diff();
SELECT orm.model('Tag', 'labels', orm.table_renamed_from('tags'), orm.column('id', 'integer', primary_key => true), orm.many_to_many('posts', 'Post', back_populates => 'tags'));
SELECT count(*) AS difference FROM orm.diff();
SELECT count(*) FROM orm.migrate();
ALTER TABLE labels RENAME TO badges;
SELECT tag_model() ->> 'table' AS declared;
SELECT count(*) AS difference FROM orm.diff();

-- a function by hand
DROP FUNCTION tag_model();
CREATE FUNCTION tag_model() RETURNS json LANGUAGE orm STABLE AS $$ model Tag {"table": "words", "elements": [
    {"column": {"name": "id", "type": "integer", "primary_key": true}}, {"table_renamed_from": {"name": "badges"}}]} $$;
SELECT orm.all('Tag');
SELECT sql FROM orm.diff('Tag');
SELECT count(*) FROM orm.migrate();
SELECT orm.all('Tag'), tag_model();
SELECT count(*) AS difference FROM orm.diff();

-- bad input
SELECT orm.model('Tag', 'other', orm.column('id', 'integer', primary_key => true), orm.table_renamed_from('words'), orm.table_renamed_from('badges'));
SELECT orm.model('Tag', 'words', orm.column('id', 'integer', primary_key => true), orm.table_renamed_from('words'));
SELECT orm.model('Tag', 'other', orm.column('id', 'integer', primary_key => true), orm.table_renamed_from('public.words'));
SELECT orm.model('Tag', 'comments', orm.column('id', 'integer', primary_key => true), orm.table_renamed_from('words'));
SELECT orm.model('Tag', 'other', orm.column('id', 'integer', primary_key => true), orm.table_renamed_from(''));
SELECT orm.model('{"model": "Tag", "table": "other", "elements": [{"table_renamed_from": {"names": "words"}}]}');
SELECT orm.mixin('Renamed', orm.table_renamed_from('words'));
SELECT count(*) FROM orm.map('words', 'Word', orm.table_renamed_from('badges'));
SELECT table_name, pending FROM orm.models WHERE model = 'Tag';
BEGIN;
CREATE TABLE badges (id integer);
SELECT orm.model('Tag', 'words', orm.column('id', 'integer', primary_key => true), orm.table_renamed_from('badges'));
ROLLBACK;
BEGIN;
SELECT orm.model('New', 'new', orm.column('id', 'integer', primary_key => true), orm.table_renamed_from('nothing'));
SELECT sql FROM orm.diff();
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA migrate_table_renames CASCADE;
