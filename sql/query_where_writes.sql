-- orm.update_where, orm.delete_where: what a query finds is changed.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
\pset null <null>
CREATE SCHEMA query_where_writes;
SET search_path = query_where_writes;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT.
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

CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE authors (id int PRIMARY KEY, name text);
CREATE TABLE posts (id int PRIMARY KEY, title varchar(10), likes positive, "a ""b""" date, extra jsonb, words text[], twice int GENERATED ALWAYS AS (likes * 2) STORED,
    serial int GENERATED ALWAYS AS IDENTITY, author_id int REFERENCES authors, slug text UNIQUE NOT NULL DEFAULT md5(random()::text));
CREATE TABLE lines (a int, b text, n int, PRIMARY KEY (a, b));
CREATE TABLE loose (n int);
SELECT count(*) > 0 FROM orm.map('query_where_writes.authors', 'Author', orm.has_many('posts', 'Post'));
SELECT count(*) > 0 FROM orm.map('query_where_writes.posts', 'Post', orm.belongs_to('author', 'Author'));
SELECT count(*) > 0 FROM orm.map('query_where_writes.lines', 'Line');
SELECT count(*) > 0 FROM orm.map('query_where_writes.loose', 'Loose');
INSERT INTO authors VALUES (1, 'Ada'), (2, 'Bob');
INSERT INTO posts (id, title, likes, author_id) VALUES (1, 'one', 5, 1), (2, 'two', 5, 2), (3, 'three', 9, 1), (4, 'four', NULL, NULL), (5, 'five', 1, 1);
INSERT INTO lines SELECT i, chr(96 + i), i FROM generate_series(1, 5) i;
INSERT INTO loose VALUES (1), (2), (2);

-- values of every kind
SELECT orm.update_where('Post', '{"where": {"likes": 5}}', '{"title": "changed", "a \"b\"": "2026-01-01", "words": ["x", null, "y"]}');
SELECT id, title, "a ""b""", words FROM posts ORDER BY id;
SELECT orm.update_where('Post', '{"where": {"id": {"in": [1, 2, 99]}}}', '{"a \"b\"": null, "likes": 7, "words": []}');
SELECT id, likes, twice, "a ""b""", words FROM posts ORDER BY id;
-- another attribute of the row, by one statement and by keys
BEGIN;
SELECT orm.update_where('Post', '{"where": {"id": 1}}', '{"slug": {"$attribute": "title"}, "likes": {"$attribute": "id"}}'),
       orm.update_where('Post', '{"where": {}, "order_by": ["-id"], "limit": 1}', '{"likes": {"$attribute": "id"}, "extra": {"$attribute": "extra"}}');
SELECT id, slug = title AS copied, likes = id AS counted FROM posts ORDER BY id;
ROLLBACK;
-- null is NULL, json's own is an instruction; an object is a value of a json attribute
SELECT orm.update_where('Post', '{"where": {"id": 1}}', '{"extra": {"a": 1}}'), orm.update_where('Post', '{"where": {"id": 2}}', '{"extra": {"$value": null}}'),
       orm.update_where('Post', '{"where": {"id": 3}}', '{"extra": {"$value": {"$": "x"}}}'), orm.update_where('Post', '{"where": {"id": 4}}', '{"extra": [1, null]}'),
       orm.update_where('Post', '{"where": {"id": 5}}', '{"extra": {"$": "x", "y": 1}}');
