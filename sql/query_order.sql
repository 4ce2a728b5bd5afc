-- order_by: paths, directions, nulls, operators, search; limits.
-- Oracle: the same order written in SQL.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA query_order_test;
SET search_path = query_order_test;

-- What a query is refused with: SQLSTATE, message, DETAIL, HINT; or what it gives.
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
-- The same for many orders, each below the text of its own.
CREATE FUNCTION ordered(VARIADIC orders text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT o || E'\n    ' || replace(query_order_test.tried(format('SELECT orm.all(%L, %L)', 'Person',
                                                               format('{"select": ["id"], "order_by": %s}', o))), E'\n', E'\n    ')
    FROM unnest(orders) AS o
$$;
-- The ids of objects, in their order; and are they those of an SQL statement?
CREATE FUNCTION ids(model text, query text, params text DEFAULT '{}') RETURNS int[] LANGUAGE sql AS $$
    SELECT array_agg((object ->> 'id')::int ORDER BY n)
    FROM json_array_elements(orm.all(model, query, params)) WITH ORDINALITY AS objects(object, n)
$$;
CREATE FUNCTION same(order_by text, sql_order text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    expected int[];
BEGIN
    EXECUTE format('SELECT array_agg(p.id ORDER BY %s) FROM query_order_test.people p
                    LEFT JOIN query_order_test.people boss ON boss.id = p.boss_id
                    LEFT JOIN query_order_test.people top ON top.id = boss.boss_id', sql_order) INTO expected;
    RETURN query_order_test.ids('Person', format('{"order_by": %s}', order_by)) = expected;
END $$;

CREATE DOMAIN score AS numeric CHECK (VALUE >= 0);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE people (
    id int PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    age int,
    score score,
    mood mood,
    place point,
    words tsvector,
    tags text[],
    data jsonb,
    raw json,
    "odd ""name" int,
    boss_id int REFERENCES people);
INSERT INTO people
SELECT i, 'p' || (i * 7 % 30), nullif(i * 3 % 8, 0), nullif(i % 5, 0) / 2.0, (enum_range(NULL::mood))[nullif(i % 4, 0)],
       CASE WHEN i % 6 > 0 THEN point(i % 5, i % 3) END, to_tsvector('simple', repeat('cat ', i % 4) || ' dog'),
       CASE WHEN i % 3 > 0 THEN ARRAY['t' || i % 4, 'u'] END, CASE WHEN i % 7 > 0 THEN jsonb_build_object('n', nullif(i % 5, 0)) END,
       '{}', i % 2, nullif(i / 3, 0)
FROM generate_series(1, 30) AS i;
SELECT count(*) > 0 AS mapped FROM orm.map('query_order_test.people', 'Person',
    orm.belongs_to('boss', 'Person', foreign_key => 'boss_id'), orm.has_many('staff', 'Person', foreign_key => 'boss_id'));

-- both directions, nulls where PostgreSQL puts them and where they are told to be
SELECT same('["age", "id"]', 'p.age, p.id'), same('["-age", "-id"]', 'p.age DESC, p.id DESC'),
       same('[{"by": "age"}, "id"]', 'p.age, p.id'),
       same('[{"by": "age", "desc": true}, "id"]', 'p.age DESC, p.id'),
       same('[{"by": "age", "desc": false}, "id"]', 'p.age, p.id'),
       same('[{"by": "age", "nulls": "first"}, "id"]', 'p.age NULLS FIRST, p.id'),
       same('[{"by": "age", "nulls": "last"}, "id"]', 'p.age, p.id'),
       same('[{"by": "age", "desc": true, "nulls": "last"}, "id"]', 'p.age DESC NULLS LAST, p.id'),
       same('[{"nulls": "first", "desc": true, "by": "age"}, "id"]', 'p.age DESC, p.id');

-- every kind of type that has an order
SELECT same('["name", "id"]', 'p.name, p.id'), same('["-score", "id"]', 'p.score DESC, p.id'),
       same('["mood", "id"]', 'p.mood, p.id'), same('["-tags", "id"]', 'p.tags DESC, p.id'),
       same('["data", "id"]', 'p.data, p.id'), same('["odd \"name", "-id"]', 'p."odd ""name", p.id DESC'),
       same('["words", "id"]', 'p.words, p.id');

-- paths through to-one relationships, joined once
SELECT same('["boss.name", "id"]', 'boss.name, p.id'), same('["-boss.age", "boss.name", "id"]', 'boss.age DESC, boss.name, p.id'),
       same('["boss.boss.name", "-boss.name", "-id"]', 'top.name, boss.name DESC, p.id DESC');
SELECT orm.sql('Person', '{"select": ["id"], "order_by": ["boss.boss.name", "-boss.name"], "where": {"age": 1}}');

-- a path may stand twice; an empty order is none
SELECT same('["age", "-age", "id", "id"]', 'p.age, p.id'), orm.sql('Person', '{"select": ["id"], "order_by": []}');

-- operators that have a distance, and others whose result has an order
SELECT same('[{"by": "place", "<->": "(1,1)"}, "id"]', 'p.place <-> point(1,1), p.id'),
       same('[{"by": "place", "<->": "(1,1)", "desc": true, "nulls": "last"}, "id"]', 'p.place <-> point(1,1) DESC NULLS LAST, p.id'),
       same('[{"by": "age", "%": 3}, "id"]', 'p.age % 3, p.id'),
       same('[{"by": "score", "-": 1}, "id"]', 'p.score - 1, p.id'),
       same('[{"by": "boss.place", "<->": {"$value": "(0,0)"}}, "id"]', 'boss.place <-> point(0,0), p.id'),
       same('[{"by": "place", "<->": {"$attribute": "boss.place"}}, "id"]', 'p.place <-> boss.place, p.id'),
       same('[{"by": "tags", "&&": ["t1"]}, "id"]', E'p.tags && \'{t1}\', p.id');
SELECT ids('Person', '{"order_by": [{"by": "place", "<->": {"$": "here"}}, "id"], "limit": 5}', '{"here": "(4,2)"}')
       = ARRAY(SELECT id FROM people ORDER BY place <-> point(4,2), id LIMIT 5) AS by_parameter;

-- how well it is found: best first, and what is not looked through last
SELECT same('[{"by": "words", "search": "cat"}, "id"]', $$ts_rank(p.words, websearch_to_tsquery('cat')) DESC NULLS LAST, p.id$$),
       same('[{"by": "words", "search": "cat", "desc": false}, "id"]', $$ts_rank(p.words, websearch_to_tsquery('cat')), p.id$$),
       same('[{"by": "name", "search": "p7"}, "id"]', $$ts_rank(to_tsvector(p.name), websearch_to_tsquery('p7')) DESC, p.id$$),
       same('[{"by": "boss.words", "search": "cat"}, "id"]',
            $$ts_rank(boss.words, websearch_to_tsquery('cat')) DESC NULLS LAST, p.id$$);
SELECT orm.sql('Person', '{"select": ["id"], "order_by": [{"by": "name", "search": "x''); DROP TABLE people"}]}');

-- the primary key is appended when only some are asked for, in the direction of the last item
SELECT orm.sql('Person', '{"select": ["id"], "limit": 1}');
SELECT orm.sql('Person', '{"select": ["id"], "order_by": ["-age"], "limit": 1}');
SELECT orm.sql('Person', '{"select": ["id"], "order_by": ["-age", "name"], "offset": 1}');
SELECT orm.sql('Person', '{"select": ["id"], "order_by": ["-id"], "limit": 1}');
SELECT ids('Person', '{"order_by": ["-age"], "limit": 4, "offset": 3}')
       = ARRAY(SELECT id FROM people ORDER BY age DESC, id DESC LIMIT 4 OFFSET 3) AS part;

-- loads have an order of their own
SELECT orm.one('Person', '{"where": {"id": 3}, "select": ["id"],
    "load": {"staff": {"select": ["id"], "order_by": ["-age", "boss.name", "-id"]}}}');

-- has_one over a key that is not unique: the first one is it, and rows do not multiply
CREATE TABLE papers (id int PRIMARY KEY, owner_id int REFERENCES people, title text);
INSERT INTO papers VALUES (1, 1, 'z'), (2, 1, 'a'), (3, 2, 'm');
SELECT count(*) >= 0 AS mapped FROM orm.map('query_order_test.people', 'Owner',
    orm.has_one('paper', 'Paper', foreign_key => 'owner_id'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_order_test.papers', 'Paper', orm.belongs_to('owner', 'Owner'));
SELECT orm.all('Owner', '{"select": ["id"], "where": {"id": {"le": 3}}, "order_by": ["paper.title"]}');
SELECT orm.sql('Owner', '{"select": ["id"], "order_by": ["paper.title"]}');
CREATE TABLE cards (id int PRIMARY KEY, owner_id int UNIQUE REFERENCES people, title text);
SELECT count(*) >= 0 AS mapped FROM orm.map('query_order_test.people', 'Holder',
    orm.has_one('card', 'Card', foreign_key => 'owner_id'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_order_test.cards', 'Card');
SELECT orm.sql('Holder', '{"select": ["id"], "order_by": ["card.title"]}');

\pset format unaligned
\pset tuples_only
-- refused: what is no order
SELECT ordered('"name"', '{"by": "name"}', '1', 'null', '[1]', '[null]', '[["name"]]');
SELECT ordered('[{"desc": true}]', '[{}]', '[{"by": ["name"]}]', '[{"by": null}]');
SELECT ordered('[{"by": "name", "dsc": true}]', '[{"by": "name", "Desc": true}]', '[{"by": "name", "": 1}]');
SELECT ordered('[{"by": "name", "desc": 1}]', '[{"by": "name", "desc": null}]', '[{"by": "name", "nulls": "middle"}]',
               '[{"by": "name", "nulls": true}]', '[{"by": "name", "by": "id"}]', '[{"by": "name", "desc": true, "desc": false}]');
-- refused: paths that lead nowhere, or to many
SELECT ordered('["nam"]', '["-nam"]', '[""]', '["-"]', '["--name"]', '["name "]');
SELECT ordered('["bos.name"]', '["boss.nam"]', '["boss."]', '[".name"]', '["boss..name"]');
SELECT ordered('["boss"]', '["boss.boss"]', '["staff"]', '["staff.name"]', '["boss.staff.name"]');
SELECT ordered('["name.first"]', '["data.n"]', '["\u0000"]');
SELECT tried(format('SELECT orm.all(%L, %L)', 'Person', json_build_object('order_by', ARRAY[repeat('boss.', n) || 'id'], 'limit', 0)))
FROM unnest('{100,101,10000}'::int[]) AS n;
-- refused: types without an order
SELECT ordered('["place"]', '["raw"]', '["boss.place"]', '[{"by": "raw", "desc": true}]');
-- refused: operators
SELECT ordered('[{"by": "place", "<->": "(0,0)", "search": "x"}]', '[{"by": "age", "-": 1, "-": 2}]');
SELECT ordered('[{"by": "place", "<->": null}]', '[{"by": "place", "<->": {"$value": null}}]', '[{"by": "words", "search": null}]');
SELECT ordered('[{"by": "place", "<->": 1}]', '[{"by": "place", "<->": "near"}]', '[{"by": "age", "-": "x"}]',
               '[{"by": "words", "search": 1}]');
SELECT ordered('[{"by": "age", "search": "x"}]', '[{"by": "name", "search": {"$attribute": "name"}}]');
SELECT ordered('[{"by": "place", "<->": {"$": "here"}}]', '[{"by": "place", "<->": {"$vale": "here"}}]');
SELECT tried($$SELECT orm.all('Person', '{"order_by": [{"by": "place", "<->": {"$": "here"}}]}', '{"here": null}')$$);
-- ... those that the type has differ with the server
SELECT split_part(o, E'\n    HINT', 1)
FROM ordered('[{"by": "place", "@@@": "(0,0)"}]', '[{"by": "place", "<->": {"$attribute": "name"}}]') AS o;
-- refused: limits
SELECT tried(format('SELECT orm.all(%L, %L)', 'Person', query))
FROM unnest(ARRAY['{"limit": -1}', '{"offset": -1}', '{"limit": 1.5}', '{"limit": "x"}', '{"limit": 0}', '{"limit": [1]}']) AS query;

SET client_min_messages = warning;
DROP SCHEMA query_order_test CASCADE;
