-- orm.page: pages by cursors, whatever the order, its directions and its nulls;
-- cursors that outlive changes of the data and refuse changes of the order.
-- Oracle: all pages, one behind the other, are what orm.all gives at once.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA query_page_test;
SET search_path = query_page_test;

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
-- What pages of items give or are refused with, each below its own text.
CREATE FUNCTION paged(VARIADIC documents text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT d || E'\n    ' || replace(query_page_test.tried(format('SELECT orm.page(%L, %L)', 'Item', d)), E'\n', E'\n    ')
    FROM unnest(documents) AS d
$$;
CREATE FUNCTION keys(objects json) RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(coalesce(o ->> 'id', concat(o ->> 'a', '/', o ->> 'b')) ORDER BY n), '{}')
    FROM json_array_elements(objects) WITH ORDINALITY AS x(o, n)
$$;
-- All pages from one end to the other, put together in the order of the objects.
CREATE FUNCTION walk(model text, query jsonb, backward boolean) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    all_keys text[] := '{}';
    direction text := CASE WHEN backward THEN 'before' ELSE 'after' END;
    page json := orm.page(model, query || CASE WHEN backward THEN '{"before": null}' ELSE '{"after": null}'::jsonb END);
BEGIN
    FOR i IN 1 .. 1000 LOOP
        all_keys := CASE WHEN backward THEN query_page_test.keys(page -> 'items') || all_keys
                                       ELSE all_keys || query_page_test.keys(page -> 'items') END;
        EXIT WHEN page ->> CASE WHEN backward THEN 'previous' ELSE 'next' END IS NULL;
        page := orm.page(model, query || jsonb_build_object(direction, page ->> CASE WHEN backward THEN 'previous' ELSE 'next' END));
    END LOOP;
    RETURN all_keys;
