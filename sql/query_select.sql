-- What comes back: select, omit, compute, distinct, limit, offset, order, lock, etag; first, one, get, count, exists, rows.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA query_select;
SET search_path = query_select;
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

CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL, email text UNIQUE, age int, data json);
CREATE TABLE posts (id int PRIMARY KEY, title text, likes int, author_id int REFERENCES authors, dropped int);
ALTER TABLE posts DROP COLUMN dropped, ADD COLUMN "Öl ""x""" date;
SELECT count(*) > 0 FROM orm.map('query_select.authors', 'Author', orm.has_many('posts', 'Post'));
SELECT count(*) > 0 FROM orm.map('query_select.posts', 'Post', orm.belongs_to('author', 'Author'));
INSERT INTO authors VALUES (1, 'Ada', 'ada@x', 36, '{"b": 1, "a": [2]}'), (2, 'Bob', 'bob@x', 20, NULL), (3, 'Cid', NULL, NULL, NULL), (4, 'Dee', 'dee@x', 20, NULL);
INSERT INTO posts VALUES (1, 'one', 5, 1, '2026-01-01'), (2, 'two', 5, 2, NULL), (3, 'three', 9, 1, NULL), (4, 'four', NULL, 3, '2026-02-02'), (5, 'five', 1, NULL, NULL);

-- all attributes, as to_json prints them
SELECT orm.all('Author')::jsonb = jsonb_agg(to_jsonb(a)) FROM authors a;
-- select and omit: names in any order, the result in table order
SELECT orm.all('Author', '{"select": ["age", "id"], "order_by": ["id"]}');
SELECT orm.all('Author', '{"omit": ["data", "id"], "order_by": ["id"], "limit": 1}');
SELECT orm.all('Author', '{"select": ["*"], "omit": ["data", "email", "age"], "order_by": ["-id"], "limit": 1}');
SELECT orm.all('Author', '{"select": ["id", "*", "id"], "where": {"id": 3}}');
SELECT orm.all('Author', '{"select": []}');
SELECT orm.first('Post', '{"select": ["Öl \"x\"", "title"]}');
-- names of compute stand behind the attributes; they are left out only by name
SELECT orm.all('Author', '{"compute": {"n": {"count": "posts"}, "best": {"max": "posts.likes"}}, "select": ["name"], "order_by": ["-n", "id"]}');
SELECT orm.all('Author', '{"compute": {"n": {"count": "posts"}, "best": {"max": "posts.likes"}}, "select": ["name", "n"], "omit": ["best"], "order_by": ["-n", "id"]}');

-- limit and offset never leave the order in doubt
SELECT orm.all('Post', '{"select": ["id"], "order_by": ["-likes"], "limit": 3, "offset": 1}');
SELECT orm.sql('Post', '{"select": ["id"], "order_by": ["-likes"], "limit": 3, "offset": 1}');
SELECT orm.all('Post', '{"select": ["id"], "limit": 2}');
SELECT orm.all('Post', '{"limit": 0}'), orm.all('Post', '{"offset": 100}');
SELECT orm.all('Post', '{"select": ["id"], "order_by": ["id"], "offset": 3}');
SELECT orm.all('Post', '{"select": ["id"], "order_by": ["id"], "limit": {"$": "n"}, "offset": {"$": "from"}}', '{"n": 2, "from": 1}');
SELECT orm.all('Post', '{"select": ["id"], "order_by": ["id"], "limit": 2.0}');
-- without them the order is what is asked for and nothing else
SELECT orm.sql('Post', '{"select": ["id"], "order_by": ["-likes"]}');

-- distinct: the first by order_by of those that are equal, in that order
SELECT orm.all('Author', '{"distinct": ["age"], "select": ["name", "age"], "order_by": ["-name"]}');
SELECT orm.all('Author', '{"distinct": ["age"], "select": ["name"]}');
SELECT orm.all('Post', '{"compute": {"odd": {"count": "author"}}, "distinct": ["odd", "likes"], "select": ["id"], "order_by": ["author.name", "-id"], "limit": 3}');
SELECT orm.sql('Author', '{"distinct": ["age"], "select": ["name"], "order_by": ["-age", "name"], "where": {"id": {"gt": 1}}, "limit": 1}');

