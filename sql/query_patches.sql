-- orm.update_where with patches: $inc, $mul, $append, $remove, $merge, $unset,
-- next to a plain UPDATE of a table with the same rows.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
\pset null <null>
CREATE SCHEMA query_patches;
SET search_path = query_patches;
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

CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE pair AS (a int, b int);
CREATE TABLE shops (id int PRIMARY KEY, name text);
CREATE TABLE items (id int PRIMARY KEY, shop_id int REFERENCES shops, name text, small smallint, n int, big bigint, "real" float8, price numeric(8,2), share percent,
    tags text[], sizes int[], short varchar(3)[], info jsonb, raw json, day date, pairs pair[], "a ""b""" int, amount money);
SELECT count(*) > 0 FROM orm.map('query_patches.shops', 'Shop', orm.has_many('items', 'Item'));
SELECT count(*) > 0 FROM orm.map('query_patches.items', 'Item', orm.belongs_to('shop', 'Shop'));
INSERT INTO shops VALUES (1, 'north'), (2, 'south');
INSERT INTO items (id, shop_id, name, small, n, big, "real", price, share, tags, sizes, short, info, raw, "a ""b""")
SELECT i, 1 + i % 2, 'item ' || i, i, i * 2, i * 1000000000000, i / 4.0, i * 1.5, i, ARRAY['x', 'y', NULL, 'x'], ARRAY[i, 1, 2], ARRAY['abc'],
    jsonb_build_object('i', i, 'b', jsonb_build_object('c', jsonb_build_array(1, 2, 3), 'd', NULL), 'l', '[1, "x", 1]'::jsonb), json_build_array(i, 'k', json_build_object('k', 1)), i
FROM generate_series(1, 6) i;
INSERT INTO items (id, shop_id, name) VALUES (7, 1, 'empty'), (8, NULL, 'nowhere');
CREATE TABLE twin (LIKE items INCLUDING ALL);
INSERT INTO twin SELECT * FROM items;

-- The rows that are in one of the two tables alone, and how many are in both.
CREATE FUNCTION compared() RETURNS SETOF text LANGUAGE sql AS $$
    (SELECT 'orm ' || i::text FROM items i EXCEPT ALL SELECT 'orm ' || t::text FROM twin t) UNION ALL
    (SELECT 'sql ' || t::text FROM twin t EXCEPT ALL SELECT 'sql ' || i::text FROM items i) UNION ALL
    SELECT count(*) || ' same' FROM items i JOIN twin t ON i.id = t.id AND i::text = t::text
$$;

\echo # numbers; NULL is 0 for $inc and stays NULL for $mul; values and patches together
SELECT orm.update_where('Item', '{"where": {"id": {"le": 7}}}', '{"small": {"$inc": 2}, "n": {"$inc": -5}, "big": {"$inc": 9007199254740993}, "real": {"$mul": 2}, "price": {"$mul": "1.5"}, "share": {"$inc": 7}, "name": "changed", "a \"b\"": {"$mul": 3}}');
UPDATE twin SET small = coalesce(small, 0) + 2, n = coalesce(n, 0) - 5, big = coalesce(big, 0) + 9007199254740993, "real" = "real" * 2, price = price * 1.5, share = coalesce(share, 0) + 7, name = 'changed', "a ""b""" = "a ""b""" * 3 WHERE id <= 7;
SELECT compared();
\echo # arrays
SELECT orm.update_where('Item', '{"where": {}}', '{"tags": {"$append": ["z", null]}, "sizes": {"$remove": [2, 7]}, "short": {"$append": []}}');
UPDATE twin SET tags = coalesce(tags, '{}') || ARRAY['z', NULL], sizes = array_remove(array_remove(sizes, 2), 7), short = coalesce(short, '{}');
SELECT compared();
SELECT orm.update_where('Item', '{"where": {"shop": {"name": "north"}}}', '{"tags": {"$remove": ["x", null]}, "sizes": {"$remove": []}, "short": {"$append": ["d"]}}');
UPDATE twin SET tags = array_remove(array_remove(tags, 'x'), NULL), short = short || 'd'::varchar WHERE shop_id = 1;
SELECT compared();
\echo # json
SELECT orm.update_where('Item', '{"where": {"id": {"ne": 8}}}', '{"info": {"$merge": {"i": "new", "e": {"$value": 1}}}, "raw": {"$append": [3, null]}}');
UPDATE twin SET info = coalesce(info, '{}') || '{"i": "new", "e": {"$value": 1}}', raw = coalesce(raw::jsonb, '[]') || '[3, null]' WHERE id <> 8;
SELECT compared();
SELECT orm.update_where('Item', '{"where": {}}', '{"info": {"$unset": [["b", "c", "1"], ["b", "d"], ["l", -1], ["nothing"]]}, "raw": {"$remove": [{"k": 1}, 3]}}');
UPDATE twin SET info = info #- '{b,c,1}' #- '{b,d}' #- '{l,-1}', raw = (SELECT jsonb_agg(e ORDER BY o) FROM jsonb_array_elements(raw::jsonb) WITH ORDINALITY r(e, o) WHERE e NOT IN ('{"k": 1}', '3'));
SELECT compared();
SELECT orm.update_where('Item', '{"where": {"id": {"in": [1, 7, 8]}}}', '{"info": {"$append": [7]}, "raw": {"$merge": {}}}');
UPDATE twin SET info = coalesce(info, '[]') || '[7]', raw = coalesce(raw::jsonb, '{}') || '{}' WHERE id IN (1, 7, 8);
SELECT compared();

