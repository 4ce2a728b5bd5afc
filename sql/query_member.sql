-- Members of composite attributes: "address.zip" in paths, {"address": {"zip": ...}}
-- in conditions; the same in SQL by hand.
SET client_min_messages = warning;
CREATE SCHEMA query_member;
SET search_path = query_member;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE TYPE point2 AS (x integer, y integer);
CREATE TYPE address AS (street text, zip text, "Geo" point2, tags text[], lt integer);
CREATE DOMAIN home AS address;
SELECT orm.model('Firm', 'query_member.firms', orm.column('id', 'integer', primary_key => true), orm.column('seat', 'query_member.address', nullable => true), orm.has_many('people', 'Person'));
SELECT orm.model('Person', 'query_member.people', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'), orm.column('address', 'query_member.home', nullable => true), orm.column('n', 'integer', nullable => true), orm.belongs_to('firm', 'Firm', nullable => true));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO firms (seat) VALUES (ROW('Main', '10', (1, 2), '{a}', 1)), (NULL), (ROW(NULL, NULL, NULL, NULL, NULL));
INSERT INTO people (name, address, n, firm_id) VALUES ('Ana', ROW('A st', '10', (5, 6), '{x,y}', 3), 1, 1), ('Bea', ROW('B st', '20', (7, NULL), NULL, NULL), 2, 2),
    ('Cid', NULL, NULL, 3), ('Dan', ROW(NULL, '10', NULL, '{x}', 9), 7, NULL);

CREATE FUNCTION ids(query orm.document, sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE ours text := (SELECT string_agg(o ->> 'id', ' ') FROM json_array_elements(orm.all('Person', query)) o); theirs text;
BEGIN
    EXECUTE format('SELECT string_agg(id::text, '' '') FROM (%s) q', sql) INTO theirs;
    RETURN CASE WHEN ours IS NOT DISTINCT FROM theirs THEN 'same: ' || coalesce(ours, 'none') ELSE format('%s / %s', ours, theirs) END;
END $$;
\echo # conditions
SELECT ids('{"where": {"address": {"zip": "10"}}, "order_by": ["id"]}', $$SELECT id FROM people WHERE (address).zip = '10' ORDER BY id$$);
SELECT ids('{"where": {"address": {"zip": {"in": ["10", "20"]}, "Geo": {"x": {"gt": 5}}}}, "order_by": ["id"]}', $$SELECT id FROM people WHERE (address).zip IN ('10', '20') AND ((address)."Geo").x > 5 ORDER BY id$$);
SELECT ids('{"where": {"address": {"Geo": {"y": null}}}, "order_by": ["id"]}', $$SELECT id FROM people WHERE ((address)."Geo").y IS NULL ORDER BY id$$);
SELECT ids('{"where": {"not": {"address": {"tags": {"@>": ["x"]}, "street": {"ne": null}}}}, "order_by": ["id"]}', $$SELECT id FROM people WHERE ((address).tags @> '{x}' AND (address).street IS NOT NULL) IS NOT TRUE ORDER BY id$$);
SELECT ids('{"where": {"firm": {"seat": {"zip": "10"}}}}', $$SELECT p.id FROM people p JOIN firms f ON f.id = firm_id WHERE (seat).zip = '10'$$);
\echo # a key that is an operator makes the whole object operators
SELECT ids('{"where": {"address": {"eq": {"street": "A st", "zip": "10", "Geo": {"x": 5, "y": 6}, "tags": ["x", "y"], "lt": 3}}}}', $$SELECT id FROM people WHERE address = ROW('A st', '10', (5, 6), '{x,y}', 3)::address$$);
SELECT ids('{"where": {"$expr": {"<": ["address.lt", 5]}}}', $$SELECT id FROM people WHERE (address).lt < 5$$);
\echo # paths
SELECT ids('{"order_by": ["-address.zip", "address.Geo.x", "id"]}', $$SELECT id FROM people ORDER BY (address).zip DESC, ((address)."Geo").x, id$$);
SELECT ids('{"order_by": ["firm.seat.zip", "-id"]}', $$SELECT p.id FROM people p LEFT JOIN firms f ON f.id = firm_id ORDER BY (seat).zip, p.id DESC$$);
SELECT orm.all('Person', '{"select": ["id"], "compute": {"z": {"upper": ["address.street"]}, "x": {"+": ["address.Geo.x", 1]}, "f": {"coalesce": ["firm.seat.street", {"$value": "none"}]}}, "where": {"x": {"ge": 6}}, "order_by": ["id"]}');
SELECT orm.aggregate('Person', '{"group_by": ["address.zip"], "aggregate": {"n": {"count": "*"}, "x": {"max": "address.Geo.x"}}, "order_by": ["address.zip"]}');
SELECT orm.all('Firm', '{"select": ["id"], "compute": {"x": {"sum": "people.address.Geo.x"}}, "order_by": ["id"]}');
SELECT orm.page('Person', '{"select": ["id"], "order_by": ["address.zip", "id"], "limit": 2}') -> 'items';
SELECT orm.count('Person', '{"where": {"address": {"zip": {"$": "z"}}}}', '{"z": "20"}');
SELECT orm.update_where('Person', '{"where": {"address": {"zip": "20"}}}', '{"n": {"$expr": {"+": ["n", "address.Geo.x"]}}}');
SELECT orm.update('Person', 4, '{"name": {"$expr": {"concat": ["name", {"$value": " "}, "address.zip"]}}, "n": {"$attribute": "id"}}') ->> 'name';
SELECT orm.sql('Person', '{"where": {"address": {"Geo": {"x": 1}}}, "select": ["id"], "order_by": ["address.zip"]}');

\echo # bad input
SELECT orm.all('Person', '{"where": {"address": {"zipp": "1"}}}');
SELECT orm.all('Person', '{"where": {"address": {"zip": "1", "eq": null}}}');
SELECT orm.all('Person', '{"where": {"address": {}}}');
SELECT orm.all('Person', '{"where": {"address": {"zip": {}}}}');
SELECT orm.all('Person', '{"order_by": ["address.street.x"]}');
SELECT orm.all('Person', '{"order_by": ["address.geo"]}');
SELECT orm.all('Person', '{"order_by": ["name.zip"]}');
SELECT orm.all('Person', '{"where": {"address": {"Geo": {"x": "a"}}}}');
SELECT orm.all('Firm', '{"compute": {"x": {"sum": "people.name.x"}}}');
SELECT orm.all('Person', '{"where": {"address": {"zip": {"gte": "1"}}}}');
DROP SCHEMA query_member CASCADE;