END $$;
-- Do the pages of an order agree with the whole, in both directions?
CREATE FUNCTION agrees(model text, query jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    expected text[] := query_page_test.keys(orm.all(model, (query || '{"limit": 100000}')::text));
BEGIN
    RETURN query_page_test.walk(model, query, false) = expected AND query_page_test.walk(model, query, true) = expected;
END $$;

CREATE DOMAIN score AS numeric CHECK (VALUE >= 0);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (x int, y text);
CREATE TABLE boxes (id int PRIMARY KEY, name text);
CREATE TABLE items (
    id int PRIMARY KEY,
    a int,
    b text COLLATE "C",
    c int NOT NULL,
    d varchar(5) NOT NULL,
    s score,
    m mood,
    f float8,
    t timestamptz,
    v interval,
    y bytea,
    g int[],
    r int4range,
    p pair,
    j jsonb,
    jj jsonb[],
    k bpchar(4),
    place point,
    box_id int REFERENCES boxes);
INSERT INTO boxes SELECT i, nullif('box' || i % 3, 'box0') FROM generate_series(1, 7) AS i;
INSERT INTO items
SELECT i, nullif(i % 4, 0), CASE WHEN i % 3 > 0 THEN 'b' || i % 2 END, i % 3, 'd' || i % 2, nullif(i % 5, 0) / 3.0,
       (enum_range(NULL::mood))[nullif(i % 4, 0)],
       (ARRAY[0.1, -0.0, 'NaN', '-Infinity', 1e300, 1.0/3, NULL]::float8[])[i % 7 + 1],
       (ARRAY['2020-01-01 00:00:00.123456+00', '2020-01-01 00:00:00.123457+00', 'infinity', NULL]::timestamptz[])[i % 4 + 1],
       (ARRAY['1 day', '24:00', '1 mon', NULL]::interval[])[i % 4 + 1], decode(lpad(to_hex(i % 5), 2, '0'), 'hex'),
       CASE WHEN i % 4 > 0 THEN ARRAY[i % 2, NULL, i % 3] END, int4range(i % 3, CASE WHEN i % 2 = 0 THEN 5 END),
       CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN (NULL, NULL)::pair ELSE (i % 3, 'y')::pair END,
       (ARRAY['null', '1', '{"a": null}', '[1, "x"]', '"1"', NULL, 'true']::jsonb[])[i % 7 + 1], CASE WHEN i % 5 > 0 THEN ('[' || i % 3 || ':' || i % 3 || ']={' || (ARRAY['NULL', '"null"', '1'])[i % 4 % 3 + 1] || '}')::jsonb[] END, 'k' || i % 3, point(i % 4, 0), nullif(i % 8, 0)
FROM generate_series(1, 40) AS i;
CREATE TABLE pairs (a text, b int, c int, PRIMARY KEY (b, a));
INSERT INTO pairs SELECT 'p' || i % 5, i / 5, nullif(i % 3, 0) FROM generate_series(1, 30) AS i;
SELECT count(*) > 0 AS mapped FROM orm.map('query_page_test.boxes', 'Box', orm.has_many('items', 'Item', foreign_key => 'box_id'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_page_test.items', 'Item', orm.belongs_to('box', 'Box', foreign_key => 'box_id'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_page_test.pairs', 'Pair');

-- what a page is: twenty unless it says how many; the first has no previous, the last no next
SELECT json_array_length(page -> 'items') AS items, page ->> 'next' IS NULL AS last, page ->> 'previous' IS NULL AS first, page -> 'total' AS total
FROM orm.page('Item') AS page
UNION ALL SELECT json_array_length(page -> 'items'), page ->> 'next' IS NULL, page ->> 'previous' IS NULL, page -> 'total'
FROM orm.page('Item', '{"limit": 50, "total": true}') AS page
UNION ALL SELECT json_array_length(page -> 'items'), page ->> 'next' IS NULL, page ->> 'previous' IS NULL, page -> 'total'
FROM orm.page('Item', '{"limit": 0, "total": true, "where": {"a": 1}}') AS page
UNION ALL SELECT json_array_length(page -> 'items'), page ->> 'next' IS NULL, page ->> 'previous' IS NULL, page -> 'total'
FROM orm.page('Item', '{"where": {"a": 100}, "total": true}') AS page;
SELECT page ->> 'items' AS first, page ->> 'next' AS next FROM orm.page('Item', '{"select": ["id", "a"], "order_by": ["-a"], "limit": 2}') AS page \gset
\echo :first
SELECT page ->> 'items' AS second, page ->> 'previous' AS previous
FROM orm.page('Item', json_build_object('select', '{id,a}'::text[], 'order_by', '{-a}'::text[], 'limit', 2, 'after', :'next')) AS page \gset
\echo :second
SELECT page ->> 'items' = :'first' AS back_again, page -> 'previous' AS previous, page ->> 'next' = :'next' AS same_next
FROM orm.page('Item', json_build_object('select', '{id,a}'::text[], 'order_by', '{-a}'::text[], 'limit', 2, 'before', :'previous')) AS page;

-- every order of one and of two columns, in every direction, with nulls at either end, in pages of 3 and 7
SELECT count(*) AS orders, count(*) FILTER (WHERE agrees('Item', json_build_object('select', '{id}'::text[], 'limit', size, 'order_by', json_build_array(one))::jsonb)) AS agree
FROM (SELECT json_build_object('by', by, 'desc', descending, 'nulls', nulls) AS one
      FROM unnest('{a,b,c,d,s,m,f,t,v,y,g,r,p,j,jj,k,box.name,id}'::text[]) AS by, unnest('{true,false}'::boolean[]) AS descending, unnest('{first,last}'::text[]) AS nulls) AS ones,
     unnest('{3,7}'::int[]) AS size;
SELECT count(*) AS orders, count(*) FILTER (WHERE agrees('Item', json_build_object('select', '{id}'::text[], 'limit', 6, 'order_by', json_build_array(one, two))::jsonb)) AS agree
FROM (SELECT json_build_object('by', by, 'desc', descending, 'nulls', nulls) AS one
      FROM unnest('{a,b,c,d,box.name}'::text[]) AS by, unnest('{true,false}'::boolean[]) AS descending, unnest('{first,last}'::text[]) AS nulls) AS ones,
     (SELECT json_build_object('by', by, 'desc', descending, 'nulls', nulls) AS two
      FROM unnest('{a,b,c}'::text[]) AS by, unnest('{true,false}'::boolean[]) AS descending, unnest('{first,last}'::text[]) AS nulls) AS twos;
SELECT agrees('Item', '{"select": ["id"], "limit": 4, "order_by": ["c", "-d", "a", "-box.name", "b"]}'),
       agrees('Item', '{"select": ["id"], "limit": 4, "order_by": ["-c", "-d"]}'), agrees('Item', '{"select": ["id"], "limit": 4, "order_by": ["a", "-a", "id", "c"]}'),
       agrees('Item', '{"select": ["id"], "limit": 1, "order_by": ["a"], "where": {"c": {"in": [1, 2]}}}'), agrees('Item', '{"select": ["id"], "limit": 40}'),
       agrees('Item', '{"select": ["id"], "limit": 39, "order_by": ["-id"]}'), agrees('Pair', '{"limit": 4}'), agrees('Pair', '{"limit": 4, "order_by": ["-a"]}'),
       agrees('Pair', '{"limit": 4, "order_by": ["c", "-b"]}'), agrees('Item', '{"select": ["id"], "limit": 3, "order_by": ["-id"], "offset": 0}');
-- by what is computed, by distances, by how well it is found
SELECT agrees('Item', '{"select": ["id"], "limit": 5, "compute": {"n": {"at": ["a"], "of": "j"}, "day": {"trunc": "day", "of": "t"}}, "order_by": ["-n", "day"]}'),
       agrees('Box', '{"limit": 2, "compute": {"n": {"count": "items"}, "hi": {"max": "items.a", "where": {"c": {"gt": 0}}}}, "order_by": ["-hi", "n"]}'),
       agrees('Item', '{"select": ["id"], "limit": 5, "order_by": [{"by": "place", "<->": "(2,0)"}]}'),
       agrees('Item', '{"select": ["id"], "limit": 5, "order_by": [{"by": "b", "search": "b1"}, "-c"]}'),
       agrees('Item', '{"select": ["id"], "limit": 5, "order_by": [{"by": "a", "%": 2, "desc": true}]}');

-- conditions that an index answers, where there is one
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"limit": 5}') AS page \gset
SELECT orm.sql('Item', json_build_object('select', '{id}'::text[], 'after', :'cursor'), verb => 'page');
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"limit": 5, "order_by": ["-c", "-d"]}') AS page \gset
SELECT orm.sql('Item', json_build_object('select', '{id}'::text[], 'order_by', '{-c,-d}'::text[], 'after', :'cursor'), verb => 'page');
SELECT orm.sql('Item', json_build_object('select', '{id}'::text[], 'order_by', '{-c,-d}'::text[], 'before', :'cursor'), verb => 'page');
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"limit": 5, "order_by": ["c", "-a"]}') AS page \gset
SELECT orm.sql('Item', json_build_object('select', '{id}'::text[], 'order_by', '{c,-a}'::text[], 'after', :'cursor'), verb => 'page');
SELECT orm.sql('Item', json_build_object('select', '{id}'::text[], 'order_by', '{c,-a}'::text[], 'before', :'cursor'), verb => 'page');
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"limit": 5, "order_by": ["a"]}') AS page \gset
SELECT orm.sql('Item', json_build_object('select', '{id}'::text[], 'order_by', '{a}'::text[], 'after', :'cursor'), verb => 'page');

