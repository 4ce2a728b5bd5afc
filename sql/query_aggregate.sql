-- orm.aggregate: groups, aggregates over attributes, paths and chains to many,
-- having, order, limits.
-- Oracle: hand-written GROUP BY, a sub-select for what must not multiply rows.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA query_aggregate_test;
SET search_path = query_aggregate_test;

CREATE FUNCTION tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text; message text; detail text; hint text;
BEGIN
    EXECUTE statement INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;
-- What documents give or are refused with, each below its own text.
CREATE FUNCTION grouped(VARIADIC documents text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT d || E'\n    ' || replace(query_aggregate_test.tried(format('SELECT orm.aggregate(%L, %L)', 'Author', d)), E'\n', E'\n    ')
    FROM unnest(documents) AS d
$$;
-- Are the groups of a document the rows of a statement, in this order?
CREATE FUNCTION same(model text, document text, statement text, params text DEFAULT '{}') RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    expected text;
BEGIN
    EXECUTE format('SELECT coalesce(json_agg(row_to_json(r)), ''[]'') FROM (%s) r', statement) INTO expected;
    RETURN orm.aggregate(model, document, params)::jsonb = expected::jsonb;
END $$;

CREATE DOMAIN amount AS numeric NOT NULL CHECK (VALUE >= 0);
CREATE TABLE authors (
    id int PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    country text,
    born date,
    place point,
    active boolean,
    data jsonb,
    tags text[],
    boss_id int REFERENCES authors);
CREATE TABLE posts (id int PRIMARY KEY, title varchar(10) NOT NULL, likes int, price amount, author_id int REFERENCES authors);
CREATE TABLE comments (id int PRIMARY KEY, stars int, post_id int REFERENCES posts, author_id int REFERENCES authors);
CREATE TABLE labels (id int PRIMARY KEY, name text);
CREATE TABLE posts_labels (post_id int REFERENCES posts, label_id int REFERENCES labels, PRIMARY KEY (post_id, label_id));
CREATE TABLE parts (a int, b text, n int, author_id int REFERENCES authors, PRIMARY KEY (a, b));
INSERT INTO authors
SELECT i, 'a' || i, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'es' WHEN 2 THEN 'fr' ELSE 'it' END, date '2020-01-15' + i * 20,
       CASE WHEN i % 2 = 0 THEN point(i, 0) END, i % 3 = 0, jsonb_build_object('k', i % 3), ARRAY['t' || i % 2], nullif(i / 4, 0)
FROM generate_series(1, 20) AS i;
INSERT INTO posts SELECT i, 't' || i % 7, nullif(i * 7 % 11, 0), i % 4 + 0.5, nullif(i * i % 23, 0) % 15 + 1 FROM generate_series(1, 60) AS i;
UPDATE posts SET author_id = NULL WHERE id % 10 = 0;
INSERT INTO comments SELECT i, i % 6, i * 3 % 60 + 1, nullif(i % 21, 0) FROM generate_series(1, 150) AS i;
INSERT INTO labels SELECT i, 'l' || i FROM generate_series(1, 5) AS i;
INSERT INTO posts_labels SELECT i, j FROM generate_series(1, 60) AS i, generate_series(1, 5) AS j WHERE (i + j) % 4 = 0;
INSERT INTO parts SELECT i % 3, 'b' || i, i, i % 5 + 1 FROM generate_series(1, 12) AS i;
SELECT count(*) > 0 AS mapped FROM orm.map('query_aggregate_test.authors', 'Author',
    orm.belongs_to('boss', 'Author', foreign_key => 'boss_id'), orm.has_many('staff', 'Author', foreign_key => 'boss_id'),
    orm.has_many('posts', 'Post'), orm.has_many('comments', 'Comment'), orm.has_many('parts', 'Part'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_aggregate_test.posts', 'Post', orm.belongs_to('author', 'Author'),
    orm.has_many('comments', 'Comment'), orm.many_to_many('labels', 'Label', through => 'query_aggregate_test.posts_labels'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_aggregate_test.comments', 'Comment', orm.belongs_to('post', 'Post'), orm.belongs_to('author', 'Author'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_aggregate_test.labels', 'Label',
    orm.many_to_many('posts', 'Post', through => 'query_aggregate_test.posts_labels'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_aggregate_test.parts', 'Part', orm.belongs_to('author', 'Author'));

-- what it looks like: groups under their paths as written, then aggregates
SELECT orm.aggregate('Author', '{"group_by": ["country", "boss.country"], "aggregate": {"n": {"count": "*"}}, "order_by": ["country", "boss.country"], "limit": 3}');
SELECT orm.aggregate('Author', '{"aggregate": {"n": {"count": "*"}, "country": {"max": "country"}}}'),
       orm.aggregate('Author', '{"group_by": ["country"], "order_by": ["-country"]}');
-- of nothing there is one group, or with group_by none
SELECT orm.aggregate('Author', '{"where": {"id": 0}, "aggregate": {"n": {"count": "*"}, "s": {"sum": "id"}, "p": {"count": "posts"}}}'),
       orm.aggregate('Author', '{"where": {"id": 0}, "group_by": ["country"], "aggregate": {"n": {"count": "*"}}}'),
       orm.aggregate('Author', '{"aggregate": {"n": {"count": "*"}}, "having": {"n": {"gt": 1000}}}'),
       orm.aggregate('Author', '{"aggregate": {"n": {"count": "*"}}, "limit": 0}');

-- over the rows themselves
SELECT same('Author', '{"group_by": ["country"], "aggregate": {"n": {"count": "*"}, "c": {"count": "place"}, "lo": {"min": "born"}, "hi": {"max": "name"},
        "s": {"sum": "id"}, "av": {"avg": "id"}, "every": {"bool_and": "active"}, "some": {"bool_or": "active"}}, "order_by": ["country"]}',
    $$SELECT country, count(*) AS n, count(place) AS c, min(born) AS lo, max(name) AS hi, sum(id) AS s, avg(id) AS av,
             bool_and(active) AS every, bool_or(active) AS some FROM authors GROUP BY 1 ORDER BY 1$$),
       same('Author', '{"group_by": ["active"], "aggregate": {"names": {"string_agg": "name", "order_by": ["-id"], "separator": " | "},
        "ids": {"array_agg": "id", "order_by": ["id"]}, "d": {"count": "country", "distinct": true}, "cs": {"array_agg": "country", "distinct": true, "order_by": ["-country"]}},
        "order_by": ["active"]}',
    $$SELECT active, string_agg(name, ' | ' ORDER BY id DESC) AS names, array_agg(id ORDER BY id) AS ids, count(DISTINCT country) AS d,
             array_agg(DISTINCT country ORDER BY country DESC) AS cs FROM authors GROUP BY 1 ORDER BY 1$$),
       same('Author', '{"group_by": ["country"], "aggregate": {"n": {"count": "*", "where": {"active": true}}, "s": {"sum": "id", "where": {"posts": {"any": {"likes": {"gt": 8}}}}},
        "b": {"count": "*", "where": {"boss": null}}}, "order_by": ["country"]}',
    $$SELECT country, count(*) FILTER (WHERE active) AS n, sum(id) FILTER (WHERE EXISTS (SELECT FROM posts p WHERE p.author_id = a.id AND likes > 8)) AS s,
             count(*) FILTER (WHERE boss_id IS NULL) AS b FROM authors a GROUP BY 1 ORDER BY 1$$),
       same('Post', '{"group_by": ["price"], "aggregate": {"n": {"count": "*"}, "s": {"sum": "price"}, "all": {"array_agg": "price"}, "t": {"min": "title"}}, "order_by": ["price"]}',
    $$SELECT price, count(*) AS n, sum(price) AS s, array_agg(price) AS all, min(title) AS t FROM posts GROUP BY 1 ORDER BY 1$$);