SELECT id, extra FROM posts ORDER BY id;
SELECT orm.update_where('Post', '{"where": {"extra": {"ne": null}}}', '{"extra": null}');
SELECT count(extra) FROM posts;
-- parameters, in the query and in the patch
SELECT orm.update_where('Post', '{"where": {"likes": {"ge": {"$": "least"}}}}', '{"title": {"$": "title"}, "extra": {"$": "extra"}}', '{"least": 7, "title": "by name", "extra": {"b": 2}}');
SELECT id, title, extra FROM posts ORDER BY id;
SELECT orm.update_where('Post', '{"where": {"id": 1}}', '{"title": {"$": "title"}}', '{"title": null}'), (SELECT title FROM posts WHERE id = 1);
-- the same statement again with other values
SELECT orm.update_where('Post', '{"where": {"id": 2}}', '{"title": {"$": "title"}}', '{"title": "again"}');
SELECT id, title FROM posts WHERE id <= 2 ORDER BY id;
-- conditions of every kind
SELECT orm.update_where('Post', '{"where": {"author": {"name": "Ada"}}}', '{"title": "Ada''s"}');
SELECT orm.update_where('Author', '{"where": {"posts": {"none": {"likes": {"gt": 7}}}}}', '{"name": "Bo"}');
SELECT orm.update_where('Author', '{"compute": {"n": {"count": "posts"}}, "where": {"n": {"ge": 3}}}', '{"name": "A"}');
SELECT orm.update_where('Post', '{"compute": {"by": "author.name"}, "where": {"by": "A"}}', '{"title": "A''s"}');
SELECT id, title FROM posts ORDER BY id;
SELECT * FROM authors ORDER BY id;
SELECT orm.update_where('Post', '{"where": {"id": -1}}', '{"title": "nobody"}');
SELECT orm.update_where('Post', '{"where": {}}', '{"title": "all"}'), count(*) FROM posts;

-- with a limit the first by the order, else by the key
SELECT orm.update_where('Post', '{"where": {"likes": {"ne": null}}, "order_by": ["-likes"], "limit": 2}', '{"title": "top"}');
SELECT orm.update_where('Post', '{"where": {"title": "all"}, "limit": 1}', '{"title": "first"}');
SELECT orm.update_where('Post', '{"where": {}, "order_by": ["author.name", "id"], "limit": {"$": "n"}}', '{"slug": "s"}', '{"n": 1}');
SELECT id, title, slug = 's' FROM posts ORDER BY id;
SELECT orm.update_where('Post', '{"where": {}, "limit": 0}', '{"title": "none"}');
SELECT orm.update_where('Line', '{"where": {"n": {"gt": 1}}, "limit": 2, "order_by": ["-n"]}', '{"n": 0}');
SELECT * FROM lines ORDER BY a;
SELECT orm.update_where('Loose', '{"where": {"n": 2}}', '{"n": 3}');
SELECT refused($$SELECT orm.update_where('Loose', '{"where": {"n": 3}, "limit": 1}', '{"n": 4}')$$);
SELECT refused($$SELECT orm.delete_where('Loose', '{"where": {"n": 3}, "limit": 1}')$$);

-- expect: not more than that, or nothing
SELECT orm.update_where('Line', '{"where": {"n": 0}}', '{"n": 9}', '{}', '{"expect": 2}');
SELECT refused($$SELECT orm.update_where('Line', '{"where": {"n": 9}}', '{"n": 8}', '{}', '{"expect": 1}')$$);
SELECT refused($$SELECT orm.delete_where('Line', '{"where": {"n": 9}}', '{}', '{"expect": 1}')$$);
SELECT count(*) FROM lines WHERE n = 9;

-- delete
SELECT orm.delete_where('Line', '{"where": {"n": 9}, "order_by": ["-a"], "limit": 1}');
SELECT orm.delete_where('Line', '{"where": {"a": {"$": "a"}}}', '{"a": 1}');
SELECT * FROM lines ORDER BY a;
SELECT orm.delete_where('Post', '{"where": {"author": {"name": "Bo"}}}');
SELECT orm.delete_where('Post', '{"compute": {"by": "author.name"}, "where": {"by": null}}');
SELECT id FROM posts ORDER BY id;
SELECT orm.delete_where('Line', '{"where": {}}'), orm.delete_where('Line', '{"where": {}}'), orm.delete_where('Loose', '{"where": {"n": 3}}');
SELECT refused($$SELECT orm.delete_where('Author', '{"where": {"id": 1}}')$$);

