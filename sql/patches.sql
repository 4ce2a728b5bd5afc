-- Values that say how a column changes: $inc, $mul, $append, $remove, $merge,
-- $unset.
SET client_min_messages = warning;
CREATE SCHEMA patches;
SET search_path = patches;
\set SHOW_CONTEXT never

CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
SELECT orm.model('Item', 'patches.items',
    orm.column('id',     'integer', primary_key => true),
    orm.column('name',   'text', is_unique => true),
    orm.column('small',  'smallint'),
    orm.column('n',      'integer', server_default => '5'),
    orm.column('big',    'bigint'),
    orm.column('real',   'double precision'),
    orm.column('price',  'numeric(8,2)'),
    orm.column('share',  'patches.percent'),
    orm.column('tags',   'text[]'),
    orm.column('sizes',  'integer[]'),
    orm.column('info',   'jsonb'),
    orm.column('raw',    'json'),
    orm.column('short',  'varchar(3)[]'),
    orm.column('day',    'date'));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO items (name, small, n, big, real, price, share, tags, sizes, info, raw)
    VALUES ('a', 1, 2, 3, 4.5, 10.50, 50, '{x,y,x,NULL}', '{1,2,3,2}',
        '{"a": 1, "b": {"c": [1, 2, 3], "d": null}, "l": [1, "x", 1]}', '[1, 2, {"k": 1}]'),
    ('none', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

\echo # numbers
SELECT orm.update('Item', 1, '{"small": {"$inc": 2}, "n": {"$inc": -5}, "big": {"$inc": 9007199254740993},
    "real": {"$mul": 2}, "price": {"$mul": "1.5"}, "share": {"$inc": 7}}');
\echo # NULL is 0 for $inc, and stays NULL for $mul
SELECT orm.update('Item', 2, '{"small": {"$inc": 2}, "n": {"$inc": -5}, "big": {"$mul": 3}, "price": {"$inc": 0.25},
    "share": {"$inc": 1}}');

\echo # arrays
SELECT orm.update('Item', 1, '{"tags": {"$append": ["z", null]}, "sizes": {"$remove": [2, 7]}}');
SELECT orm.update('Item', 1, '{"tags": {"$remove": ["x", null]}, "sizes": {"$remove": [1, 3]}}');
SELECT orm.update('Item', 2, '{"tags": {"$append": ["z"]}, "sizes": {"$remove": [2]}, "short": {"$append": ["abc"]}}');
SELECT tags, sizes, short FROM items ORDER BY id;

\echo # json
SELECT orm.update('Item', 1, '{"info": {"$merge": {"a": 2, "e": {"$value": 1}}}, "raw": {"$append": [3, null]}}') -> 'info' AS info;
SELECT orm.update('Item', 1, '{"info": {"$unset": [["b", "c", "1"], ["b", "d"], ["l", -1], ["nothing"]]}}') -> 'info' AS info;
SELECT orm.update('Item', 1, '{"info": {"$unset": []}, "raw": {"$remove": [{"k": 1}, 2]}}') -> 'raw' AS raw;
SELECT orm.update('Item', 2, '{"info": {"$merge": {"a": 1}}, "raw": {"$append": [[1]]}}') -> 'info' AS info;
SELECT orm.update('Item', 2, '{"info": {"$append": [7]}}') -> 'info' AS info;
\echo # an object that is not exactly one of ours is data
SELECT orm.update('Item', 2, '{"info": {"$inc": 1, "b": 2}}') -> 'info' AS info;
SELECT orm.update('Item', 2, '{"info": {"$value": {"$merge": {}}}}') -> 'info' AS info;

\echo # a row that stays as it is, is not written
CREATE TABLE before AS SELECT id, ctid AS version FROM items;
SELECT orm.update('Item', 1, '{"n": {"$inc": 0}, "tags": {"$append": []}, "sizes": {"$remove": [99]}, "info": {"$merge": {}}}') -> 'n' AS n;
SELECT count(*) AS written FROM items i JOIN before b USING (id) WHERE i.ctid IS DISTINCT FROM b.version;

\echo # domains over types of any kind
CREATE DOMAIN settings AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
CREATE DOMAIN scores AS numeric[] CHECK (cardinality(VALUE) < 4);
CREATE DOMAIN ratio AS numeric(6,2);
CREATE TABLE bounded (id int PRIMARY KEY, settings settings, scores scores, ratio ratio);
SELECT count(*) > 0 AS made FROM orm.map('patches.bounded', 'Bounded');
INSERT INTO bounded VALUES (1, '{"a": 1}', '{1.0,2}', 1.5), (2, NULL, NULL, NULL);
SELECT orm.update('Bounded', id, '{"settings": {"$merge": {"b": 2}}, "scores": {"$append": [3.50]}, "ratio": {"$inc": 1.111}}') FROM bounded ORDER BY id;
SELECT orm.update('Bounded', 1, '{"settings": {"$unset": [["a"]]}, "scores": {"$remove": ["1"]}, "ratio": {"$mul": 2}}');
SELECT orm.update('Bounded', 1, '{"scores": {"$append": [1, 2]}}');
SELECT orm.update('Bounded', 1, '{"settings": {"$append": [1]}}');
SELECT orm.save('Bounded', '[{"id": 1, "settings": {"$merge": {"c": 3}}}, {"id": 3, "settings": {"$merge": {"c": 3}}}]');

\echo # save and upsert: for a new object the operand is the value
SELECT orm.upsert('Item', '[{"name": "a", "n": {"$inc": 1}, "tags": {"$append": ["up"]}},
    {"name": "new", "n": {"$inc": 1}, "tags": {"$append": ["up"]}},
    {"name": "other", "n": 1}]', '{name}', '{"return": false}');
SELECT orm.save('Item', '[{"id": 1, "n": {"$inc": 100}, "info": {"$merge": {"saved": true}}},
    {"id": 2, "n": {"$inc": 100}, "info": {"$merge": {"saved": true}}}, {"id": 2000, "n": 1}]', '{"return": false}');
SELECT orm.save('Item', '[{"id": 1, "n": {"$inc": 100}}, {"id": 2, "n": {"$inc": 100}}, {"name": "third", "n": {"$inc": 3}}]', '{"return": false}');
SELECT name, n, tags FROM items ORDER BY name;
\echo # counting, twice in one transaction
BEGIN;
SELECT orm.update('Item', 1, '{"n": {"$inc": 1}}', '{"return": false}');
SELECT orm.update('Item', 1, '{"n": {"$inc": 1}}', '{"return": false}');
SELECT n FROM items WHERE id = 1;
ROLLBACK;

\echo # errors
SELECT orm.create('Item', '{"n": {"$inc": 1}}');
SELECT orm.save('Item', '{"id": 1, "n": {"$mul": 2}}');
SELECT orm.update('Item', 1, '{"id": {"$inc": 1}}');
SELECT orm.update('Item', 1, '{"name": {"$inc": 1}}');
SELECT orm.update('Item', 1, '{"day": {"$inc": 1}}');
SELECT orm.update('Item', 1, '{"n": {"$append": [1]}}');
SELECT orm.update('Item', 1, '{"n": {"$inc": null}}');
SELECT orm.update('Item', 1, '{"n": {"$inc": true}}');
SELECT orm.update('Item', 1, '{"n": {"$inc": "x"}}');
SELECT orm.update('Item', 1, '{"n": {"$inc": 2.5}}');
SELECT orm.update('Item', 1, '{"n": {"$inc": 1, "$mul": 2}}');
SELECT orm.update('Item', 1, '{"n": {"$incr": 1}}');
SELECT orm.update('Item', 1, '{"small": {"$inc": 32767}}');
SELECT orm.update('Item', 1, '{"share": {"$inc": 90}}');
SELECT orm.update('Item', 1, '{"price": {"$mul": 1000000}}');
SELECT orm.update('Item', 1, '{"tags": {"$append": "x"}}');
SELECT orm.update('Item', 1, '{"sizes": {"$remove": ["x"]}}');
SELECT orm.update('Item', 1, '{"short": {"$append": ["abcd"]}}');
SELECT orm.update('Item', 1, '{"info": {"$merge": [1]}}');
SELECT orm.update('Item', 1, '{"info": {"$unset": ["a"]}}');
SELECT orm.update('Item', 1, '{"info": {"$unset": [["a", null]]}}');
SELECT orm.update('Item', 1, '{"info": {"$remove": [1]}}');
UPDATE items SET sizes = '{{1,2},{3,4}}' WHERE id = 1;
SELECT orm.update('Item', 1, '{"sizes": {"$remove": [1]}}');

\echo # in nested objects: all of them, of a row that exists
CREATE TABLE patches.shelves (id integer PRIMARY KEY, n integer DEFAULT 1);
CREATE TABLE patches.labels (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n integer DEFAULT 1, shelf_id integer UNIQUE REFERENCES patches.shelves);
CREATE TABLE patches.parts (shelf_id integer REFERENCES patches.shelves, no integer, n integer DEFAULT 1, tags text[] DEFAULT '{a,b}', info jsonb DEFAULT '{"a": 1}', PRIMARY KEY (shelf_id, no));
SELECT count(*) > 0 AS mapped FROM orm.map('patches.shelves', 'Shelf', orm.has_many('parts', 'Part'), orm.has_one('label', 'Label'));
SELECT count(*) > 0 AS mapped FROM orm.map('patches.labels', 'Label', orm.belongs_to('shelf', 'Shelf'));
SELECT count(*) > 0 AS mapped FROM orm.map('patches.parts', 'Part', orm.belongs_to('shelf', 'Shelf'));
SELECT orm.create('Shelf', '[{"id": 1, "label": {"n": 3}, "parts": [{"no": 1, "n": 5}, {"no": 2}]}, {"id": 2}]', '{"return": false}');
SELECT orm.update('Shelf', 1, '{"label": {"n": {"$mul": 2}}, "parts": [{"no": 1, "n": {"$mul": 3}, "tags": {"$remove": ["a"]}}, {"no": 2, "n": {"$inc": 4}, "info": {"$unset": [["a"]]}}, {"no": 3, "n": {"$inc": 4}}]}', '{"action": true}');
SELECT orm.save('Part', '{"shelf_id": 1, "no": 1, "shelf": {"id": 1, "n": {"$mul": 7}}}');
SELECT orm.flush('{"merge": [{"model": "Shelf", "object": {"id": 1, "parts": [{"no": 2, "n": {"$mul": 0}}]}}]}');
SELECT * FROM patches.parts ORDER BY no;
SELECT orm.update('Shelf', 1, '{"parts": [{"no": 1, "n": 1}, {"no": 9, "n": {"$mul": 2}}]}');
SELECT orm.update('Shelf', 1, '{"parts": [{"n": {"$mul": 2}}]}');
SELECT orm.update('Shelf', 2, '{"label": {"n": {"$mul": 2}}}');
SELECT orm.create('Shelf', '{"id": 3, "label": {"n": {"$mul": 2}}}');
SELECT orm.update('Part', '(1,1)', '{"shelf": {"$connect_or_create": {"id": 1, "n": {"$mul": 2}}}}');
SELECT orm.validate('Shelf', '{"id": 1, "parts": [{"no": 1, "n": {"$mul": 2}}]}');
SELECT * FROM patches.parts ORDER BY no;

\echo # what it does is what SQL does, whatever operators the path holds
CREATE FUNCTION patches.evil(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT -1';
CREATE OPERATOR patches.+ (FUNCTION = patches.evil, LEFTARG = integer, RIGHTARG = integer);
SET search_path = patches, pg_catalog;
SELECT orm.update('Item', 2, '{"n": {"$inc": 1}}') -> 'n' AS n;
RESET search_path;
DROP SCHEMA patches CASCADE;