-- by a distance, whose other end is a value
SELECT orm.aggregate('Author', '{"where": {"id": {"in": [2, 8, 20]}}, "aggregate": {"near": {"array_agg": "id", "order_by": [{"by": "place", "<->": "(0,0)"}]}}}'),
       orm.aggregate('Author', '{"where": {"id": {"in": [2, 8, 20]}}, "aggregate": {"near": {"array_agg": "id", "order_by": [{"by": "place", "<->": "(9,0)"}]}}}');

-- along paths: a row without the object has no value
SELECT same('Post', '{"group_by": ["author.country", "author.boss.name"], "aggregate": {"n": {"count": "*"}, "a": {"count": "author"}, "d": {"count": "author", "distinct": true},
        "b": {"count": "author.boss"}, "name": {"max": "author.name"}, "hi": {"max": "author.boss.id"}}, "order_by": ["author.country", "author.boss.name"]}',
    $$SELECT a.country AS "author.country", b.name AS "author.boss.name", count(*) AS n, count(a.id) AS a, count(DISTINCT a.id) AS d, count(b.id) AS b,
             max(a.name) AS name, max(b.id) AS hi
      FROM posts p LEFT JOIN authors a ON a.id = p.author_id LEFT JOIN authors b ON b.id = a.boss_id GROUP BY 1, 2 ORDER BY 1, 2$$),
       same('Post', '{"aggregate": {"names": {"array_agg": "author.name", "order_by": ["name", "id"]}, "n": {"count": "author", "where": {"active": {"ne": true}}}}}',
    $$SELECT array_agg(a.name ORDER BY a.name) AS names, count(*) FILTER (WHERE active IS NOT TRUE) AS n FROM posts p JOIN authors a ON a.id = p.author_id$$);