-- a cursor is a position: rows come and go, values in where and the limit may change, what it shows may change
SELECT page ->> 'next' AS narrow FROM orm.page('Item', '{"limit": 5, "order_by": ["c", "-id"], "where": {"c": {"in": [0, 1, 2]}}}') AS page \gset
SELECT page ->> 'next' AS cursor, keys(page -> 'items') AS keys FROM orm.page('Item', '{"select": ["id"], "limit": 5, "order_by": ["c", "-id"]}') AS page \gset
\echo :keys
BEGIN;
DELETE FROM items WHERE id = (:'keys'::int[])[5];
INSERT INTO items (id, c, d) VALUES (1000, -1, 'x'), (-1000, 0, 'x'), (-999, 1, 'x');
SELECT keys(orm.page('Item', json_build_object('select', '{id}'::text[], 'limit', 9, 'order_by', '{c,-id}'::text[], 'after', :'cursor')) -> 'items');
SELECT keys(orm.page('Item', json_build_object('limit', 3, 'order_by', '{c,-id}'::text[], 'after', :'narrow', 'where', '{"c": {"in": [1]}}'::json)) -> 'items');
SELECT keys(orm.page('Item', json_build_object('limit', 30, 'order_by', '{c,-id}'::text[], 'before', :'cursor')) -> 'items');
SELECT keys(orm.page('Item', '{"limit": 3, "order_by": ["c", "-id"], "after": {"$": "from"}}', json_build_object('from', :'cursor')) -> 'items');
ROLLBACK;

