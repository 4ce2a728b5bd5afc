-- Members of composite attributes, changed by {"$merge": {...}}. Oracle: UPDATE ... SET address.zip = ...
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA patch_members;
SET search_path = patch_members;
SET client_min_messages = warning;
SET DateStyle = ISO;

CREATE TYPE geo AS (lat numeric, lon numeric);
CREATE TYPE address AS (street text, gone int, "the zip" varchar(4), since date, geo geo, tags text[]);
ALTER TYPE address DROP ATTRIBUTE gone;
CREATE DOMAIN home AS address CHECK ((VALUE)."the zip" IS DISTINCT FROM '0000');
CREATE DOMAIN work AS address CHECK (VALUE IS NULL OR (VALUE).street IS NOT NULL);
SELECT orm.model('Person', 'people', orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('name', 'text', is_unique => true), orm.column('address', 'patch_members.address'), orm.column('home', 'patch_members.home'), orm.column('work', 'patch_members.work'),
    orm.column('age', 'integer'), orm.has_many('pets', 'Pet'));
SELECT orm.model('Pet', 'pets', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('place', 'patch_members.address'), orm.belongs_to('person', 'Person', nullable => true));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO people VALUES (1, 'Ann', ROW('Elm', '1234', '2020-01-02', ROW(1, 2), '{a,b}'), ROW('Oak', '1', NULL, NULL, NULL), ROW('W', NULL, NULL, NULL, NULL), 30), (2, 'Bob', NULL, NULL, NULL, 40);
CREATE TABLE oracle AS SELECT * FROM people;

-- one member, several, all, none; a null; of a value that is null
SELECT orm.update('Person', 1, '{"address": {"$merge": {"the zip": "99"}}}');
UPDATE oracle SET address."the zip" = '99' WHERE id = 1;
SELECT orm.update('Person', 1, '{"age": {"$expr": {"+": ["age", 1]}}, "address": {"$merge": {"since": "2021-03-04", "tags": ["c"]}}, "home": {"$merge": {"street": null, "geo": {"lat": 5}}}}');
UPDATE oracle SET age = age + 1, address.since = '2021-03-04', address.tags = '{c}', home = ROW(NULL, '1', NULL, ROW(5, NULL), NULL)::address WHERE id = 1;
SELECT orm.update('Person', 2, '{"address": {"$merge": {"street": "Ash"}}, "home": {"$merge": {}}}');
UPDATE oracle SET address.street = 'Ash', home = ROW(NULL, NULL, NULL, NULL, NULL)::address WHERE id = 2;
SELECT orm.update('Person', 1, '{"address": {"$merge": {"$value": {"geo": {"lon": 9}}}}}', '{"action": true}');
UPDATE oracle SET address.geo = ROW(NULL, 9) WHERE id = 1;
SELECT orm.update('Person', 1, '{"address": {"$merge": {"geo": {"lon": 9}}}}', '{"action": true}');
SELECT * FROM people EXCEPT SELECT * FROM oracle;

-- a domain holds for the whole value
SELECT orm.update('Person', 1, '{"work": {"$merge": {"the zip": "5"}}}', '{"return": {"select": ["work"]}}');
SELECT orm.update_where('Person', '{"where": {"id": 1}}', '{"work": {"$merge": {"the zip": "6"}}}');
SELECT orm.update('Person', 1, '{"work": {"$merge": {"street": null}}}');

-- every writer of rows that exist
SELECT orm.save('Person', '[{"id": 1, "address": {"$merge": {"street": "S1"}}}, {"id": 2, "address": {"$merge": {"street": "S2"}}, "age": 41}]', '{"return": {"select": ["id", "age"], "compute": {"street": "address.street"}}}');
SELECT orm.upsert('Person', '{"name": "Ann", "address": {"$merge": {"street": "U1"}}}', '{name}', '{"return": {"compute": {"street": "address.street"}, "select": ["street"]}}');
SELECT orm.update_where('Person', '{"where": {"age": {"gt": 0}}}', '{"address": {"$merge": {"the zip": "7"}}, "age": {"$inc": 1}}');
SELECT orm.update_where('Person', '{"where": {"age": {"gt": 0}}, "order_by": ["id"], "limit": 1}', '{"address": {"$merge": {"the zip": "8"}}}');
SELECT orm.update_where('Person', '{"where": {"id": 2}}', '{"address": {"$merge": {"$": "a"}}}', '{"a": {"the zip": "9", "since": null}}');
SELECT orm.update_where('Person', '{"where": {"id": 2}}', '{"address": {"$merge": {"$": "a"}}}', '{"a": {"tags": ["p"]}}');
SELECT orm.merge('Person', '{"id": 1, "home": {"$merge": {"the zip": "11"}}}');
SELECT orm.flush();
SELECT orm.save('Person', '{"id": 1, "pets": [{"id": 5, "place": {"street": "P"}}]}', '{"return": false}');
SELECT orm.update('Person', 1, '{"pets": {"$save": [{"id": 5, "place": {"$merge": {"the zip": "55"}}}]}}', '{"return": false}');
SELECT orm.update('Person', 1, '{"pets": {"$update": {"where": {"id": 5}, "set": {"place": {"$merge": {"since": "2025-05-05"}}}}}}', '{"return": false}');
SELECT * FROM people ORDER BY id;
SELECT * FROM pets;
CREATE FUNCTION move(id bigint, zip text) RETURNS json LANGUAGE orm AS 'update Person {"address": {"$merge": {"the zip": {"$": "zip"}}}} {"return": {"compute": {"z": "address.the zip"}, "select": ["z"]}}';
SELECT move(1, '77');
SELECT orm.validate('Person', '{"id": 1, "address": {"$merge": {"the zip": "12345"}}}');

-- errors
SELECT orm.update('Person', 1, '{"address": {"$merge": {"zipp": "1"}}}');
SELECT orm.update('Person', 1, '{"address": {"$merge": {"since": "soon"}}}');
SELECT orm.update('Person', 1, '{"address": {"$merge": {"the zip": "12345"}}}');
SELECT orm.update('Person', 1, '{"home": {"$merge": {"the zip": "0000"}}}');
SELECT orm.update('Person', 1, '{"address": {"$merge": [1]}}');
SELECT orm.update('Person', 1, '{"address": {"$merge": null}}');
SELECT orm.update('Person', 1, '{"address": {"$merge": {}, "street": "x"}}');
SELECT orm.update('Person', 1, '{"name": {"$merge": {}}}');
SELECT orm.update('Person', 1, '{"address": {"$inc": 1}}');
SELECT orm.create('Person', '{"id": 3, "address": {"$merge": {"street": "x"}}}');
SELECT orm.save('Person', '[{"id": 1}, {"id": 3, "address": {"$merge": {"street": "x"}}}]');
SELECT orm.update_where('Person', '{"where": {}}', '{"address": {"$merge": {"zipp": "1"}}}');
SELECT orm.update_where('Person', '{"where": {}}', '{"address": {"$merge": {"$": "a"}}}', '{"a": [1]}');

DROP SCHEMA patch_members CASCADE;