-- computed names: groups and arguments
SELECT same('Author', '{"compute": {"month": {"trunc": "month", "of": "born"}, "k": {"at": ["k"], "of": "data"}}, "group_by": ["month", "k"], "aggregate": {"n": {"count": "*"}}, "order_by": ["month", "k"]}',
    $$SELECT date_trunc('month', born::timestamp)::date AS month, data -> 'k' AS k, count(*) AS n FROM authors GROUP BY 1, 2 ORDER BY 1, 2$$),
       same('Author', '{"compute": {"p": {"count": "posts"}}, "group_by": ["p"], "aggregate": {"n": {"count": "*"}, "s": {"sum": "p"}}, "having": {"p": {"ge": 1}}, "order_by": ["-p"]}',
    $$SELECT p, count(*) AS n, sum(p) AS s FROM (SELECT (SELECT count(*) FROM posts WHERE author_id = a.id) AS p FROM authors a) x WHERE p >= 1 GROUP BY 1 ORDER BY 1 DESC$$),
       same('Author', '{"compute": {"p": {"count": "posts"}, "y": {"part": "year", "of": "born"}}, "where": {"p": {"le": 3}}, "group_by": ["y"],
        "aggregate": {"l": {"sum": "posts.likes"}, "hi": {"max": "p"}}, "order_by": ["y"]}',
    $$SELECT y, sum((SELECT sum(likes) FROM posts WHERE author_id = x.id)) AS l, max(p) AS hi
      FROM (SELECT id, extract(year from born) AS y, (SELECT count(*) FROM posts WHERE author_id = a.id) AS p FROM authors a) x WHERE p <= 3 GROUP BY 1 ORDER BY 1$$);

