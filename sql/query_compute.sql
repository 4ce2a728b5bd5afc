-- compute: paths, dates, inside json, aggregates over relationships; and the
-- names wherever an attribute may stand.
-- Oracle: the same written in SQL.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA query_compute_test;
SET search_path = query_compute_test;

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
-- What "compute" gives or is refused with, for many, each below its own text.
CREATE FUNCTION computed(VARIADIC computes text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT c || E'\n    ' || replace(query_compute_test.tried(format('SELECT orm.all(%L, %L)', 'Author',
            format('{"select": ["id"], "where": {"id": {"le": 2}}, "order_by": ["id"], "compute": %s}', c))), E'\n', E'\n    ')
    FROM unnest(computes) AS c
$$;
-- Is what is computed, over all authors, what an SQL expression over "a" says?
CREATE FUNCTION same(compute text, sql_expression text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    expected text;
BEGIN
    EXECUTE format('SELECT json_agg(row_to_json(r)) FROM (SELECT a.id, %s AS x FROM query_compute_test.authors a
                    LEFT JOIN query_compute_test.authors boss ON boss.id = a.boss_id ORDER BY a.id) r', sql_expression) INTO expected;
    RETURN orm.all('Author', format('{"select": ["id"], "order_by": ["id"], "compute": {"x": %s}}', compute))::jsonb = expected::jsonb;
END $$;

CREATE DOMAIN day AS date CHECK (VALUE > '1900-01-01');
CREATE DOMAIN amount AS numeric NOT NULL;
CREATE TABLE authors (
    id int PRIMARY KEY,
    name varchar(20) NOT NULL,
    born date,
    wed day,
    seen timestamptz,
    written timestamp,
    wakes time,
    zone timetz,
    span interval,
    data jsonb,
    raw json,
    active boolean,
    boss_id int REFERENCES authors);
CREATE TABLE posts (
    id int PRIMARY KEY,
    title text NOT NULL,
    likes int,
    price amount,
    place point,
    author_id int REFERENCES authors);
CREATE TABLE tags (id int PRIMARY KEY, name text NOT NULL, hot boolean);
CREATE TABLE posts_tags (post_id int REFERENCES posts, tag_id int REFERENCES tags, PRIMARY KEY (post_id, tag_id));
CREATE TABLE notes (a int, b text, author_id int REFERENCES authors, PRIMARY KEY (a, b));
INSERT INTO authors VALUES
    (1, 'Ann', '2020-02-29', '2021-12-31', '2020-02-29 23:30+00', '2020-02-29 11:22:33.444555', '11:22:33.5', '11:22:33+02', '400 days 30:10:05',
     '{"a": {"b": [1, {"c": "deep"}]}, "n": null, "k.k": 1}', '{"a": [10, 20]}', true, NULL),
    (2, 'Bob', '1999-12-31', NULL, '1999-12-31 23:59:59.999+00', NULL, NULL, NULL, '-1 year', '[1, 2, 3]', '[]', false, 1),
    (3, 'Cid', 'infinity', '1950-06-15', '-infinity', 'infinity', '00:00', NULL, NULL, 'null', 'null', NULL, 1),
    (4, 'Dee', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, 2),
    (5, 'Eva', '0044-03-15 BC', NULL, NULL, NULL, '24:00', NULL, '0', '"text"', '1', true, 2);
INSERT INTO posts VALUES
    (1, 'one', 10, 1.5, '(0,0)', 1), (2, 'two', NULL, 2.5, NULL, 1), (3, 'three', 5, 1.5, '(1,1)', 2), (4, 'four', 7, 0, NULL, NULL),
    (5, 'one', 10, 3, NULL, 3), (6, 'one', 10, 4, NULL, 1);
INSERT INTO tags VALUES (1, 'x', true), (2, 'y', false), (3, 'z', NULL);
INSERT INTO posts_tags VALUES (1, 1), (1, 2), (2, 1), (3, 3), (6, 1);
INSERT INTO notes VALUES (1, 'a', 1), (1, 'b', 1), (2, 'a', 2);
SELECT count(*) > 0 AS mapped FROM orm.map('query_compute_test.authors', 'Author',
    orm.belongs_to('boss', 'Author', foreign_key => 'boss_id'), orm.has_many('staff', 'Author', foreign_key => 'boss_id'),
    orm.has_many('posts', 'Post'), orm.has_many('notes', 'Note'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_compute_test.posts', 'Post', orm.belongs_to('author', 'Author'),
    orm.many_to_many('tags', 'Tag', through => 'query_compute_test.posts_tags'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_compute_test.tags', 'Tag',
    orm.many_to_many('posts', 'Post', through => 'query_compute_test.posts_tags'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_compute_test.notes', 'Note', orm.belongs_to('author', 'Author'));
SET TimeZone = 'America/New_York';

-- paths
SELECT same('"name"', 'a.name'), same('"boss.name"', 'boss.name'), same('"boss.boss.id"', '(SELECT b.boss_id FROM authors b WHERE b.id = a.boss_id)');

-- dates cut to a unit; a date stays one, a time with a zone is cut in the session's
SELECT unit, same(format('{"trunc": %s, "of": "born"}', to_json(unit)), format('date_trunc(%L, a.born::timestamp)::date', unit)) AS date,
       same(format('{"trunc": %s, "of": "wed"}', to_json(unit)), format('date_trunc(%L, a.wed::timestamp)::date', unit)) AS domain,
       same(format('{"trunc": %s, "of": "written"}', to_json(unit)), format('date_trunc(%L, a.written)', unit)) AS timestamp,
       same(format('{"trunc": %s, "of": "boss.seen"}', to_json(unit)), format('date_trunc(%L, boss.seen)', unit)) AS timestamptz
FROM unnest('{day,week,month,quarter,year,decade,century,millennium}'::text[]) AS unit;
SELECT unit, same(format('{"trunc": %s, "of": "written"}', to_json(unit)), format('date_trunc(%L, a.written)', unit)) AS timestamp,
       same(format('{"trunc": %s, "of": "span"}', to_json(unit)), format('date_trunc(%L, a.span)', unit)) AS interval
FROM unnest('{microseconds,milliseconds,second,minute,hour,day}'::text[]) AS unit;
-- their parts
SELECT type, unit, same(format('{"part": %s, "of": %s}', to_json(unit), to_json(type)), format('extract(%s from a.%s)', unit, type))
FROM (VALUES ('born', '{day,week,month,quarter,year,decade,century,millennium,dow,isodow,doy,isoyear,julian,epoch}'::text[]),
             ('written', '{microseconds,milliseconds,second,minute,hour,day,week,month,quarter,year,decade,century,millennium,dow,isodow,doy,isoyear,julian,epoch}'),
             ('seen', '{second,hour,year,dow,epoch,timezone,timezone_hour,timezone_minute}'),
             ('wakes', '{microseconds,milliseconds,second,minute,hour,epoch}'),
             ('zone', '{hour,epoch,timezone,timezone_hour,timezone_minute}'),
             ('span', '{microseconds,milliseconds,second,minute,hour,day,month,quarter,year,decade,century,millennium,epoch}'))
    AS units (type, list), unnest(list) AS unit
WHERE same(format('{"part": %s, "of": %s}', to_json(unit), to_json(type)), format('extract(%s from a.%s)', unit, type)) IS NOT TRUE;

-- inside json: what is there stays what it is
SELECT same('{"at": ["a", "b", 1, "c"], "of": "data"}', $$a.data #> '{a,b,1,c}'$$), same('{"at": ["a", "b", -1], "of": "data"}', $$a.data #> '{a,b,-1}'$$),
       same('{"at": ["k.k"], "of": "data"}', $$a.data -> 'k.k'$$), same('{"at": [], "of": "data"}', 'a.data'),
       same('{"at": [1], "of": "data"}', 'a.data -> 1'), same('{"at": ["a", 1], "of": "raw"}', $$a.raw::jsonb #> '{a,1}'$$),
       same('{"at": ["it''s \"quoted\", {odd}"], "of": "boss.data"}', 'NULL::jsonb');
SELECT orm.all('Author', '{"select": ["id"], "order_by": ["id"], "compute": {"n": {"at": ["n"], "of": "data"}}, "where": {"n": {"ne": null}}}'),
       orm.all('Author', '{"select": ["id"], "order_by": ["id"], "compute": {"b": {"at": ["a", "b"], "of": "data"}}, "where": {"b": {"@>": [1]}}}'),
       orm.all('Author', '{"select": ["id"], "order_by": ["id"], "compute": {"c": {"at": ["a", "b", 1, "c"], "of": "data"}}, "where": {"c": "deep"}}');

-- aggregates over what an author is related to; of nothing: NULL, but a count is 0
SELECT same('{"count": "posts"}', '(SELECT count(*) FROM posts p WHERE p.author_id = a.id)'),
       same('{"count": "posts.likes"}', '(SELECT count(p.likes) FROM posts p WHERE p.author_id = a.id)'),
       same('{"sum": "posts.likes"}', '(SELECT sum(p.likes) FROM posts p WHERE p.author_id = a.id)'),
       same('{"sum": "posts.likes", "distinct": true}', '(SELECT sum(DISTINCT p.likes) FROM posts p WHERE p.author_id = a.id)'),
       same('{"avg": "posts.price"}', '(SELECT avg(p.price) FROM posts p WHERE p.author_id = a.id)'),
       same('{"min": "posts.title"}', '(SELECT min(p.title) FROM posts p WHERE p.author_id = a.id)'),
       same('{"max": "posts.price"}', '(SELECT max(p.price) FROM posts p WHERE p.author_id = a.id)'),
       same('{"min": "staff.born"}', '(SELECT min(s.born) FROM authors s WHERE s.boss_id = a.id)');
SELECT same('{"bool_and": "staff.active"}', '(SELECT bool_and(s.active) FROM authors s WHERE s.boss_id = a.id)'),
       same('{"bool_or": "staff.active"}', '(SELECT bool_or(s.active) FROM authors s WHERE s.boss_id = a.id)'),
       same('{"array_agg": "posts.title", "order_by": ["-id"]}', '(SELECT array_agg(p.title ORDER BY p.id DESC) FROM posts p WHERE p.author_id = a.id)'),
       same('{"array_agg": "posts.price", "order_by": ["price"], "distinct": true}',
            '(SELECT array_agg(DISTINCT p.price ORDER BY p.price) FROM posts p WHERE p.author_id = a.id)'),
       same('{"array_agg": "posts.place", "order_by": ["id"]}', '(SELECT array_agg(p.place ORDER BY p.id) FROM posts p WHERE p.author_id = a.id)'),
       same('{"string_agg": "posts.title", "order_by": ["id"]}', $$(SELECT string_agg(p.title, ',' ORDER BY p.id) FROM posts p WHERE p.author_id = a.id)$$),
       same('{"string_agg": "posts.title", "order_by": ["-author.name", "id"], "separator": "''); --"}',
            $$(SELECT string_agg(p.title, '''); --' ORDER BY p.id) FROM posts p WHERE p.author_id = a.id)$$),
       same('{"string_agg": "staff.name", "distinct": true, "order_by": ["-name"], "separator": ""}',
            $$(SELECT string_agg(DISTINCT s.name::text, '' ORDER BY s.name::text DESC) FROM authors s WHERE s.boss_id = a.id)$$);
-- chains: each step multiplies what there is
SELECT same('{"count": "posts.tags"}', '(SELECT count(*) FROM posts p JOIN posts_tags pt ON pt.post_id = p.id WHERE p.author_id = a.id)'),
       same('{"count": "posts.tags", "distinct": true}', '(SELECT count(DISTINCT tag_id) FROM posts p JOIN posts_tags pt ON pt.post_id = p.id WHERE p.author_id = a.id)'),
       same('{"max": "posts.tags.name"}', '(SELECT max(t.name) FROM posts p JOIN posts_tags pt ON pt.post_id = p.id JOIN tags t ON t.id = tag_id WHERE p.author_id = a.id)'),
       same('{"count": "boss.posts"}', '(SELECT count(*) FROM posts p WHERE p.author_id = a.boss_id)'),
       same('{"count": "boss"}', '(a.boss_id IS NOT NULL)::int'), same('{"max": "boss.born"}', 'boss.born'),
       same('{"count": "posts.author.posts"}', '(SELECT count(*) ^ 2 FROM posts p WHERE p.author_id = a.id)'),
       same('{"count": "notes", "distinct": true}', '(SELECT count(*) FROM notes n WHERE n.author_id = a.id)'),
       same('{"count": "boss.notes", "distinct": true}', '(SELECT count(*) FROM notes n WHERE n.author_id = a.boss_id)');
-- "where" and "order_by" are about the objects at the end
SELECT same('{"count": "posts", "where": {"likes": {"ge": 10}}}', '(SELECT count(*) FROM posts p WHERE p.author_id = a.id AND likes >= 10)'),
       same('{"count": "posts", "where": {"or": [{"likes": null}, {"price": 4}]}}', '(SELECT count(*) FROM posts p WHERE p.author_id = a.id AND (likes IS NULL OR price = 4))'),
       same('{"count": "posts", "where": {"tags": {"any": {"hot": true}}}}',
            '(SELECT count(*) FROM posts p WHERE p.author_id = a.id AND EXISTS (SELECT FROM posts_tags JOIN tags t ON t.id = tag_id WHERE post_id = p.id AND hot))'),
       same('{"count": "posts", "where": {"likes": {"gt": {"$attribute": "author.id"}}}}', '(SELECT count(*) FROM posts p WHERE p.author_id = a.id AND likes > a.id)'),
       same('{"count": "posts.tags", "where": {"hot": {"ne": true}}}',
            '(SELECT count(*) FROM posts p JOIN posts_tags ON post_id = p.id JOIN tags t ON t.id = tag_id WHERE p.author_id = a.id AND hot IS NOT TRUE)'),
       same('{"count": "posts", "where": {}}', '(SELECT count(*) FROM posts p WHERE p.author_id = a.id)');
SELECT orm.all('Author', '{"select": ["id"], "order_by": ["id"], "compute": {"n": {"count": "posts", "where": {"likes": {"ge": {"$": "likes"}}}}}}', '{"likes": 10}');
SELECT orm.sql('Author', '{"select": ["id"], "compute": {"n": {"count": "posts.tags", "where": {"hot": true}}}}');

-- names stand wherever an attribute may; later ones may use earlier ones
SELECT orm.all('Author', '{"select": ["name"], "compute": {"n": {"count": "posts"}, "chief": "boss.name", "again": "n"},
    "where": {"n": {"ge": 1}, "or": [{"chief": null}, {"again": {"lt": 2}}]}, "order_by": ["-n", "chief", "id"]}');
SELECT orm.all('Author', '{"select": ["id"], "compute": {"day": {"trunc": "day", "of": "seen"}, "dow": {"part": "dow", "of": "day"}, "month": {"trunc": "month", "of": "day"}},
    "where": {"dow": {"in": [5, 6]}}, "order_by": ["month"]}');
SELECT orm.all('Author', '{"compute": {"n": {"count": "posts"}}, "distinct": ["n"], "select": ["id"], "order_by": ["-n", "id"]}'),
       orm.count('Author', '{"compute": {"n": {"count": "posts"}}, "where": {"n": 0}}'),
       orm.count('Author', '{"compute": {"n": {"count": "posts"}}, "distinct": ["n"]}'),
       orm.exists('Author', '{"compute": {"n": {"count": "posts"}}, "where": {"n": {"gt": 3}}}');
SELECT orm.all('Author', '{"compute": {"n": {"count": "posts"}}, "where": {"n": {"gt": {"$attribute": "id"}}}, "select": ["id"]}'),
       orm.first('Author', '{"compute": {"p": {"array_agg": "posts.title", "order_by": ["id"]}}, "where": {"p": {"@>": ["two"]}}, "select": ["id"]}');
-- in a load they are about the loaded object; they come behind its attributes
SELECT orm.all('Author', '{"select": ["id"], "where": {"id": 1}, "compute": {"n": {"count": "posts"}},
    "load": {"posts": {"select": ["id"], "compute": {"t": {"count": "tags"}, "by": "author.name"}, "order_by": ["-t", "id"], "limit": 2}}}');
SELECT orm.get('Author', 1, '{"select": ["id"], "compute": {"n": {"count": "posts"}, "boss_name": "boss.name"}}');
-- update_where and delete_where find by them too
SELECT orm.update_where('Author', '{"compute": {"n": {"count": "posts"}}, "where": {"n": 0}}', '{"active": null}');
SELECT id FROM authors WHERE active IS NULL ORDER BY id;

\pset format unaligned
\pset tuples_only
-- refused: names
SELECT computed('[]', '1', 'null', '{"name": "id"}', '{"posts": "id"}', '{"a": "id", "a": "name"}', '{"a.b": "id"}', '{"and": "id"}', '{"*": "id"}',
                '{"$a": "id"}', '{"-a": "id"}', '{"": "id"}');
-- refused: what is no expression
SELECT computed('{"a": 1}', '{"a": null}', '{"a": []}', '{"a": {}}', '{"a": "nam"}', '{"a": "posts.title"}', '{"a": "boss"}', '{"a": "a"}', '{"a": "b", "b": "id"}');
-- refused: dates and json
SELECT computed('{"a": {"trunc": "mont", "of": "born"}}', '{"a": {"trunc": "hour", "of": "born"}}', '{"a": {"trunc": "epoch", "of": "written"}}',
                '{"a": {"trunc": "MONTH", "of": "born"}}', '{"a": {"trunc": "week", "of": "span"}}', '{"a": {"trunc": "month''", "of": "born"}}',
                '{"a": {"trunc": 1, "of": "born"}}', '{"a": {"trunc": "month"}}', '{"a": {"of": "born"}}', '{"a": {"trunc": "month", "of": "name"}}',
                '{"a": {"trunc": "hour", "of": "wakes"}}', '{"a": {"trunc": "month", "of": "born", "where": {}}}', '{"a": {"trunc": "month", "of": 1}}',
                '{"a": {"trunc": "month", "part": "year", "of": "born"}}', '{"a": {"trunc": "month", "of": "born", "of": "wed"}}');
SELECT computed('{"a": {"part": "yeer", "of": "born"}}', '{"a": {"part": "hour", "of": "born"}}', '{"a": {"part": "timezone", "of": "written"}}',
                '{"a": {"part": "year", "of": "id"}}', '{"a": {"part": null, "of": "born"}}');
SELECT computed('{"a": {"at": ["a"], "of": "name"}}', '{"a": {"at": "a", "of": "data"}}', '{"a": {"at": [null], "of": "data"}}', '{"a": {"at": [1.5], "of": "data"}}',
                '{"a": {"at": [["a"]], "of": "data"}}', '{"a": {"at": [true], "of": "data"}}', '{"a": {"at": ["a"]}}');
-- refused: aggregates
SELECT computed('{"a": {"sun": "posts.likes"}}', '{"a": {"sum": "posts"}}', '{"a": {"sum": "id"}}', '{"a": {"count": "*"}}', '{"a": {"sum": "*"}}',
                '{"a": {"count": "posts", "sum": "posts.likes"}}', '{"a": {"count": "posts", "count": "staff"}}', '{"a": {"sum": "posts.title"}}',
                '{"a": {"sum": "posts.lik"}}', '{"a": {"sum": "pots.likes"}}', '{"a": {"sum": "posts.likes.x"}}', '{"a": {"sum": ""}}', '{"a": {"sum": "posts."}}',
                '{"a": {"sum": ["posts"]}}', '{"a": {"sum": null}}', '{"a": {"max": "posts.place"}}', '{"a": {"avg": "staff.active"}}', '{"a": {"bool_or": "posts.likes"}}');
SELECT computed('{"a": {"count": "posts", "distinct": 1}}', '{"a": {"count": "posts.place", "distinct": true}}', '{"a": {"count": "posts", "order_by": ["id"]}}',
                '{"a": {"sum": "posts.likes", "separator": "x"}}', '{"a": {"string_agg": "posts.likes"}}', '{"a": {"string_agg": "posts.title", "separator": 1}}',
                '{"a": {"string_agg": "posts.title", "separator": null}}', '{"a": {"string_agg": "posts.title", "distinct": true, "order_by": ["likes"]}}',
                '{"a": {"array_agg": "posts.title", "order_by": "likes"}}', '{"a": {"array_agg": "posts.title", "order_by": ["like"]}}',
                '{"a": {"count": "posts", "where": {"lik": 1}}}', '{"a": {"count": "posts", "where": []}}', '{"a": {"count": "posts", "where": {"born": 1}}}',
                '{"a": {"count": "posts", "wher": {}}}');
SELECT tried(format('SELECT orm.all(%L, %L)', 'Author', json_build_object('limit', 0, 'compute', json_build_object('n', json_build_object('count', repeat('boss.', n) || 'posts')))))
FROM unnest('{29,30,10000}'::int[]) AS n;
-- refused: expressions on expressions without end
SELECT tried(format('SELECT orm.all(%L, %L)', 'Author', (SELECT format('{"compute": {"a0": {"trunc": "day", "of": "born"}, %s}}',
    string_agg(format('"a%s": {"trunc": "day", "of": "a%s"}', i, i - 1), ', ')) FROM generate_series(1, 2000) AS i)));

SET client_min_messages = warning;
DROP SCHEMA query_compute_test CASCADE;
