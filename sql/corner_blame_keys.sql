-- Violated keys over expressions and generated columns, and domains that a patch breaks, name the place of the object.
CREATE SCHEMA corner_blame_keys;
SET search_path = corner_blame_keys;
SET client_min_messages = warning;
\set SHOW_CONTEXT never

CREATE FUNCTION place(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text; context text;
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION 'not refused'; -- which undoes it
EXCEPTION WHEN OTHERS THEN
    IF SQLERRM = 'not refused' THEN RETURN SQLERRM; END IF;
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws(' ', SQLSTATE, substring(detail FROM '^At .*'), substring(context FROM '(?n)^at .*'));
END $$;
CREATE DOMAIN amount AS int CHECK (VALUE >= 0);
CREATE DOMAIN settings AS jsonb CHECK (NOT VALUE ? 'bad');
CREATE TABLE houses (id int PRIMARY KEY, name text);
CREATE TABLE rooms (id int PRIMARY KEY, name text, site text DEFAULT 'main', code text GENERATED ALWAYS AS (site || '/' || name) STORED UNIQUE, first int, size amount DEFAULT 0, note settings,
    house_id int REFERENCES houses, EXCLUDE USING gist (int4range(first, first + 10) WITH &&) WHERE (first > 5));
CREATE UNIQUE INDEX rooms_name ON rooms (site, lower(name));
CREATE TABLE parts (id int PRIMARY KEY, name text, site text DEFAULT 'main', size amount) PARTITION BY RANGE (id);
CREATE TABLE part0 (size amount, gone int, site text DEFAULT 'main', name text, id int NOT NULL);
ALTER TABLE part0 DROP COLUMN gone;
ALTER TABLE parts ATTACH PARTITION part0 FOR VALUES FROM (0) TO (1000);
CREATE UNIQUE INDEX part0_name ON part0 (lower(name), site);
CREATE TABLE tags (id int PRIMARY KEY, name text);
CREATE TABLE houses_tags (house_id int REFERENCES houses, tag_id int REFERENCES tags, PRIMARY KEY (house_id, tag_id));
CREATE UNIQUE INDEX houses_tags_even ON houses_tags (house_id, (tag_id / 2));
SELECT count(*) > 0 AS mapped FROM orm.map('houses', 'House', orm.has_many('rooms', 'Room'), orm.many_to_many('tags', 'Tag', through => 'houses_tags'));
SELECT count(*) > 0 AS mapped FROM orm.map('tags', 'Tag');
SELECT count(*) > 0 AS mapped FROM orm.map('rooms', 'Room');
SELECT count(*) > 0 AS mapped FROM orm.map('parts', 'Part');
INSERT INTO rooms (id, name, first) VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 40);
INSERT INTO parts (id, name, size) VALUES (1, 'one', 0), (2, 'two', 0), (3, 'three', 0);
INSERT INTO tags SELECT i, 'tag' FROM generate_series(1, 5) i;

-- new rows, rows that exist, and both, in arrays and below another object
CREATE TABLE tried (n int GENERATED ALWAYS AS IDENTITY, model text, verb text, objects json);
INSERT INTO tried (model, verb, objects) VALUES
    ('Room', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "ONE"}, {"id": 13, "name": "y"}]'), ('Room', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "one"}, {"id": 13, "name": "y"}]'),
    ('Room', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "y"}, {"id": 13, "name": "X"}]'), ('Room', 'create', '[{"id": 11, "name": "x", "site": "main"}, {"id": 12, "name": "two", "site": "annex"}, {"id": 13, "name": "Two", "site": "main"}]'),
    ('Room', 'create', '[{"id": 11, "first": 90}, {"id": 12, "first": 45}, {"id": 13, "first": 110}]'), ('Room', 'create', '[{"id": 11, "first": 90}, {"id": 12, "first": 75}, {"id": 13, "first": 95}, {"id": 14, "first": 3}]'),
    ('Room', 'save', '[{"id": 11, "name": "x"}, {"id": 12, "name": "One"}]'), ('Room', 'save', '[{"id": 1, "name": "x"}, {"id": 2, "name": "THREE"}]'), ('Room', 'save', '[{"id": 1, "name": "x"}, {"id": 2, "name": "three"}]'),
    ('Room', 'save', '[{"id": 1, "name": "x"}, {"id": 11, "name": "y"}, {"id": 12, "name": "THREE"}]'), ('Room', 'save', '[{"id": 1, "first": 70}, {"id": 2, "first": 41}]'), ('Room', 'save', '[{"id": 1, "name": "two"}, {"id": 2, "name": "ONE"}]'),
    ('Room', 'save', '[{"id": 1, "size": {"$inc": 1}}, {"id": 2, "size": {"$inc": -5}}, {"id": 3, "size": {"$inc": 1}}]'), ('Room', 'save', '[{"id": 1, "size": {"$inc": -1}}, {"id": 2, "size": {"$inc": 5}}]'),
    ('Room', 'save', '[{"id": 1, "note": {"$merge": {"ok": 1}}}, {"id": 2, "note": {"$merge": {"bad": 1}}}]'), ('Room', 'save', '[{"id": 1, "size": 1, "first": {"$inc": 1}}, {"id": 2, "size": {"$inc": -5}}]'),
    ('Part', 'create', '[{"id": 11, "name": "x"}, {"id": 12, "name": "ONE"}, {"id": 13, "name": "y"}]'), ('Part', 'save', '[{"id": 11, "name": "x"}, {"id": 12, "name": "ONE"}, {"id": 13, "name": "y"}]'),
    ('Part', 'save', '[{"id": 1, "size": {"$inc": 1}}, {"id": 2, "size": {"$inc": -5}}, {"id": 3, "size": {"$inc": 1}}]');
SELECT model, verb, objects, place(format('SELECT orm.%s(%L, %L)', verb, model, objects)),
       CASE model WHEN 'Room' THEN place(format('SELECT orm.%s(%L, %L)', verb, 'House', json_build_object('id', 1, 'rooms', objects))) END AS nested FROM tried ORDER BY n;
SELECT place($$SELECT orm.create('House', '[{"id": 1, "tags": [1]}, {"id": 2, "tags": [1, 2, 3]}]')$$);
-- a call that catches the error goes on, with nothing written
DO $$ BEGIN PERFORM orm.create('Room', '[{"id": 11, "name": "x"}, {"id": 12, "name": "ONE"}]'); EXCEPTION WHEN unique_violation THEN PERFORM orm.create('Room', '[{"id": 11, "name": "x"}, {"id": 12, "name": "y"}]'); END $$;
SELECT id, name, site, size FROM rooms ORDER BY id;
-- an expression that fails when it is evaluated again says nothing of the row
CREATE FUNCTION refusing(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF $1 = 'y' AND current_setting('corner.refuse', true) = 'on' THEN RAISE 'refused'; END IF; PERFORM set_config('corner.refuse', 'on', false); RETURN upper($1); END $$;
CREATE UNIQUE INDEX tags_refusing ON tags (refusing(name)) WHERE id > 10;
SELECT set_config('corner.refuse', 'off', false) AS refuse, place($$SELECT orm.create('Tag', '[{"id": 11, "name": "a"}, {"id": 12, "name": "A"}, {"id": 13, "name": "y"}]')$$);

DROP SCHEMA corner_blame_keys CASCADE;