-- over chains to many: one alone, which is joined; a group without any is there too
SELECT same('Author', '{"group_by": ["country"], "aggregate": {"p": {"count": "posts"}}, "order_by": ["country"]}',
    'SELECT country, count(p.id) AS p FROM authors a LEFT JOIN posts p ON p.author_id = a.id GROUP BY 1 ORDER BY 1'),
       same('Author', '{"group_by": ["id"], "aggregate": {"p": {"count": "posts"}, "l": {"sum": "posts.likes"}, "ts": {"array_agg": "posts.title", "order_by": ["-id"]},
        "s": {"string_agg": "posts.title", "distinct": true, "order_by": ["title"]}, "d": {"count": "posts", "distinct": true}, "pr": {"array_agg": "posts.price", "order_by": ["id"]}}, "order_by": ["id"]}',
    $$SELECT a.id, count(p.id) AS p, sum(likes) AS l, array_agg(title ORDER BY p.id DESC) FILTER (WHERE p.id IS NOT NULL) AS ts,
             string_agg(DISTINCT title::text, ',' ORDER BY title::text) AS s, count(p.id) AS d, array_agg(price ORDER BY p.id) FILTER (WHERE p.id IS NOT NULL) AS pr
      FROM authors a LEFT JOIN posts p ON p.author_id = a.id GROUP BY 1 ORDER BY 1$$),
       same('Author', '{"group_by": ["country"], "aggregate": {"p": {"count": "posts", "where": {"likes": {"gt": 5}}}}, "where": {"active": false}, "order_by": ["-p", "country"]}',
    'SELECT country, count(p.id) AS p FROM authors a LEFT JOIN posts p ON p.author_id = a.id AND likes > 5 WHERE NOT active GROUP BY 1 ORDER BY 2 DESC, 1'),
       same('Author', '{"aggregate": {"n": {"count": "posts.labels", "distinct": true}, "m": {"max": "posts.labels.name"}, "c": {"count": "posts.labels"}}}',
    $$SELECT count(DISTINCT l.id) AS n, max(l.name) AS m, count(*) AS c FROM posts p JOIN posts_labels ON post_id = p.id JOIN labels l ON l.id = label_id WHERE author_id IS NOT NULL$$);
SELECT orm.sql('Author', '{"group_by": ["country"], "aggregate": {"l": {"sum": "posts.likes"}}, "where": {"active": true}}', verb => 'aggregate');
-- ... several at once, and what goes over the rows themselves: none multiplies another
SELECT same('Author', '{"group_by": ["country"], "aggregate": {"n": {"count": "*"}, "s": {"sum": "id"}, "p": {"count": "posts"}, "l": {"sum": "posts.likes"},
        "c": {"count": "comments"}, "pc": {"count": "posts.comments"}, "stars": {"avg": "posts.comments.stars", "where": {"stars": {"gt": 1}}}, "lab": {"count": "posts.labels", "distinct": true}},
        "order_by": ["country"]}',
    $$SELECT country, count(*) AS n, sum(id) AS s,
        (SELECT count(*) FROM posts p JOIN authors b ON b.id = p.author_id WHERE (b.country = a.country) IS NOT FALSE AND (b.country IS NULL) = (a.country IS NULL)) AS p,
        (SELECT sum(likes) FROM posts p JOIN authors b ON b.id = p.author_id WHERE (b.country = a.country) IS NOT FALSE AND (b.country IS NULL) = (a.country IS NULL)) AS l,
        (SELECT count(*) FROM comments c JOIN authors b ON b.id = c.author_id WHERE (b.country = a.country) IS NOT FALSE AND (b.country IS NULL) = (a.country IS NULL)) AS c,
        (SELECT count(*) FROM comments c JOIN posts p ON p.id = c.post_id JOIN authors b ON b.id = p.author_id WHERE (b.country = a.country) IS NOT FALSE AND (b.country IS NULL) = (a.country IS NULL)) AS pc,
        (SELECT avg(stars) FROM comments c JOIN posts p ON p.id = c.post_id JOIN authors b ON b.id = p.author_id WHERE stars > 1 AND (b.country = a.country) IS NOT FALSE AND (b.country IS NULL) = (a.country IS NULL)) AS stars,
        (SELECT count(DISTINCT label_id) FROM posts_labels pl JOIN posts p ON p.id = pl.post_id JOIN authors b ON b.id = p.author_id WHERE (b.country = a.country) IS NOT FALSE AND (b.country IS NULL) = (a.country IS NULL)) AS lab
      FROM authors a GROUP BY 1 ORDER BY 1$$) AS every_kind,
       same('Author', '{"group_by": ["id", "boss.name"], "aggregate": {"ts": {"array_agg": "posts.title", "order_by": ["-price", "id"]}, "pr": {"sum": "posts.price"}, "me": {"array_agg": "name"},
        "st": {"string_agg": "staff.name", "order_by": ["-name"]}, "parts": {"count": "parts", "distinct": true}, "boss_posts": {"count": "boss.posts"}}, "order_by": ["id"]}',
    $$SELECT a.id, b.name AS "boss.name", (SELECT array_agg(title ORDER BY price DESC, id) FROM posts WHERE author_id = a.id) AS ts, (SELECT sum(price) FROM posts WHERE author_id = a.id) AS pr,
        ARRAY[a.name] AS me, (SELECT string_agg(name, ',' ORDER BY name DESC) FROM authors s WHERE s.boss_id = a.id) AS st,
        (SELECT count(*) FROM parts WHERE author_id = a.id) AS parts, (SELECT count(*) FROM posts WHERE author_id = a.boss_id) AS boss_posts
      FROM authors a LEFT JOIN authors b ON b.id = a.boss_id ORDER BY 1$$) AS for_each,
       same('Author', '{"where": {"active": true}, "aggregate": {"n": {"count": "*"}, "a": {"count": "*", "where": {"country": null}}, "p": {"count": "posts"}}}',
    $$SELECT count(*) AS n, count(*) FILTER (WHERE country IS NULL) AS a, sum((SELECT count(*) FROM posts WHERE author_id = a.id)) AS p FROM authors a WHERE active$$) AS one_group;
