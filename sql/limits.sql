-- Limits for the queries of documents: orm.max_rows, orm.max_cost; and
-- orm.query_tag, a comment in the statements.
SET client_min_messages = warning;
CREATE SCHEMA limits;
SET search_path = limits;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SELECT orm.model('Author', 'limits.authors', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'limits.posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'), orm.belongs_to('author', 'Author'), orm.has_many('comments', 'Comment'));
SELECT orm.model('Comment', 'limits.comments', orm.column('id', 'integer', primary_key => true), orm.column('body', 'text'), orm.belongs_to('post', 'Post'));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO authors (name) SELECT 'a' || i FROM generate_series(1, 3) i;
INSERT INTO posts (title, author_id) SELECT 'p' || i, 1 + i % 3 FROM generate_series(1, 9) i;
INSERT INTO comments (body, post_id) SELECT 'c' || i, 1 + i % 9 FROM generate_series(1, 20) i;

\echo # rows of all statements of a query
SET orm.max_rows = 12;
SELECT json_array_length(orm.all('Author', '{"load": ["posts"]}'));
SELECT orm.all('Author', '{"load": ["posts.comments"]}');
SELECT orm.all('Comment');
SELECT json_array_length(orm.all('Comment', '{"limit": 12}'));
SELECT orm.all('Comment', '{"limit": 13}');
SELECT orm.page('Comment', '{"limit": 30}');
SELECT json_array_length(orm.page('Comment', '{"limit": 5, "total": true}') -> 'items');
SELECT count(*) FROM (SELECT orm.each('Comment', '{"limit": 12}')) q;
SELECT count(*) FROM (SELECT orm.each('Comment')) q;
SELECT count(*) FROM (SELECT orm.each('Author', '{"load": ["posts"]}')) q;
SELECT count(*) FROM (SELECT orm.each('Author', '{"load": ["posts.comments"]}')) q;
SELECT count(*) FROM orm.rows(NULL::comments);
SELECT orm.aggregate('Comment', '{"group_by": ["id"]}');
SELECT orm.count('Comment'), orm.exists('Comment');
SELECT orm.first('Author', '{"load": ["posts.comments"], "order_by": ["id"]}') ->> 'id';
SELECT orm.update_where('Comment', '{"where": {}}', '{"body": "x"}');
SELECT orm.update_where('Comment', '{"where": {}, "limit": 12}', '{"body": "x"}');
SELECT orm.delete_where('Comment', '{"where": {}}');
SELECT count(*) FROM comments;
RESET orm.max_rows;

\echo # costs, before the statement runs
SET orm.max_cost = 1;
SELECT regexp_replace(orm.sql('Author'), '\s+', ' ');
DO $$ BEGIN PERFORM orm.all('Comment', '{"order_by": ["body"]}'); EXCEPTION WHEN program_limit_exceeded THEN RAISE WARNING '%', SQLERRM; END $$;
DO $$ BEGIN PERFORM orm.each('Comment', '{"order_by": ["body"]}'); EXCEPTION WHEN program_limit_exceeded THEN RAISE WARNING '%', SQLERRM; END $$;
DO $$ BEGIN PERFORM orm.update_where('Comment', '{"where": {}}', '{"body": "x"}'); EXCEPTION WHEN program_limit_exceeded THEN RAISE WARNING '%', SQLERRM; END $$;
SELECT count(*) > 0 FROM orm.explain('Comment', '{"order_by": ["body"]}');
SET orm.max_cost = 10000;
SELECT json_array_length(orm.all('Comment', '{"order_by": ["body"], "load": ["post"]}'));
RESET orm.max_cost;

\echo # who may set them
CREATE ROLE regress_orm_limits;
SET ROLE regress_orm_limits;
SET orm.max_rows = 5;
SET orm.max_cost = 5;
SET orm.query_tag = 'mine';
RESET orm.query_tag;
RESET ROLE;
DROP ROLE regress_orm_limits;

\echo # a comment in the statements, which it cannot leave
CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE context text; BEGIN
    GET DIAGNOSTICS context = PG_CONTEXT;
    RAISE WARNING '%', substring(context FROM 'SQL statement "(.{30})');
    RETURN NEW; END $$;
CREATE TRIGGER seen BEFORE UPDATE ON authors FOR EACH ROW EXECUTE FUNCTION seen();
SELECT orm.update('Author', 1, '{"name": "b"}') ->> 'name';
SET orm.query_tag = 'page=7';
SELECT orm.update('Author', 1, '{"name": "c"}') ->> 'name';
SET orm.query_tag = '*/ x /**/ /*/ */*';
SELECT orm.update('Author', 1, '{"name": "d"}') ->> 'name';
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "settings": {"orm.query_tag": "t"}}');
SELECT orm.update('Author', 1, '{"name": "f"}', '{"settings": {"orm.query_tag": "t"}}') ->> 'name';
RESET orm.query_tag;
SELECT orm.update('Author', 1, '{"name": "e"}') ->> 'name';
DROP SCHEMA limits CASCADE;