-- first: at most one, for sure the same one; a unique key needs no order
SELECT orm.first('Author'), orm.first('Author', '{"where": {"id": -1}}') IS NULL;
SELECT orm.first('Author', '{"select": ["id"], "order_by": ["-age"]}'), orm.first('Author', '{"select": ["id"], "order_by": ["age"], "offset": 1}');
SELECT orm.first('Author', '{"select": ["id"], "limit": 0}') IS NULL, orm.first('Author', '{"select": ["id"], "limit": 5, "order_by": ["-id"]}');
SELECT document, orm.sql('Author', document::orm.document, params::orm.document, 'first') FROM (VALUES
    ('{"select": ["id"], "where": {"email": "ada@x"}}', '{}'), ('{"select": ["id"], "where": {"id": {"eq": 1}, "age": 3}}', '{}'),
    ('{"select": ["id"], "where": {"email": {"$": "e"}}}', '{"e": "x"}'), ('{"select": ["id"], "where": {"email": {"$": "e"}}}', '{"e": null}'),
    ('{"select": ["id"], "where": {"email": {"ne": "ada@x"}}}', '{}'), ('{"select": ["id"], "where": {"email": null}}', '{}'),
    ('{"select": ["id"], "where": {"or": [{"id": 1}]}}', '{}'), ('{"select": ["id"], "where": {"name": "Ada"}, "order_by": ["age"]}', '{}'),
    ('{"select": ["id"], "where": {"id": 1}, "offset": 1}', '{}')) v(document, params);
-- one: no more, no less
SELECT orm.one('Author', '{"where": {"name": "Bob"}, "select": ["id"]}'), orm.one_or_none('Author', '{"where": {"id": -1}}') IS NULL;
SELECT orm.one('Author', '{"select": ["id"], "limit": 1, "order_by": ["-id"]}');
SELECT refused($$SELECT orm.one('Author', '{"where": {"id": -1}}')$$);
SELECT refused($$SELECT orm.one('Author')$$);
SELECT refused($$SELECT orm.one_or_none('Author', '{"where": {"age": 20}}')$$);
SELECT orm.sql('Author', '{"where": {"age": 20}}', '{}', 'one');
-- get: the query adds to the key
SELECT orm.get('Author', 1, '{"select": ["name"], "compute": {"n": {"count": "posts"}}, "load": {"posts": {"select": ["id"]}}}'), orm.get('Author', -1, '{"load": ["posts"]}') IS NULL;
SELECT refused($$SELECT orm.get('Author', 1, '{"where": {}}')$$);
SELECT refused($$SELECT orm.get('Author', 1, '{"limit": 1}')$$);

-- count and exists read where, compute and distinct, and pass over what else a list has
SELECT orm.count('Post'), orm.count('Post', '{"where": {"likes": 5}}'), orm.count('Post', '{"distinct": ["likes"]}'), orm.exists('Post'), orm.exists('Post', '{"where": {"likes": 99}}');
SELECT orm.count('Post', '{"compute": {"n": {"sum": "author.age"}}, "where": {"n": {"gt": 0}}, "distinct": ["n", "author_id"]}');
SELECT orm.count('Post', '{"where": {"author": {"name": "Ada"}}, "select": ["x"], "load": ["y"], "order_by": ["z"], "limit": {"$": "n"}, "offset": 2, "lock": "update", "etag": true, "after": null, "total": true}', '{"n": 1}');
SELECT orm.sql('Post', '{"distinct": ["likes", "author_id"], "limit": 1}', '{}', 'count');
SELECT orm.sql('Post', '{"where": {"author": {"name": "Ada"}}, "order_by": ["id"]}', '{}', 'exists');
SELECT refused($$SELECT orm.count('Post', '{"wher": {}}')$$);
SELECT refused($$SELECT orm.count('Post', '{"group_by": []}')$$);
SELECT refused($$SELECT orm.count('Post', '{"limit": {"$": "n"}}', '{"n": 1, "m": 1}')$$);
-- ... with the parameters named in it, but not what looks like one inside a value
SELECT orm.count('Post', '{"order_by": [{"by": "x", "<->": {"$": "p"}}], "load": {"y": {"where": {"or": [{"z": {"in": {"$": "q"}}}, {"z": {"$": "r"}}]}}}, "after": {"$": "s"}}', '{"p": 1, "q": [1], "r": null, "s": null}');
SELECT refused($$SELECT orm.count('Post', '{"order_by": [{"by": "x", "<->": [{"$": "p"}]}]}', '{"p": 1}')$$);
SELECT refused($$SELECT orm.count('Post', '{"load": {"y": {"where": {"z": {"in": [{"$": "p"}]}}}}}', '{"p": 1}')$$);
SELECT refused($$SELECT orm.count('Post', '{"distinct": ["likez"]}')$$);
SELECT refused($$SELECT orm.exists('Post', '{"distinct": ["author"]}')$$);