SELECT orm.sql('Author', '{"group_by": ["country"], "aggregate": {"n": {"count": "*"}, "l": {"sum": "posts.likes"}, "p": {"count": "posts"},
    "few": {"count": "posts", "where": {"likes": {"lt": 3}}}}, "having": {"p": {"ge": 1}}, "order_by": ["-p"], "limit": 2}', verb => 'aggregate');

-- having: every condition, on groups and aggregates
SELECT same('Post', '{"group_by": ["author.country", "title"], "aggregate": {"n": {"count": "*"}, "l": {"sum": "likes"}},
        "having": {"or": [{"author.country": null}, {"not": {"l": {"le": 10}}, "title": {"like": "t%"}}], "n": {"ge": {"$": "least"}}}, "order_by": ["-n", "title", "author.country"]}',
    $$SELECT country AS "author.country", title, count(*) AS n, sum(likes) AS l FROM posts p LEFT JOIN authors a ON a.id = author_id GROUP BY 1, 2
      HAVING (country IS NULL OR (sum(likes) <= 10) IS NOT TRUE AND title LIKE 't%') AND count(*) >= 2 ORDER BY 3 DESC, 2, 1$$, '{"least": 2}'),
       same('Author', '{"group_by": ["country"], "aggregate": {"n": {"count": "*"}, "hi": {"max": "id"}}, "having": {"hi": {"gt": {"$attribute": "n"}}}, "order_by": ["country"]}',
    $$SELECT country, count(*) AS n, max(id) AS hi FROM authors GROUP BY 1 HAVING max(id) > count(*) ORDER BY 1$$);

-- order: by groups and aggregates; a limit is decided by all groups in the end
SELECT same('Author', '{"group_by": ["country"], "aggregate": {"n": {"count": "*"}}, "order_by": [{"by": "country", "nulls": "first", "desc": false}]}',
    'SELECT country, count(*) AS n FROM authors GROUP BY 1 ORDER BY 1 NULLS FIRST'),
       same('Author', '{"group_by": ["active", "country"], "aggregate": {"n": {"count": "*"}}, "order_by": ["-n"], "limit": 3, "offset": 2}',
    'SELECT active, country, count(*) AS n FROM authors GROUP BY 1, 2 ORDER BY 3 DESC, 1 DESC, 2 DESC LIMIT 3 OFFSET 2'),
       same('Author', '{"group_by": ["active", "country"], "limit": {"$": "n"}}',
    'SELECT active, country FROM authors GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 4', '{"n": 4}');
SELECT orm.sql('Author', '{"group_by": ["country", "active"], "aggregate": {"n": {"count": "*"}}, "order_by": ["-n", "active"], "limit": 3}', verb => 'aggregate');

\pset format unaligned
\pset tuples_only
-- refused: groups
SELECT grouped('{}', '{"group_by": []}', '{"group_by": [], "aggregate": {}}', '{"group_by": "name"}', '{"group_by": null}', '{"group_by": [1]}', '{"group_by": ["nam"]}',
               '{"group_by": ["posts"]}', '{"group_by": ["boss"]}', '{"group_by": ["posts.likes"]}', '{"group_by": ["place"]}', '{"group_by": ["name", "name"]}', '{"group_by": ["-name"]}');
