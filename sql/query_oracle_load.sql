-- Generated object graphs against nested sub-selects.
-- The documents and the SQL come from test/oracle/generator.sql, always the same ones.
\set regression :DBNAME
\getenv source PG_ABS_SRCDIR
\set generator :source '/test/oracle/generator.sql'
\set blog :source '/test/oracle/blog.sql'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_query_oracle_load;
CREATE DATABASE regress_orm_query_oracle_load TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_query_oracle_load
SET client_min_messages = warning;
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :generator
\i :blog
\set ECHO all

-- Three levels below the root, each with conditions, names, order and limits of its own
CALL o_generate('graphs', '{Author,Post,Comment,Room,Booking,"Línea de pedido",Tag,Child,Profile}', 'load', 72, 11);
CALL o_generate('filtered graphs', '{Author,Post,Comment,Room,Booking,"Línea de pedido",Tag,Child,Profile,Sample}',
    'load where select compute order limit distinct', 300, 12);
CALL o_generate('alike', '{Author,Post,Comment,Room}', 'load where select compute order limit', 64, 16, 8);
CALL o_generate('each', '{Author,Post,Comment,Room}', 'load where limit verb=each', 40, 13);
CALL o_generate('first', '{Author,Post,Comment,Room}', 'load where select verb=first', 40, 14);
CALL o_generate('pages', '{Author,Post,Booking,Room}', 'load where verb=page', 40, 15);

-- Trees: a level more until there is none
CREATE FUNCTION replies(parent bigint, depth integer, condition text DEFAULT 'true', ordered text DEFAULT 'id') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format($q$SELECT '[' || coalesce(string_agg(o, ',' ORDER BY n), '') || ']' FROM (SELECT row_number() OVER (ORDER BY %s) AS n,
        format('{"id":%%s,"text":%%s%%s}', id, to_json(text), CASE WHEN $2 <> 1 THEN ',"replies":' || replies(id, $2 - 1, $3, $4) END) AS o
        FROM comments c WHERE parent_id IS NOT DISTINCT FROM $1 AND %s) x$q$, ordered, condition) USING parent, depth, condition, ordered INTO result;
    RETURN result;
