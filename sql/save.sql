-- orm.save: insert or update by primary key.
-- Oracle: what hand-written INSERTs and UPDATEs leave in a twin table.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA save_test;
SET search_path = save_test;

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

-- a key that the database numbers: with it an update, without it an insert
CREATE TABLE people (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    age int DEFAULT 18,
    shout text GENERATED ALWAYS AS (upper(name)) STORED,
    number int GENERATED ALWAYS AS IDENTITY);
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.people', 'Person');
SELECT orm.save('Person', '{"name": "Ann"}'), orm.save('Person', '{"id": null, "name": "Bob", "age": null}');
SELECT orm.save('Person', '{"id": 1, "age": 30}'), orm.save('Person', '{"id": 2, "name": "Rob"}');
SELECT orm.save('Person', '[{"id": 2, "age": 41}, {"name": "Cid"}, {"id": 1, "age": 30}, {"name": "Dan", "age": 1}]');
SELECT orm.save('Person', '{"id": 1}'), orm.save('Person', '[]');
SELECT refused($$SELECT orm.save('Person', '{"id": 99, "name": "x"}')$$);
SELECT refused($$SELECT orm.save('Person', '[{"id": 1, "name": "x"}, {"name": "new"}, {"id": 99, "name": "x"}]')$$);
SELECT count(*) FROM people WHERE name IN ('x', 'new');

-- what came out goes in again, and nothing is written
SELECT json_agg(p ORDER BY id) AS objects, string_agg(ctid::text, ' ' ORDER BY id) AS versions FROM people p \gset
SELECT orm.save('Person', :'objects') AS again \gset
SELECT :'again'::jsonb = :'objects' AS the_same, :'versions' = string_agg(ctid::text, ' ' ORDER BY id) AS unwritten FROM people;

-- a key of one's own: inserted when it is not there
CREATE TABLE codes (code text PRIMARY KEY, n int NOT NULL, note text DEFAULT 'none');
CREATE TABLE twin (LIKE codes INCLUDING ALL);
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.codes', 'Code');
SELECT orm.save('Code', '{"code": "a", "n": 1}'), orm.save('Code', '{"code": "a", "n": 2}'), orm.save('Code', '{"code": "a", "n": 2}');
SELECT orm.save('Code', '[{"code": "b", "n": 1}, {"code": "a", "n": 3, "note": null}, {"code": "c", "n": 1, "note": "x"}, {"code": "d", "n": 5}]');
INSERT INTO twin VALUES ('b', 1, 'none'), ('a', 3, NULL), ('c', 1, 'x'), ('d', 5, 'none');
-- an attribute that a new row must have is missing: there are rows to update all the same
SELECT orm.save('Code', '{"code": "a", "note": "only the note"}');
SELECT orm.save('Code', '[{"code": "c", "note": "y"}, {"code": "d", "n": 6}, {"code": "b", "note": "z"}]');
SELECT refused($$SELECT orm.save('Code', '[{"code": "a", "note": "q"}, {"code": "new", "note": "y"}]')$$);
UPDATE twin SET note = 'only the note' WHERE code = 'a';
UPDATE twin SET note = 'y' WHERE code = 'c';
UPDATE twin SET n = 6 WHERE code = 'd';
UPDATE twin SET note = 'z' WHERE code = 'b';
SELECT count(*) AS different FROM (TABLE codes EXCEPT TABLE twin) d;
-- unchanged rows are not written, whichever way they go
SELECT string_agg(ctid::text, ' ' ORDER BY code) AS versions FROM codes \gset
SELECT orm.save('Code', '[{"code": "a", "n": 3}, {"code": "b", "n": 1}]') IS NOT NULL AS by_conflict,
       orm.save('Code', '[{"code": "a", "note": "only the note"}, {"code": "b"}]') IS NOT NULL AS by_update,
       orm.save('Code', '{"code": "d", "n": 6}') IS NOT NULL AS one;
SELECT :'versions' = string_agg(ctid::text, ' ' ORDER BY code) AS unwritten FROM codes;
-- only the key
SELECT orm.save('Code', '{"code": "b"}');
CREATE TABLE members (a int, b int, PRIMARY KEY (a, b));
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.members', 'Member');
SELECT orm.save('Member', '[{"a": 1, "b": 1}, {"b": 2, "a": 1}]'), orm.save('Member', '{"a": 1, "b": 1}');
SELECT orm.save('Member', '[{"a": 1, "b": 3}, {"b": 2, "a": 1}]');
SELECT count(*) FROM members;

-- one key twice
SELECT refused($$SELECT orm.save('Code', '[{"code": "e", "n": 1}, {"code": "f", "n": 1}, {"code": "e", "n": 2}]')$$);
SELECT refused($$SELECT orm.save('Person', '[{"id": 1}, {"name": "x"}, {"id": 1}]')$$);
SELECT refused($$SELECT orm.save('Member', '[{"a": 7, "b": 1}, {"a": 8, "b": 1}, {"b": 1, "a": 7}]')$$);

-- generated columns are passed over, wrong ones not
SELECT orm.save('Person', '{"id": 1, "shout": "passed over", "number": 100, "age": 33}');
SELECT orm.save('Person', '{"name": "Eve", "shout": "passed over", "number": 100}') ->> 'shout' AS shout;
SELECT refused($$SELECT orm.save('Person', '{"id": 1, "shuot": "x"}')$$);
SELECT refused($$SELECT orm.save('Person', '{"id": "one"}')$$);
SELECT refused($$SELECT orm.save('Person', '{}', '{"on_conflict": "update"}')$$);
SELECT refused($$SELECT orm.save('Person', '{}')$$);
SELECT orm.save('Code', '[{"code": "a", "n": 10}, {"code": "g", "n": 10}]', '{"return": false}');
SELECT orm.save('Code', '[{"code": "a", "note": "silent"}, {"code": "b", "note": "silent"}]', '{"return": false}');
SELECT orm.save('Person', '[{"id": 1, "age": 60}, {"name": "Fay"}]', '{"return": false}');
SELECT * FROM codes ORDER BY code;
SELECT id, age FROM people WHERE age = 60 OR name = 'Fay' ORDER BY id;