-- refused: aggregates
SELECT grouped('{"aggregate": []}', '{"aggregate": {"n": 1}}', '{"aggregate": {"n": "*"}}', '{"aggregate": {"n": {}}}', '{"aggregate": {"n": {"sum": "*"}}}',
               '{"aggregate": {"n": {"count": "*", "distinct": true}}}', '{"aggregate": {"a.b": {"count": "*"}}}', '{"aggregate": {"*": {"count": "*"}}}',
               '{"group_by": ["country"], "aggregate": {"country": {"count": "*"}}}', '{"aggregate": {"n": {"count": "*"}, "n": {"count": "posts"}}}',
               '{"aggregate": {"n": {"sum": "name"}}}', '{"aggregate": {"n": {"sum": "posts.title"}}}', '{"aggregate": {"n": {"max": "boss"}}}', '{"aggregate": {"n": {"max": "boss.posts"}}}',
               '{"aggregate": {"n": {"max": "place"}}}', '{"aggregate": {"n": {"min": "nam"}}}', '{"aggregate": {"n": {"string_agg": "id"}}}',
               '{"aggregate": {"n": {"trunc": "month", "of": "born"}}}', '{"aggregate": {"n": {"count": "*", "where": {"likes": 1}}}}',
               '{"aggregate": {"n": {"count": "posts", "where": {"country": "es"}}}}', '{"aggregate": {"n": {"array_agg": "id", "distinct": true, "order_by": ["name"]}}}');
-- refused: aggregates of the rows in "compute", which is for each row
SELECT grouped('{"compute": {"n": {"count": "*"}}, "aggregate": {"s": {"sum": "n"}}}', '{"compute": {"n": {"sum": "id"}}, "group_by": ["n"]}');
-- refused: having, order_by and keys that are not of groups
SELECT grouped('{"aggregate": {"n": {"count": "*"}}, "having": {"x": 1}}', '{"group_by": ["country"], "having": {"countri": "es"}}', '{"group_by": ["country"], "having": {"name": "x"}}',
               '{"group_by": ["boss.name"], "having": {"boss": {"name": "x"}}}', '{"group_by": ["boss.name"], "having": {"boss.nam": "x"}}', '{"group_by": ["country"], "having": []}',
               '{"aggregate": {"n": {"count": "*"}}, "having": {"n": {"ge": "x"}}}', '{"aggregate": {"n": {"count": "*"}}, "having": {"n": {"@>": 1}}}',
               '{"group_by": ["country"], "order_by": ["name"]}', '{"group_by": ["boss.name"], "order_by": ["boss.id"]}', '{"group_by": ["country"], "order_by": "country"}',
               '{"aggregate": {"all": {"array_agg": "place"}}, "order_by": ["all"]}', '{"group_by": ["country"], "limit": -1}', '{"group_by": ["country"], "select": ["id"]}',
               '{"group_by": ["country"], "load": {}}', '{"group_by": ["country"], "groupby": []}', '{"group_by": ["country"], "limit": null}');

-- what a relationship has found is found, though its key be a row with a null in it
CREATE TYPE spot AS (x int, y int);
CREATE TABLE spots (at spot PRIMARY KEY, height int);
CREATE TABLE flags (id int PRIMARY KEY, at spot REFERENCES spots);
SELECT count(*) > 0 FROM orm.map('query_aggregate_test.spots', 'Spot');
SELECT count(*) > 0 FROM orm.map('query_aggregate_test.flags', 'Flag', orm.belongs_to('spot', 'Spot', foreign_key => 'at'));
INSERT INTO spots VALUES (ROW(1, NULL), 10);
INSERT INTO flags VALUES (1, ROW(1, NULL)), (2, NULL);
SELECT orm.aggregate('Flag', '{"aggregate": {"n": {"count": "spot"}, "height": {"sum": "spot.height"}}}');

SET client_min_messages = warning;
DROP SCHEMA query_aggregate_test CASCADE;