\echo # with a limit, an order, a path the rows are found first
SELECT orm.update_where('Item', '{"where": {"n": {"ne": null}}, "order_by": ["-n"], "limit": 2}', '{"n": {"$inc": 100}, "tags": {"$append": ["top"]}, "info": {"$unset": [["i"]]}, "sizes": {"$remove": [1]}}');
WITH top AS (SELECT id FROM twin WHERE n IS NOT NULL ORDER BY n DESC, id DESC LIMIT 2)
UPDATE twin t SET n = n + 100, tags = tags || '{top}', info = info #- '{i}', sizes = array_remove(sizes, 1) FROM top WHERE top.id = t.id;
SELECT compared();
SELECT orm.update_where('Item', '{"compute": {"in": "shop.name"}, "where": {"in": "south", "n": {"gt": 0}}}', '{"n": {"$mul": 2}, "raw": {"$append": [1]}}');
UPDATE twin SET n = n * 2, raw = raw::jsonb || '[1]' WHERE shop_id = 2 AND n > 0;
SELECT compared();
\echo # a patch sees the row as it was
SELECT orm.update_where('Item', '{"where": {"n": {"ge": 100}}}', '{"n": {"$inc": -100}, "big": {"$mul": 0}}');
UPDATE twin SET n = n - 100, big = 0 WHERE n >= 100;
SELECT compared();

\echo # operands by parameters; the same patch with another operand, and another patch of the same attribute
SELECT orm.update_where('Item', '{"where": {"id": {"$": "id"}}}', '{"n": {"$inc": {"$": "by"}}, "tags": {"$append": {"$": "tags"}}, "info": {"$merge": {"$": "more"}}}', '{"id": 1, "by": 10, "tags": ["p", null], "more": {"$inc": 1}}');
SELECT orm.update_where('Item', '{"where": {"id": {"$": "id"}}}', '{"n": {"$inc": {"$": "by"}}, "tags": {"$append": {"$": "tags"}}, "info": {"$merge": {"$": "more"}}}', '{"id": 2, "by": "20", "tags": [], "more": {"m": 2}}');
SELECT orm.update_where('Item', '{"where": {"id": 3}}', '{"n": {"$inc": 5}}'), orm.update_where('Item', '{"where": {"id": 3}}', '{"n": {"$inc": 6}}'), orm.update_where('Item', '{"where": {"id": 3}}', '{"n": {"$mul": 3}}'), orm.update_where('Item', '{"where": {"id": 4}}', '{"n": 3}');
UPDATE twin SET n = n + 10, tags = tags || '{p,NULL}', info = info || '{"$inc": 1}' WHERE id = 1;
UPDATE twin SET n = n + 20, info = info || '{"m": 2}' WHERE id = 2;
UPDATE twin SET n = (n + 5 + 6) * 3 WHERE id = 3;
UPDATE twin SET n = 3 WHERE id = 4;
SELECT compared();
\echo # {"$value": x} is x, always: as a value, as an operand, in a parameter; what is not exactly a patch is data
SELECT orm.update_where('Item', '{"where": {"id": 1}}', '{"info": {"$value": {"$inc": 1}}, "raw": {"$inc": 1, "b": 2}, "n": {"$value": 5}}'),
       orm.update_where('Item', '{"where": {"id": 2}}', '{"info": {"$merge": {"$value": {"$": "x"}}}, "raw": {"$append": {"$value": [{"$value": 1}]}}, "n": {"$inc": {"$value": 5}}}'),
       orm.update_where('Item', '{"where": {"id": 3}}', '{"info": {"$": "p"}, "raw": {"$value": null}}', '{"p": {"$merge": {"a": 1}}}'),
       orm.update_where('Item', '{"where": {"id": 4}}', '{"info": {"$merge": {"$": "p"}}}', '{"p": {"$value": {"$value": 1}}}');