\pset format unaligned
\pset tuples_only
-- refused: another order, another model
SELECT tried(format('SELECT orm.page(%L, %L)', model, json_build_object('order_by', order_by, 'after', :'cursor')))
FROM (VALUES ('Item', '["c"]'::json), ('Item', '["c", "id"]'), ('Item', '["-c", "-id"]'), ('Item', '["c", "a", "-id"]'), ('Item', '[{"by": "c", "nulls": "first"}, "-id"]'), ('Item', '[]'),
             ('Box', '["-id"]')) AS other (model, order_by);
SELECT tried(format('SELECT orm.page(%L, %L)', 'Item', json_build_object('order_by', '{-c,id}'::text[], 'before', :'cursor')));
-- ... another meaning of a name, another type
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"compute": {"w": "b"}, "order_by": ["w"], "limit": 2, "where": {"c": 2, "box": {"id": {"gt": 0}}}}') AS page \gset
SELECT split_part(tried(format('SELECT orm.page(%L, %L)', 'Item', json_build_object('compute', compute, 'order_by', '{w}'::text[], 'limit', 1, 'select', '{id}'::text[], 'where', '{"c": 1, "box": {"id": {"gt": 3}}}'::json,
                                                                              'after', :'cursor'))), ',"next"', 1)
FROM unnest(ARRAY['{"w": "b"}', '{"w": "d"}', '{"w": "a"}', '{"w": {"max": "box.items.b"}}']::json[]) AS compute;
-- ... another value that it is ordered by, also in what is computed
CREATE FUNCTION again(query jsonb, changed jsonb, params json DEFAULT '{}', changed_params json DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT split_part(split_part(query_page_test.tried(format('SELECT orm.page(%L, %L, %L)', 'Item', '{"limit": 1, "select": ["id"]}' || changed
               || jsonb_build_object('after', orm.page('Item', ('{"limit": 1, "select": ["id"]}' || query)::text, params) ->> 'next'), changed_params)), E'\n', 1), ',"next"', 1)
$$;
SELECT again(q, q), again(q, '{"order_by": [{"by": "place", "<->": "(2,1)"}]}') FROM (VALUES ('{"order_by": [{"by": "place", "<->": "(2,0)"}]}'::jsonb)) AS x (q);
SELECT again(q, q, '{"p": "(2,0)"}', '{"p": "(2,0)"}'), again(q, q, '{"p": "(2,0)"}', '{"p": "(3,0)"}') FROM (VALUES ('{"order_by": [{"by": "place", "<->": {"$": "p"}}]}'::jsonb)) AS x (q);
SELECT again(q, jsonb_set(q, '{where,c}', '1')), again(q, jsonb_set(q, '{compute,n,where,id,gt}', '2')), again(q - 'order_by', jsonb_set(q - 'order_by', '{compute,n,where,id,gt}', '2'))
FROM (VALUES ('{"compute": {"n": {"count": "box.items", "where": {"id": {"gt": 1}}}}, "order_by": ["n"], "where": {"c": 0}}'::jsonb)) AS x (q);
-- ... other conditions, but not other values in them
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"order_by": ["id"], "limit": 2, "where": {"c": {"lt": 2}, "or": [{"a": null}, {"d": "d1"}]}}') AS page \gset
SELECT split_part(tried(format('SELECT orm.page(%L, %L)', 'Item', json_build_object('where', "where", 'order_by', '{id}'::text[], 'limit', 1, 'select', '{id}'::text[], 'after', :'cursor'))), ',"next"', 1)
FROM unnest(ARRAY['{"c": {"lt": 1}, "or": [{"a": null}, {"d": "d0"}]}', '{"c": {"le": 2}, "or": [{"a": null}, {"d": "d1"}]}', '{"c": {"lt": 2}, "or": [{"a": null}]}', '{"c": {"lt": 2}}',
                  '{"c": {"lt": 2}, "or": [{"a": 1}, {"d": "d1"}]}']::json[]) AS "where";