-- refused: a query that does not say which, or says too much
SELECT document, refused(format('SELECT orm.delete_where(%L, %L)', 'Post', document)) FROM unnest(ARRAY[
    '{}', '[]', '[1]', '{"where": null}', '{"where": [1]}', '{"where": {"titel": 1}}', '{"where": {}, "limit": -1}', '{"where": {}, "limit": null}', '{"where": {}, "offset": 1}', '{"where": {}, "select": ["id"]}',
    '{"where": {}, "load": ["author"]}', '{"where": {}, "lock": "update"}', '{"where": {}, "distinct": ["id"]}', '{"where": {}, "order_by": ["x"]}'
    ]) AS document;
-- ... a patch that sets nothing, what is not there, or what cannot be set
SELECT patch, refused(format('SELECT orm.update_where(%L, %L, %L)', 'Post', '{"where": {}}', patch)) FROM unnest(ARRAY[
    '{}', '[]', '1', '{"titel": "x"}', '{"author": {}}', '{"id": 1}', '{"twice": 1}', '{"serial": 1}', '{"title": "a", "title": "b"}', '{"$title": 1}',
    '{"title": {"$attribute": "slgu"}}', '{"title": {"$attribute": "author.name"}}', '{"likes": {"$attribute": "title"}}', '{"likes": {"$inc": {"$attribute": "id"}}}', '{"title": {"$attribute": 1}}', '{"title": {"$": "p"}}', '{"title": {"$value": 1, "x": 2}}', '{"title": {"a": 1}}',
    '{"likes": "many"}', '{"likes": 1.5}', '{"likes": 0}', '{"likes": true}', '{"title": "much too long a title"}', '{"slug": null}', '{"author_id": 99}',
    '{"a \"b\"": "never"}', '{"words": "x"}', '{"words": {"x": 1}}', '{"title": "\u0000"}'
    ]) AS patch;
SELECT refused($$SELECT orm.update_where('Post', NULL, '{"title": "x"}')$$);
SELECT refused($$SELECT orm.update_where('Post', '{"where": {}}', NULL)$$);
SELECT refused($$SELECT orm.update_where('Post', '{"where": {}}', '{"title": "x"}', '{"n": 1}')$$);
SELECT refused($$SELECT orm.delete_where('Post', '{"where": {}}', '{}', '{"expct": 1}')$$);
SELECT count(*), count(DISTINCT title) FROM posts;

-- an argument that is not given takes no condition away here
SELECT refused($$CREATE FUNCTION del(n int DEFAULT orm.unset(NULL::int)) RETURNS bigint LANGUAGE orm AS 'delete_where Post {"where": {"likes": {"ge": {"$": "n"}}}}'$$);
CREATE FUNCTION del(n int) RETURNS bigint LANGUAGE orm AS 'delete_where Post {"where": {"likes": {"ge": {"$": "n"}}}}';
CREATE FUNCTION retitle(n int, title text) RETURNS bigint LANGUAGE orm AS 'update_where Post {"where": {"likes": {"ge": {"$": "n"}}}} {"title": {"$": "title"}}';
SELECT retitle(9, 'nine'), retitle(9, NULL), retitle(1, 'many'), del(100);
SELECT id, title FROM posts ORDER BY id;

-- everything is done as the caller: privileges and row security
CREATE ROLE regress_query_where_writes;
GRANT USAGE ON SCHEMA query_where_writes TO regress_query_where_writes;
GRANT SELECT, UPDATE (title) ON posts TO regress_query_where_writes;
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
CREATE POLICY popular ON posts USING (likes > 5) WITH CHECK (title <> 'bad');
SET ROLE regress_query_where_writes;
SELECT orm.update_where('Post', '{"where": {}}', '{"title": "mine"}');
SELECT refused($$SELECT orm.update_where('Post', '{"where": {}}', '{"title": "bad"}')$$);
SELECT refused($$SELECT orm.update_where('Post', '{"where": {}}', '{"likes": 1}')$$);
SELECT refused($$SELECT orm.delete_where('Post', '{"where": {}}')$$);
SELECT orm.update_where('Post', '{"where": {}, "limit": 1}', '{"title": "one"}');
RESET ROLE;
SELECT id, title FROM posts ORDER BY id;

DROP SCHEMA query_where_writes CASCADE;
DROP ROLE regress_query_where_writes;