UPDATE twin SET info = '{"$inc": 1}', raw = '{"$inc": 1, "b": 2}', n = 5 WHERE id = 1;
UPDATE twin SET info = info || '{"$": "x"}', raw = raw::jsonb || '[{"$value": 1}]', n = n + 5 WHERE id = 2;
UPDATE twin SET info = '{"$merge": {"a": 1}}', raw = 'null' WHERE id = 3;
UPDATE twin SET info = info || '{"$value": 1}' WHERE id = 4;
SELECT compared();
\echo # orm.update reads an operand in the same way
SELECT orm.update('Item', 5, '{"info": {"$merge": {"$value": {"$value": 1}}}, "raw": {"$append": {"$value": [1]}}, "n": {"$inc": {"$value": 5}}}', '{"return": false}');
UPDATE twin SET info = info || '{"$value": 1}', raw = raw::jsonb || '[1]', n = n + 5 WHERE id = 5;
SELECT compared();
SELECT refused($$SELECT orm.update('Item', 5, '{"info": {"$merge": {"$value": [1]}}}')$$);

\echo # every row that is found is written and counted, though it stays as it is
SELECT orm.update_where('Item', '{"where": {"id": {"le": 3}}}', '{"n": {"$inc": 0}}');
SELECT orm.update_where('Item', '{"where": {"id": {"le": 3}}}', '{"tags": {"$append": []}}', '{}', '{"expect": 3}');
SELECT refused($$SELECT orm.update_where('Item', '{"where": {"id": {"le": 3}}}', '{"n": {"$inc": 1}}', '{}', '{"expect": 2}')$$);
UPDATE twin SET tags = coalesce(tags, '{}');
SELECT compared();