-- a part of the key has a default
CREATE TABLE lines (order_id int, line int DEFAULT 1, item text, PRIMARY KEY (order_id, line));
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.lines', 'Line');
SELECT orm.save('Line', '[{"order_id": 1, "item": "x"}, {"order_id": 1, "line": 2, "item": "y"}, {"order_id": 2, "item": "z"}]');
SELECT orm.save('Line', '{"order_id": 1, "line": 2, "item": "yy"}');

-- checks, triggers and policies see no half rows
CREATE TABLE checked (
    id text PRIMARY KEY, a int, b int, seen text DEFAULT 'insert',
    CHECK (a IS NOT NULL OR b IS NOT NULL));
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.checked', 'Checked');
SELECT orm.save('Checked', '{"id": "x", "a": 1}'), orm.save('Checked', '{"id": "x", "seen": "update"}');
SELECT refused($$SELECT orm.save('Checked', '{"id": "y", "seen": "half"}')$$);
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.seen := 'trigger';
    IF NEW.b = 66 THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mark BEFORE INSERT ON checked FOR EACH ROW EXECUTE FUNCTION mark();
SELECT orm.save('Checked', '[{"id": "x", "a": 2, "b": 2}, {"id": "z", "a": 2, "b": 2}]');
SELECT refused($$SELECT orm.save('Checked', '[{"id": "x", "a": 2, "b": 2}, {"id": "w", "a": 2, "b": 66}]')$$);
DROP TRIGGER mark ON checked;
ALTER TABLE checked DROP CONSTRAINT checked_check, ADD COLUMN owner text DEFAULT 'nobody';
ALTER TABLE checked ENABLE ROW LEVEL SECURITY;
CREATE ROLE regress_orm_save;
GRANT USAGE ON SCHEMA save_test TO regress_orm_save;
GRANT SELECT, INSERT, UPDATE ON checked TO regress_orm_save;
CREATE POLICY own ON checked USING (owner = current_user);
INSERT INTO checked (id, owner) VALUES ('own', 'regress_orm_save');
SET ROLE regress_orm_save;
SELECT orm.save('Checked', '{"id": "own", "a": 5}');
SELECT orm.save('Checked', '{"id": "new", "owner": "regress_orm_save"}');
SELECT refused($$SELECT orm.save('Checked', '{"id": "new2", "a": 1}')$$);
SELECT refused($$SELECT orm.save('Checked', '{"id": "x", "owner": "regress_orm_save"}')$$);
RESET ROLE;

-- keys that are equal and look different
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE words (word text COLLATE any_case PRIMARY KEY, n numeric(4,1), m int);
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.words', 'Word');
SELECT orm.save('Word', '[{"word": "One", "n": 1}, {"word": "Two", "n": 2}, {"word": "Six", "n": 6}]');
SELECT orm.save('Word', '[{"word": "SIX", "n": 6.0}, {"word": "ONE", "n": 1.5}, {"word": "three", "n": 3}, {"word": "two", "n": "2"}]');
SELECT refused($$SELECT orm.save('Word', '[{"word": "four", "n": 6}, {"word": "FOUR", "n": 1.5}]')$$);

-- types that unnest would take apart
CREATE TYPE point3 AS (x int, y int);
CREATE TABLE shapes (id text PRIMARY KEY, corners point3[], at point3, sizes int[]);
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.shapes', 'Shape');
SELECT orm.save('Shape', '[{"id": "a", "corners": [{"x": 1, "y": 2}], "at": {"x": 0, "y": 0}, "sizes": [1, 2]},
                           {"id": "b", "corners": [], "at": null, "sizes": [[1, 2], [3, 4]]}]');
SELECT orm.save('Shape', '[{"id": "b", "sizes": [1]}, {"id": "a", "sizes": [1, 2]}]');

-- a table without a key, and views
CREATE TABLE keyless (a int);
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.keyless', 'Keyless');
SELECT refused($$SELECT orm.save('Keyless', '{"a": 1}')$$);
CREATE VIEW some_codes AS SELECT code, n FROM codes;
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.some_codes', 'SomeCode', orm.primary_key('code'));
SELECT orm.save('SomeCode', '[{"code": "a", "n": 11}, {"code": "v", "n": 1}, {"code": "b", "n": 1}]');
SELECT orm.save('SomeCode', '{"code": "v", "n": 2}'), orm.save('SomeCode', '{"code": "w", "n": 2}');

-- partitions
CREATE TABLE parts (region text, id int, v int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE parts_north PARTITION OF parts FOR VALUES IN ('north');
CREATE TABLE parts_south PARTITION OF parts FOR VALUES IN ('south');
SELECT count(*) > 0 AS mapped FROM orm.map('save_test.parts', 'Part');
SELECT orm.save('Part', '[{"region": "south", "id": 1, "v": 1}, {"region": "north", "id": 1, "v": 2}, {"region": "south", "id": 2, "v": 3}]');
SELECT orm.save('Part', '[{"region": "north", "id": 1, "v": 2}, {"region": "north", "id": 2, "v": 2}, {"region": "south", "id": 2, "v": 4}]');

SET client_min_messages = warning;
DROP SCHEMA save_test CASCADE;
DROP ROLE regress_orm_save;