-- rows: of the table's type, dropped columns and all
SELECT * FROM orm.rows(NULL::posts, '{"where": {"author": {"name": "Ada"}}, "order_by": ["-likes"]}');
SELECT id, "Öl ""x""" FROM orm.rows(NULL::posts, '{"compute": {"n": {"count": "author"}}, "where": {"n": 1}, "order_by": ["author.name", "id"], "limit": 2, "offset": 1}');
SELECT id FROM orm.rows(NULL::posts, '{"distinct": ["likes"], "order_by": ["-id"], "lock": "share"}');
SELECT id FROM orm.rows(NULL::posts, '{"distinct": ["likes"], "order_by": ["-id"]}');
SELECT refused($$SELECT orm.rows(NULL::query_select.posts, '{"select": ["id"]}')$$);
SELECT refused($$SELECT orm.rows(NULL::query_select.posts, '{"load": ["author"]}')$$);

-- page: limit 20 unless given, the key behind the order
INSERT INTO posts (id, title) SELECT i, 'more' FROM generate_series(100, 130) i;
SELECT json_array_length(orm.page('Post') -> 'items'), json_array_length(orm.page('Post', '{"limit": 30, "total": true}') -> 'items');
SELECT orm.page('Post', '{"limit": 2, "where": {"likes": {"ne": null}}, "order_by": ["-likes"], "select": ["id"], "total": true}')::jsonb - 'next';
SELECT orm.sql('Post', '{"where": {"author": {"name": "Ada"}}, "order_by": ["-likes"], "select": ["title"], "total": true}', '{}', 'page');
SELECT orm.page('Post', '{"limit": 0}');
DELETE FROM posts WHERE id >= 100;

-- etag: another one for another state, whatever is selected
SELECT length(orm.get('Author', 1, '{"etag": true}') ->> '$etag'),
       orm.get('Author', 1, '{"etag": true}') ->> '$etag' = orm.get('Author', 1, '{"etag": true, "select": []}') ->> '$etag',
       orm.get('Author', 1, '{"etag": true}') ->> '$etag' = orm.get('Author', 2, '{"etag": true}') ->> '$etag',
       orm.get('Author', 1, '{"etag": false}') ->> '$etag' IS NULL;
SELECT orm.get('Author', 3, '{"etag": true}') ->> '$etag' AS before \gset
UPDATE authors SET data = 'null' WHERE id = 3;
SELECT orm.get('Author', 3, '{"etag": true}') ->> '$etag' = :'before';
UPDATE authors SET data = NULL WHERE id = 3;
SELECT orm.get('Author', 3, '{"etag": true}') ->> '$etag' = :'before';
-- ... and of types that have no binary form
CREATE TYPE pair AS (a aclitem, n int);
CREATE TABLE odd (id int PRIMARY KEY, acl aclitem, acls aclitem[], p pair, ps pair[], r int4range, mr int4multirange);
SELECT count(*) > 0 FROM orm.map('query_select.odd', 'Odd');
INSERT INTO odd VALUES (1, makeaclitem(10, 10, 'SELECT', false), ARRAY[makeaclitem(10, 10, 'SELECT', false)], ROW(NULL, 1), ARRAY[ROW(NULL, 2)::pair], '[1,3)', '{[1,3)}');
SELECT length(orm.get('Odd', 1, '{"etag": true}') ->> '$etag');

-- lock: the rows of the root, and only these
SELECT orm.sql('Post', '{"select": ["id"], "where": {"author": {"name": "Ada"}}, "order_by": ["author.name"], "lock": "no key update skip locked", "load": ["author"]}');
SELECT lock, (SELECT split_part(s, ' AS t0 ', 2) FROM orm.sql('Author', format('{"select": ["id"], "lock": %s}', to_json(lock))) s)
    FROM unnest(ARRAY['update', 'no key update', 'share', 'key share']) strength, unnest(ARRAY['', ' nowait', ' skip locked']) wait, concat(strength, wait) lock;
BEGIN;
SELECT orm.all('Post', '{"select": ["id"], "where": {"author": {"id": 1}}, "order_by": ["id"], "lock": "update", "load": {"author": {"select": ["id"]}}}');
SELECT relation::regclass FROM pg_locks WHERE relation IN ('authors'::regclass, 'posts'::regclass) AND mode = 'RowShareLock' AND pid = pg_backend_pid();
SELECT id, xmax <> 0 AS locked FROM posts WHERE id <= 3;
ROLLBACK;
SELECT orm.first('Author', '{"select": ["id"], "lock": "key share nowait"}'), orm.one('Author', '{"select": ["id"], "where": {"id": 1}, "lock": "share"}'), orm.get('Author', 1, '{"select": ["id"], "lock": "update"}');

