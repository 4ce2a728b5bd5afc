-- Unique values that rows hand over to each other in different statements of one call: of another depth, intent or
-- table row removed.  What is stored is what plain SQL stores in a copy whose constraints are deferred.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY terse
CREATE SCHEMA corner_unique_waves;
SET search_path = corner_unique_waves;
CREATE TABLE rows (id int PRIMARY KEY, nick text UNIQUE, list int, pos int, code text, no int NOT NULL, tag text UNIQUE, word text, twice text GENERATED ALWAYS AS (word || word) STORED,
    during int4range, parent_id int REFERENCES rows, UNIQUE (list, pos), UNIQUE NULLS NOT DISTINCT (code), UNIQUE (no), UNIQUE (twice), EXCLUDE USING gist (during WITH &&));
CREATE UNIQUE INDEX ON rows (lower(word));
CREATE TABLE named (id int PRIMARY KEY, tag text REFERENCES rows (tag) ON UPDATE CASCADE);
CREATE TABLE copy (LIKE rows, PRIMARY KEY (id), UNIQUE (nick) DEFERRABLE INITIALLY DEFERRED, UNIQUE (list, pos) DEFERRABLE INITIALLY DEFERRED, UNIQUE NULLS NOT DISTINCT (code) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (no) DEFERRABLE INITIALLY DEFERRED, UNIQUE (tag) DEFERRABLE INITIALLY DEFERRED, EXCLUDE USING gist (during WITH &&) DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE copy DROP COLUMN twice;
SELECT count(*) > 0 AS mapped FROM orm.map('corner_unique_waves.rows', 'WRow', orm.belongs_to('parent', 'WRow'), orm.has_many('children', 'WRow'));
-- What a call makes of rows that are made anew for it, against plain SQL; how it ends where it fails
CREATE FUNCTION try(call text, plain text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text; result text := 'the same'; other text := 'the same';
BEGIN
    DELETE FROM named;
    DELETE FROM rows;
    DELETE FROM copy;
    INSERT INTO rows VALUES (1, 'a', 1, 1, 'k', 1, 's', 'Ape', DEFAULT, '[1,5)', NULL), (2, 'b', 1, 2, 'l', 2, 't', 'Bee', DEFAULT, '[5,9)', NULL), (3, 'c', 2, 1, 'm', 3, 'u', 'Cat', DEFAULT, '[9,12)', 2);
    INSERT INTO named VALUES (1, 's');
    INSERT INTO copy SELECT id, nick, list, pos, code, no, tag, word, during, parent_id FROM rows;
    BEGIN
        EXECUTE 'SELECT orm.' || call;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
        result := SQLSTATE || ' ' || hint;
    END;
    BEGIN
        EXECUTE plain;
        SET CONSTRAINTS ALL IMMEDIATE;
    EXCEPTION WHEN OTHERS THEN
        other := SQLSTATE;
    END;
    SET CONSTRAINTS ALL DEFERRED;
    IF result <> 'the same' OR other <> 'the same' THEN RETURN concat_ws(' and plain SQL: ', result, nullif(other, 'the same')); END IF;
    RETURN coalesce((SELECT string_agg(r::text, ' ' ORDER BY r::text) FROM (
        (SELECT id, nick, list, pos, code, no, tag, word, during, parent_id FROM rows EXCEPT SELECT * FROM copy) UNION ALL
        (SELECT * FROM copy EXCEPT SELECT id, nick, list, pos, code, no, tag, word, during, parent_id FROM rows)) r), result);
END $$;

\echo # the giver waits for its parent, or is nested in the taker
SELECT try('save(''WRow'', ''[{"id": 2, "nick": "a"}, {"id": 1, "nick": "x", "parent": {"id": 9, "no": 9}}]'')', $$INSERT INTO copy (id, no) VALUES (9, 9); UPDATE copy SET nick = 'a' WHERE id = 2; UPDATE copy SET nick = 'x', parent_id = 9 WHERE id = 1$$);
SELECT try('update(''WRow'', 2, ''{"nick": "a", "children": [{"id": 1, "nick": "x"}]}'')', $$UPDATE copy SET nick = 'a' WHERE id = 2; UPDATE copy SET nick = 'x', parent_id = 2 WHERE id = 1$$);
SELECT try('save(''WRow'', ''{"id": 2, "nick": "a", "children": [{"id": 1, "nick": null}]}'')', $$UPDATE copy SET nick = 'a' WHERE id = 2; UPDATE copy SET nick = NULL, parent_id = 2 WHERE id = 1$$);
\echo # the taker is new
SELECT verb, try(format('%s(''WRow'', ''{"id": 7, "no": 7, "nick": "a", "code": "l", "children": [{"id": 1, "nick": "x"}, {"id": 2, "code": "y"}]}''%s)', verb, more),
    $$INSERT INTO copy (id, no, nick, code) VALUES (7, 7, 'a', 'l'); UPDATE copy SET nick = 'x', parent_id = 7 WHERE id = 1; UPDATE copy SET code = 'y', parent_id = 7 WHERE id = 2$$)
FROM (VALUES ('create', ''), ('save', ''), ('upsert', ', ''{id}''')) v (verb, more);
SELECT try('upsert(''WRow'', ''{"code": "z", "id": 7, "no": 7, "nick": "a", "children": [{"id": 1, "nick": "x"}]}'', ''{code}'')', $$INSERT INTO copy (id, no, code, nick) VALUES (7, 7, 'z', 'a'); UPDATE copy SET nick = 'x', parent_id = 7 WHERE id = 1$$);
SELECT try('update(''WRow'', 3, ''{"children": [{"$connect_or_create": {"id": 7, "no": 7, "code": "z", "during": "[1,3)"}}, {"id": 1, "during": "[3,5)"}]}'')', $$INSERT INTO copy (id, no, code, during, parent_id) VALUES (7, 7, 'z', '[1,3)', 3); UPDATE copy SET during = '[3,5)', parent_id = 3 WHERE id = 1$$);
\echo # exchanges, over one statement and several
SELECT try('save(''WRow'', ''{"id": 2, "nick": "a", "children": [{"id": 1, "nick": "b"}]}'')', $$UPDATE copy SET nick = 'a' WHERE id = 2; UPDATE copy SET nick = 'b', parent_id = 2 WHERE id = 1$$);
SELECT try('save(''WRow'', ''{"id": 1, "nick": "b", "children": [{"id": 2, "nick": "c", "children": [{"id": 3, "nick": "a"}]}]}'')', $$UPDATE copy SET nick = 'b' WHERE id = 1; UPDATE copy SET nick = 'c', parent_id = 1 WHERE id = 2; UPDATE copy SET nick = 'a', parent_id = 2 WHERE id = 3$$);
SELECT try('save(''WRow'', ''[{"id": 1, "nick": "b"}, {"id": 2, "nick": "c", "children": [{"id": 3, "nick": "a"}]}]'')', $$UPDATE copy SET nick = 'b' WHERE id = 1; UPDATE copy SET nick = 'c' WHERE id = 2; UPDATE copy SET nick = 'a', parent_id = 2 WHERE id = 3$$);
\echo # keys of several columns, one of them the reference; expressions; generated columns; ranges, from two rows
SELECT try('save(''WRow'', ''{"id": 3, "list": 1, "pos": 2, "children": [{"id": 2, "pos": 3}, {"id": 1, "pos": 5}]}'')', $$UPDATE copy SET list = 1, pos = 2 WHERE id = 3; UPDATE copy SET pos = 3, parent_id = 3 WHERE id = 2; UPDATE copy SET pos = 5, parent_id = 3 WHERE id = 1$$);
SELECT try('save(''WRow'', ''{"id": 2, "word": "ape", "children": [{"id": 1, "word": "BEE"}]}'')', $$UPDATE copy SET word = 'ape' WHERE id = 2; UPDATE copy SET word = 'BEE', parent_id = 2 WHERE id = 1$$);
SELECT try('save(''WRow'', ''{"id": 3, "during": "[2,7)", "children": [{"id": 1, "during": "[1,2)"}, {"id": 2, "during": "[7,12)"}]}'')', $$UPDATE copy SET during = '[2,7)' WHERE id = 3; UPDATE copy SET during = '[1,2)', parent_id = 3 WHERE id = 1; UPDATE copy SET during = '[7,12)', parent_id = 3 WHERE id = 2$$);
\echo # NULLs that are not distinct: while one row has NULL, no other can
SELECT try('save(''WRow'', ''{"id": 2, "code": "k", "children": [{"id": 1, "code": "x"}, {"id": 3, "code": "y"}]}'')', $$UPDATE copy SET code = 'k' WHERE id = 2; UPDATE copy SET code = 'x', parent_id = 2 WHERE id = 1; UPDATE copy SET code = 'y', parent_id = 2 WHERE id = 3$$);
SELECT try('save(''WRow'', ''[{"id": 5, "no": 5}, {"id": 2, "code": "k", "children": [{"id": 1, "code": "x"}]}]'')', $$INSERT INTO copy (id, no) VALUES (5, 5); UPDATE copy SET code = 'k' WHERE id = 2; UPDATE copy SET code = 'x', parent_id = 2 WHERE id = 1$$);
\echo # removed rows, whose owner is found when it is written
SELECT try('upsert(''WRow'', ''[{"code": "l", "nick": "c", "children": {"$delete": [{"id": 3}]}}]'', ''{code}'')', $$UPDATE copy SET nick = 'c' WHERE id = 2; DELETE FROM copy WHERE id = 3$$);
\echo # the unit of work and changesets
SELECT try('flush(''{"merge": [{"model": "WRow", "object": {"id": 2, "nick": "a"}}, {"model": "WRow", "object": {"id": 1, "nick": "x", "children": [{"id": 3, "nick": "b"}]}}]}'')', $$UPDATE copy SET nick = 'a' WHERE id = 2; UPDATE copy SET nick = 'x' WHERE id = 1; UPDATE copy SET nick = 'b', parent_id = 1 WHERE id = 3$$);
SELECT try('flush(''{"add": [{"model": "WRow", "object": {"id": 7, "no": 7, "nick": "a", "code": "k"}}], "merge": [{"model": "WRow", "object": {"id": 1, "nick": "x", "parent": {"id": 8, "no": 8, "code": "y"}}}, {"model": "WRow", "object": {"id": 1, "code": "z"}}]}'')', $$INSERT INTO copy (id, no, nick, code) VALUES (7, 7, 'a', 'k'), (8, 8, NULL, 'y'); UPDATE copy SET nick = 'x', code = 'z', parent_id = 8 WHERE id = 1$$);
SELECT try(format('%s; SELECT orm.%s; SELECT orm.flush()', 'merge(''WRow'', ''{"id": 2, "nick": "a"}'')', 'merge(''WRow'', ''{"id": 3, "children": [{"id": 1, "nick": "x"}]}'')'), $$UPDATE copy SET nick = 'a' WHERE id = 2; UPDATE copy SET nick = 'x', parent_id = 3 WHERE id = 1$$);
\echo # what cannot be NULL meanwhile: a column, the operand of a patch, a key that others follow
SELECT try('save(''WRow'', ''{"id": 2, "no": 1, "children": [{"id": 1, "no": 6}]}'')', $$UPDATE copy SET no = 1 WHERE id = 2; UPDATE copy SET no = 6, parent_id = 2 WHERE id = 1$$);
SELECT try('save(''WRow'', ''{"id": 3, "list": 1, "children": [{"id": 1, "pos": {"$inc": 4}}]}'')', $$UPDATE copy SET list = 1 WHERE id = 3; UPDATE copy SET pos = 5, parent_id = 3 WHERE id = 1$$);
SELECT try('save(''WRow'', ''[{"id": 1, "pos": {"$inc": 1}}, {"id": 2, "pos": {"$inc": -1}}]'')', $$UPDATE copy SET pos = 3 - pos WHERE list = 1$$);
SELECT try('save(''WRow'', ''{"id": 2, "tag": "s", "children": [{"id": 1, "tag": "x"}]}'')', $$UPDATE copy SET tag = 's' WHERE id = 2; UPDATE copy SET tag = 'x', parent_id = 2 WHERE id = 1$$);
SELECT try('save(''WRow'', ''[{"id": 2, "tag": "s"}, {"id": 1, "tag": "t"}]'')', $$UPDATE copy SET tag = 's' WHERE id = 2; UPDATE copy SET tag = 't' WHERE id = 1$$), (SELECT tag FROM named) AS follows;
\echo # what nobody gives up, and what is given up to stay
SELECT try('save(''WRow'', ''{"id": 2, "nick": "c", "children": [{"id": 1, "pos": 7}]}'')', $$UPDATE copy SET nick = 'c' WHERE id = 2$$);
SELECT try('save(''WRow'', ''{"id": 2, "nick": "c", "children": [{"id": 1, "nick": "x"}]}'')', $$UPDATE copy SET nick = 'c' WHERE id = 2$$);
SELECT try('save(''WRow'', ''{"id": 2, "nick": "a", "children": [{"id": 1, "nick": "a"}]}'')', $$UPDATE copy SET nick = 'a' WHERE id = 2$$);
\echo # a row that is written already is not touched again, though another place of the document names it
SELECT try('save(''WRow'', ''{"id": 1, "nick": "x", "children": [{"id": 2, "nick": "c", "children": [{"id": 3, "nick": "y", "children": [{"id": 1, "nick": "x"}]}]}]}'')', $$UPDATE copy SET nick = 'x', parent_id = 3 WHERE id = 1; UPDATE copy SET nick = 'c', parent_id = 1 WHERE id = 2; UPDATE copy SET nick = 'y', parent_id = 2 WHERE id = 3$$);
\echo # a check, a policy: who refuses NULL cannot be passed over
ALTER TABLE rows ADD CHECK (nick IS NOT NULL OR id <> 1);
SELECT try('save(''WRow'', ''{"id": 2, "nick": "a", "children": [{"id": 1, "nick": "x"}]}'')', 'UPDATE copy SET id = id');
SELECT try('save(''WRow'', ''{"id": 3, "nick": "b", "children": [{"id": 1, "nick": "x"}, {"id": 2, "nick": "y"}]}'')', $$UPDATE copy SET nick = 'b' WHERE id = 3; UPDATE copy SET nick = 'x', parent_id = 3 WHERE id = 1; UPDATE copy SET nick = 'y', parent_id = 3 WHERE id = 2$$);
\echo # columns of a partition may have other numbers
CREATE TABLE parts (gone int, id int, nick text, parent_id int, PRIMARY KEY (id), UNIQUE (id, nick)) PARTITION BY RANGE (id);
ALTER TABLE parts DROP COLUMN gone;
CREATE TABLE part (parent_id int, nick text UNIQUE, id int NOT NULL);
ALTER TABLE parts ATTACH PARTITION part DEFAULT;
ALTER TABLE parts ADD FOREIGN KEY (parent_id) REFERENCES parts;
SELECT count(*) > 0 AS mapped FROM orm.map('corner_unique_waves.parts', 'WPart', orm.belongs_to('parent', 'WPart'), orm.has_many('children', 'WPart'));
INSERT INTO parts VALUES (1, 'a'), (2, 'b');
SELECT orm.save('WPart', '[{"id": 1, "nick": "b"}, {"id": 2, "nick": "a"}]');
SELECT orm.save('WPart', '{"id": 2, "nick": "b", "children": [{"id": 1, "nick": "x"}]}');
DROP SCHEMA corner_unique_waves CASCADE;