\echo # functions
CREATE FUNCTION raise(lowest int, by int) RETURNS bigint LANGUAGE orm AS 'update_where Item {"where": {"id": {"ge": {"$": "lowest"}}}} {"n": {"$inc": {"$": "by"}}}';
CREATE FUNCTION tag(tags text[]) RETURNS bigint LANGUAGE orm AS 'update_where Item {"where": {"id": 6}} {"tags": {"$append": {"$": "tags"}}}';
CREATE FUNCTION merge(more jsonb) RETURNS bigint LANGUAGE orm AS 'update_where Item {"where": {"id": 6}} {"info": {"$merge": {"$": "more"}}, "raw": {"$append": [true]}}';
CREATE FUNCTION unset(paths jsonb) RETURNS bigint LANGUAGE orm AS 'update_where Item {"where": {"id": 6}} {"info": {"$unset": {"$": "paths"}}}';
CREATE FUNCTION append(more text) RETURNS bigint LANGUAGE orm AS 'update_where Item {"where": {"id": 6}} {"raw": {"$append": {"$": "more"}}}';
SELECT raise(6, 2), raise(6, 3), tag('{f,NULL}'), tag('{}'), merge('{"$value": 1, "u": {"v": 2, "w": 3}}'), merge('{"$value": 2}'), unset('[["u", "v"]]'), append('[4]');
UPDATE twin SET n = coalesce(n, 0) + 5 WHERE id >= 6;
UPDATE twin SET tags = tags || '{f,NULL}', info = info || '{"$value": 2, "u": {"w": 3}}', raw = raw::jsonb || '[true, true, 4]' WHERE id = 6;
SELECT compared();
SELECT statement, refused(statement) FROM unnest(ARRAY[
    'SELECT raise(1, NULL)', 'SELECT merge(NULL)', 'SELECT merge($$[1]$$)', 'SELECT merge($$null$$)', 'SELECT unset($${}$$)', 'SELECT unset($$["a"]$$)', 'SELECT unset($$[["a", null]]$$)',
    'SELECT append($$1$$)', 'SELECT append($$x$$)', 'SELECT tag(NULL)',
    'CREATE FUNCTION f(d date) RETURNS bigint LANGUAGE orm AS $$update_where Item {"where": {}} {"n": {"$inc": {"$": "d"}}}$$',
    'CREATE FUNCTION f(n int) RETURNS bigint LANGUAGE orm AS $$update_where Item {"where": {}} {"n": {"$inc": {"$": "m"}}}$$',
    'CREATE FUNCTION f(n int DEFAULT orm.unset(NULL::int)) RETURNS bigint LANGUAGE orm AS $$update_where Item {"where": {}} {"n": {"$inc": {"$": "n"}}}$$',
    'CREATE FUNCTION f() RETURNS bigint LANGUAGE orm AS $$update_where Item {"where": {}} {"n": {"$inc": "x"}}$$',
    'CREATE FUNCTION f() RETURNS bigint LANGUAGE orm AS $$update_where Item {"where": {}} {"info": {"$unset": ["x"]}}$$'
    ]) AS statement;