-- no primary key: no order but what is asked for; no pages
CREATE TABLE names AS SELECT name, age FROM authors;
SELECT count(*) > 0 FROM orm.map('query_select.names', 'Name');
SELECT orm.all('Name', '{"order_by": ["-name"], "limit": 1}'), orm.sql('Name', '{"limit": 1}');
SELECT refused($$SELECT orm.page('Name', '{"order_by": ["name"]}')$$);

-- values are no part of what is kept: the same statement, other values
SELECT orm.first('Author', format('{"where": {"email": %s}, "select": ["id"]}', coalesce(to_json(e), 'null'))::orm.document) FROM unnest(ARRAY['ada@x', NULL, 'bob@x', 'none', NULL]) e;
SELECT orm.first('Author', '{"where": {"email": {"$": "e"}}, "select": ["id"]}', json_build_object('e', e)) FROM unnest(ARRAY['ada@x', NULL, 'bob@x', 'none']) e;
SELECT orm.all('Author', format('{"where": {"id": {"in": %s}}, "select": ["id"], "order_by": ["id"], "limit": %s}', ids, n)::orm.document)
    FROM (VALUES ('[1]', 1), ('[1, 2, 3]', 2), ('[]', 2), ('[1, null]', 5), ('[3, 4]', 5)) v(ids, n);

-- refused
SELECT document, refused(format('SELECT orm.all(%L, %L)', 'Author', document)) FROM unnest(ARRAY[
    '[1]', '3', 'null', '"x"', '{"wher": {}}', '{"colour": 1}', '{"": 1}', '{"\u0000": 1}', '{"where": null}', '{"limit": 1, "limit": 2}', '{"total": true}', '{"after": null}',
    '{"group_by": ["age"]}', '{"having": {}}', '{"aggregate": {}}', '{"scope": ["x"]}', '{"unscoped": true}',
    '{"limit": null}', '{"limit": -1}', '{"offset": -1}', '{"limit": 2.5}', '{"limit": "x"}', '{"limit": [1]}', '{"limit": true}', '{"limit": {}}',
    '{"limit": 99999999999999999999}', '{"limit": {"$": "n"}}', '{"limit": {"$attribute": "age"}}', '{"limit": {"$": 1}}',
    '{"select": "name"}', '{"select": {}}', '{"select": [1]}', '{"select": [null]}', '{"select": ["nam"]}', '{"select": ["posts"]}', '{"select": ["posts.id"]}',
    '{"select": ["\u0000"]}', '{"omit": ["*"]}', '{"omit": ["nam"]}', '{"omit": ["posts"]}', '{"omit": "data"}',
    '{"distinct": "age"}', '{"distinct": []}', '{"distinct": [1]}', '{"distinct": ["posts"]}', '{"distinct": ["boss.name"]}', '{"distinct": ["agee"]}', '{"distinct": ["data"]}',
    '{"lock": "updat"}', '{"lock": "UPDATE"}', '{"lock": "update "}', '{"lock": true}', '{"lock": "update", "distinct": ["age"]}', '{"etag": 1}', '{"etag": "yes"}'
    ]) AS document;
SELECT document, refused(format('SELECT orm.page(%L, %L)', 'Author', document)) FROM unnest(ARRAY[
    '{"distinct": ["age"]}', '{"lock": "update"}', '{"total": 1}', '{"after": 1}', '{"after": "x"}', '{"before": null, "after": null}', '{"limit": -1}', '{"after": {"$": "c"}}'
    ]) AS document;
-- every parameter is used, and every one that is used is there
SELECT refused($$SELECT orm.all('Author', '{"where": {"age": {"$": "n"}}}', '{"n": 1, "m": 2}')$$);
SELECT refused($$SELECT orm.all('Author', '{"where": {"age": {"$": "nn"}}}', '{"n": 1}')$$);
SELECT refused($$SELECT orm.all('Author', '{"limit": {"$": "n"}}', '{"n": null}')$$);
SELECT refused($$SELECT orm.all('Author', '{"limit": {"$": "n"}}', '{"n": "many"}')$$);
SELECT refused($$SELECT orm.all('Author', '{"limit": {"$": "n"}}', '{"n": -2}')$$);

DROP SCHEMA query_select CASCADE;