SELECT tried(format('SELECT orm.page(%L, %L)', 'Item', json_build_object('order_by', '{id}'::text[], 'after', :'cursor')));
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"order_by": ["c"], "limit": 2}') AS page \gset
BEGIN;
ALTER TABLE items ALTER c TYPE text;
SELECT tried(format('SELECT orm.page(%L, %L)', 'Item', json_build_object('order_by', '{c}'::text[], 'after', :'cursor')));
ROLLBACK;
-- ... a null where nulls have come to be impossible is no other order
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"order_by": ["-a"], "limit": 2}') AS page \gset
BEGIN;
UPDATE items SET a = 0 WHERE a IS NULL;
ALTER TABLE items ALTER a SET NOT NULL;
SELECT keys(orm.page('Item', json_build_object('order_by', '{-a}'::text[], 'limit', 3, 'after', :'cursor')) -> 'items');
ROLLBACK;
-- refused: what is no cursor, shortened, changed, made up
SELECT paged('{"after": ""}', '{"after": "x"}', '{"after": "eyJpZCI6IDF9"}', '{"after": 1}', '{"after": true}', '{"after": []}', '{"after": {}}', '{"after": {"$value": "x"}}', '{"before": "\u0000"}', '{"after": "é"}');
SELECT page ->> 'next' AS cursor FROM orm.page('Item', '{"order_by": ["c", "-id"], "limit": 2}') AS page \gset
SELECT DISTINCT split_part(tried(format('SELECT orm.page(%L, %L)', 'Item', json_build_object('order_by', '{c,-id}'::text[], 'after', broken))), E'\n', 1)
FROM (SELECT left(:'cursor', n) FROM generate_series(0, length(:'cursor') - 1) AS n
      UNION ALL SELECT overlay(:'cursor' PLACING CASE substr(:'cursor', n, 1) WHEN 'A' THEN 'B' ELSE 'A' END FROM n FOR 1) FROM generate_series(1, length(:'cursor') - 1) AS n
      UNION ALL SELECT :'cursor' || more FROM unnest('{A,=,==,AAAA," ",+}'::text[]) AS more) AS cursors (broken);
-- refused: pages of what has no key, both ends at once, keys that pages do not have
CREATE TABLE nokeys (a int);
SELECT count(*) >= 0 AS mapped FROM orm.map('query_page_test.nokeys', 'Nokey');
SELECT tried($$SELECT orm.page('Nokey')$$), tried($$SELECT orm.all('Nokey', '{"limit": 1}')$$);
SELECT paged('{"after": null, "before": null}', '{"distinct": ["a"]}', '{"lock": "update"}', '{"total": 1}', '{"limit": -1}', '{"limit": null}', '{"cursor": null}',
             '{"order_by": ["place"]}', '{"after": {"$": "x"}}', '{"load": {"box": {"after": null}}}');
SELECT tried($$SELECT orm.all('Item', '{"after": null}')$$);

-- refused: an order by another member of json, which stands in the statement as a parameter
CREATE TABLE bags (id int PRIMARY KEY, d jsonb);
INSERT INTO bags SELECT i, jsonb_build_object('a', i, 'b', -i) FROM generate_series(1, 3) i;
SELECT count(*) >= 0 AS mapped FROM orm.map('query_page_test.bags', 'Bag');
SELECT orm.page('Bag', '{"compute": {"k": {"at": ["a"], "of": "d"}}, "order_by": ["k"], "select": ["id"], "limit": 1}') ->> 'next' AS cursor \gset
SELECT orm.page('Bag', '{"compute": {"k": {"at": ["a"], "of": "d"}}, "order_by": ["k"], "select": ["id"], "limit": 1, "after": {"$": "c"}}',
    json_build_object('c', :'cursor')) -> 'items' AS items;
SELECT orm.page('Bag', '{"compute": {"k": {"at": ["b"], "of": "d"}}, "order_by": ["k"], "select": ["id"], "limit": 1, "after": {"$": "c"}}',
    json_build_object('c', :'cursor')) -> 'items' AS items;
-- an offset is for the first page: behind a cursor nothing is skipped
SELECT orm.page('Bag', '{"select": ["id"], "limit": 1, "offset": 1}') ->> 'next' AS cursor \gset
SELECT orm.page('Bag', '{"select": ["id"], "limit": 1, "offset": 1, "after": {"$": "c"}}', json_build_object('c', :'cursor')) -> 'items' AS items;

SET client_min_messages = warning;
DROP SCHEMA query_page_test CASCADE;