\echo # refused as orm.update refuses it
CREATE FUNCTION answers(patch text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    one text := refused(format('SELECT orm.update(%L, 1, %L)', 'Item', patch));
    many text := refused(format('SELECT orm.update_where(%L, %L, %L)', 'Item', '{"where": {"id": 1}}', patch));
BEGIN
    RETURN CASE WHEN replace(replace(many, 'At patch.', 'At '), E'\nHINT The key says which object it is.', '') = one THEN 'both: ' || many ELSE concat(E'one:  ', one, E'\nmany: ', many) END;
END $$;
SELECT patch, answers(patch) FROM unnest(ARRAY[
    '{"id": {"$inc": 1}}', '{"name": {"$inc": 1}}', '{"day": {"$inc": 1}}', '{"amount": {"$inc": 1}}', '{"n": {"$append": [1]}}', '{"n": {"$merge": {}}}', '{"tags": {"$merge": {}}}', '{"tags": {"$unset": [["a"]]}}', '{"info": {"$inc": 1}}', '{"pairs": {"$remove": []}}',
    '{"n": {"$inc": null}}', '{"n": {"$inc": true}}', '{"n": {"$inc": [1]}}', '{"n": {"$inc": {}}}', '{"n": {"$inc": {"$value": null}}}', '{"n": {"$inc": {"$value": [1]}}}', '{"n": {"$inc": "x"}}', '{"n": {"$inc": 2.5}}', '{"n": {"$inc": 99999999999}}', '{"n": {"$inc": 1, "$mul": 2}}', '{"n": {"$mul": 2, "x": 1}}',
    '{"n": {"$incr": 1}}', '{"n": {"$": 1, "x": 1}}', '{"n": {"$valu": 1}}', '{"n": {"$value": 1, "x": 2}}', '{"n": {"x": 1}}', '{"n": {}}',
    '{"tags": {"$append": "x"}}', '{"tags": {"$append": {"a": 1}}}', '{"tags": {"$remove": null}}', '{"sizes": {"$remove": ["x"]}}', '{"sizes": {"$append": [1.5]}}', '{"info": {"$merge": [1]}}', '{"info": {"$merge": null}}', '{"info": {"$merge": {"$value": null}}}',
    '{"info": {"$unset": ["a"]}}', '{"info": {"$unset": [["a", null]]}}', '{"info": {"$unset": {"a": 1}}}', '{"info": {"$unset": {"$value": ["a"]}}}', '{"info": {"$append": {"a": 1}}}'
    ]) AS patch;
\echo # ... or, where the server refuses it, with its own message
SELECT patch, answers(patch) FROM unnest(ARRAY['{"small": {"$inc": 32767}}', '{"share": {"$inc": 99}}', '{"price": {"$mul": 1000000}}', '{"short": {"$append": ["abcd"]}}']) AS patch;
UPDATE items SET sizes = '{{1,2},{3,4}}' WHERE id = 1;
SELECT answers('{"sizes": {"$remove": [1]}}');
\echo # what only a query has
SELECT patch, params, refused(format('SELECT orm.update_where(%L, %L, %L, %L)', 'Item', '{"where": {}}', patch, params)) FROM (VALUES
    ('{"n": {"$inc": {"$": "p"}}}', '{"p": null}'), ('{"n": {"$inc": {"$": "p"}}}', '{"p": true}'), ('{"n": {"$inc": {"$": "p"}}}', '{"p": {"$inc": 1}}'), ('{"n": {"$inc": {"$": "p"}}}', '{"p": {"$value": "x"}}'), ('{"n": {"$inc": {"$": "q"}}}', '{"p": 1}'), ('{"n": {"$inc": 1}}', '{"p": 1}'),
    ('{"n": {"$inc": {"$": "p", "x": 1}}}', '{"p": 1}'), ('{"n": {"$inc": {"$attribute": "small"}}}', '{}'), ('{"info": {"$merge": {"$attribute": "raw"}}}', '{}'), ('{"n": {"$inc": {"$inc": 1}}}', '{}'), ('{"info": {"$unset": {"$": "p"}}}', '{"p": [1]}'), ('{"n": {"$": "p"}}', '{"p": {"$inc": 1}}')
    ) AS t(patch, params);
SELECT refused($$SELECT orm.update_where('Item', '{"where": {"n": {"$inc": 1}}}', '{"n": 1}')$$);
UPDATE items SET sizes = t.sizes FROM twin t WHERE t.id = items.id AND items.id = 1;
SELECT compared();

\echo # one document as query and as patch
CREATE TABLE odd (id int PRIMARY KEY, "where" jsonb);
SELECT count(*) > 0 FROM orm.map('query_patches.odd', 'Odd');
INSERT INTO odd VALUES (1, '{"a": 1}'), (2, NULL);
WITH d AS MATERIALIZED (SELECT '{"where": {"$merge": {"b": 2}}}'::orm.document AS d) SELECT refused(format('SELECT orm.update_where(%L, %L, %L)', 'Odd', d, d)) FROM d;
WITH d AS MATERIALIZED (SELECT '{"where": {}}'::orm.document AS d) SELECT orm.update_where('Odd', d, d) FROM d;
SELECT * FROM odd ORDER BY id;

\echo # what it does is what SQL does, whatever operators the path holds; and as the caller
CREATE FUNCTION evil(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT -1';
CREATE OPERATOR + (FUNCTION = evil, LEFTARG = integer, RIGHTARG = integer);
SET search_path = query_patches, pg_catalog;
SELECT orm.update_where('Item', '{"where": {"id": 1}}', '{"n": {"$inc": 1}}'), (SELECT n OPERATOR(pg_catalog.-) (SELECT n FROM twin WHERE id OPERATOR(pg_catalog.=) 1) FROM items WHERE id OPERATOR(pg_catalog.=) 1);
SELECT n FROM items WHERE id = 1;
CREATE ROLE regress_query_patches;
GRANT USAGE ON SCHEMA query_patches TO regress_query_patches;
GRANT SELECT (id), UPDATE (n) ON items TO regress_query_patches;
SET ROLE regress_query_patches;
SELECT orm.update_where('Item', '{"where": {"id": 1}}', '{"n": 7}'), refused($$SELECT orm.update_where('Item', '{"where": {"id": 1}}', '{"n": {"$inc": 1}}')$$);
RESET ROLE;

DROP SCHEMA query_patches CASCADE;
DROP ROLE regress_query_patches;