END $$;
CREATE FUNCTION parents(child bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce((SELECT format('{"id":%s,"score":%s,"parent":%s}', id, o_json(score), parents(parent_id)) FROM comments WHERE id = child), 'null')
$$;
SELECT max(depth) > 3 AS deep FROM (WITH RECURSIVE t AS (SELECT id, 1 AS depth FROM comments WHERE parent_id IS NULL
    UNION ALL SELECT c.id, depth + 1 FROM comments c JOIN t ON c.parent_id = t.id) SELECT depth FROM t) x;
SELECT o_same('trees', 'Comment', '{"where": {"parent": null}, "select": ["id", "text"], "order_by": ["id"],
    "load": {"replies": {"recursive": true, "select": ["id", "text"]}}}', 'SELECT replies(NULL, -1)');
SELECT o_same('trees', 'Comment', format('{"where": {"parent": null}, "select": ["id", "text"], "order_by": ["id"],
    "load": {"replies": {"recursive": %s, "select": ["text", "id"]}}}', depth), format('SELECT replies(NULL, %s)', depth + 1)) FROM generate_series(1, 4) depth;
SELECT o_same('trees', 'Comment', '{"where": {"parent_id": null, "hidden": false}, "select": ["id", "text"], "order_by": ["-text", "id"],
    "load": {"replies": {"recursive": true, "select": ["id", "text"], "where": {"hidden": false}, "order_by": ["-text", "id"]}}}',
    $$SELECT replies(NULL, -1, 'NOT hidden', 'text DESC, id')$$);
SELECT o_same('trees', 'Comment', '{"select": ["id", "score"], "order_by": ["id"], "load": {"parent": {"recursive": true, "select": ["id", "score"]}}}',
    $$SELECT '[' || string_agg(parents(id), ',' ORDER BY id) || ']' FROM comments$$);

-- Cycles: an object that stands in its own path comes once more, and ends there
CREATE TABLE blog.ring (id integer PRIMARY KEY, next_id integer REFERENCES blog.ring);
INSERT INTO ring VALUES (1, 2), (2, 3), (3, 1), (4, 1), (5, 5), (6, NULL), (7, 6), (8, 4), (9, 6);
SELECT count(*) FROM orm.map('ring', 'Ring', orm.belongs_to('next', 'Ring'), orm.has_many('before', 'Ring'), orm.accessors(include => '{}'));
CREATE FUNCTION onwards(r ring, path integer[]) RETURNS text LANGUAGE sql AS $$
    SELECT left(to_json(r)::text, -1) || CASE WHEN r.id = ANY (path) THEN ''
        ELSE ',"next":' || coalesce((SELECT onwards(n, path || r.id) FROM ring n WHERE n.id = r.next_id), 'null') END || '}'
$$;
CREATE FUNCTION backwards(r ring, path integer[], depth integer) RETURNS text LANGUAGE sql AS $$
    SELECT left(to_json(r)::text, -1) || CASE WHEN r.id = ANY (path) OR depth = 0 THEN ''
        ELSE ',"before":[' || coalesce((SELECT string_agg(backwards(b, path || r.id, depth - 1), ',' ORDER BY b.id DESC) FROM ring b WHERE b.next_id = r.id), '') || ']' END || '}'
$$;
SELECT o_same('cycles', 'Ring', '{"order_by": ["id"], "load": {"next": {"recursive": true}}}',
    $$SELECT '[' || string_agg(onwards(r, '{}'), ',' ORDER BY id) || ']' FROM ring r$$);
SELECT o_same('cycles', 'Ring', '{"order_by": ["-id"], "load": {"before": {"recursive": true, "order_by": ["-id"]}}}',
    $$SELECT '[' || string_agg(backwards(r, '{}', -1), ',' ORDER BY id DESC) || ']' FROM ring r$$);
SELECT o_same('cycles', 'Ring', format('{"order_by": ["id"], "load": {"before": {"recursive": %s, "order_by": ["-id"]}}}', n),
    format($$SELECT '[' || string_agg(backwards(r, '{}', %s), ',' ORDER BY id) || ']' FROM ring r$$, n)) FROM generate_series(1, 5) n;

-- Lists of paths
SELECT o_same('paths', 'Author', '{"order_by": ["id"], "load": ["posts.tags", "profile", "posts.comments"]}', $$
    SELECT '[' || string_agg(left(to_json(a)::text, -1) || ',"posts":[' || coalesce((
        SELECT string_agg(left(to_json(p)::text, -1) || ',"tags":[' || coalesce((
            SELECT string_agg(to_json(t)::text, ',' ORDER BY t.name) FROM tags t JOIN posts_tags j ON j.tag_id = t.name WHERE j.post_id = p.id), '')
        || '],"comments":[' || coalesce((SELECT string_agg(to_json(c)::text, ',' ORDER BY c.id) FROM comments c WHERE c.post_id = p.id), '')
        || ']}', ',' ORDER BY p.id) FROM posts p WHERE p.author_id = a.id), '')
    || '],"profile":' || coalesce((SELECT to_json(f)::text FROM profiles f WHERE f.author_id = a.id), 'null') || '}', ',' ORDER BY a.id) || ']' FROM authors a$$);

-- One object by its key
CREATE PROCEDURE one_by_one(model text, keys text, document text, list text) LANGUAGE plpgsql AS $$
DECLARE
    objects json := o_run(list)::json;
    k text;
    i integer := 0;
BEGIN
    PERFORM set_config('oracle.parameters', '', false);
    FOR k IN EXECUTE keys LOOP
        PERFORM o_compare('get', model, format('SELECT orm.get(%%s, %L::json, %%2$s)::text', k), (document, format('SELECT %L', objects ->> i))::o_pair);
        i := i + 1;
    END LOOP;
END $$;
CALL one_by_one('Room', 'SELECT json_build_object(''building'', building, ''number'', number) FROM rooms ORDER BY building, number',
    '{"load": {"bookings": {"select": ["day"], "order_by": ["-day", "id"], "limit": 3}}}',
    $$SELECT '[' || string_agg(left(to_json(r)::text, -1) || ',"bookings":[' || coalesce((SELECT string_agg(format('{"day":"%s"}', day), ',' ORDER BY day DESC, id) FROM
    (SELECT * FROM bookings b WHERE (room_building, room_number) = (building, number) ORDER BY day DESC, id LIMIT 3) b), '') || ']}', ',' ORDER BY building, number) || ']' FROM rooms r$$);
CALL one_by_one('Sample', 'SELECT json_build_object(''id'', id) FROM samples ORDER BY id', '{"omit": []}',
    $$SELECT '[' || string_agg(to_json(s)::text, ',' ORDER BY id) || ']' FROM samples s$$);

-- The verdict
\pset format unaligned
SELECT * FROM o_verdict;
SELECT * FROM o_never('load', 'of', 'one', 'recursive', 'where', 'compute', 'select', 'omit', 'order_by', 'limit', 'offset', 'distinct', '$');
SELECT * FROM o_differences;
\pset format aligned

\c :regression
DROP DATABASE regress_orm_query_oracle_load;
