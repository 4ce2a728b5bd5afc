-- Unique values that a row gives up by a statement the taker's does not know of: 23505, and nothing is written.  Where
-- plain SQL in deferred constraints stores it, docs/limits.md says so; the neighbours of each case are stored.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA corner_unique_limits;
SET search_path = corner_unique_limits;
CREATE TABLE rows (id int PRIMARY KEY, nick text UNIQUE, code text UNIQUE, no int NOT NULL UNIQUE, parent_id int UNIQUE REFERENCES rows, boss_id int REFERENCES rows);
CREATE TABLE copy (LIKE rows, PRIMARY KEY (id), UNIQUE (nick) DEFERRABLE INITIALLY DEFERRED, UNIQUE (code) DEFERRABLE INITIALLY DEFERRED, UNIQUE (no) DEFERRABLE INITIALLY DEFERRED, UNIQUE (parent_id) DEFERRABLE INITIALLY DEFERRED);
SELECT count(*) > 0 AS mapped FROM orm.map('rows', 'LRow', orm.belongs_to('parent', 'LRow', foreign_key => 'parent_id', back_populates => 'child'), orm.has_one('child', 'LRow', foreign_key => 'parent_id', back_populates => 'parent'),
    orm.belongs_to('boss', 'LRow', foreign_key => 'boss_id', back_populates => 'staff'), orm.has_many('staff', 'LRow', foreign_key => 'boss_id', back_populates => 'boss', cascade => 'all, delete-orphan'));
-- What a call makes of rows that are made anew, compared with plain SQL in deferred constraints; how it ends where it fails
CREATE FUNCTION try(call text, plain text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    hint text; result text := 'stored'; differs text;
BEGIN
    DELETE FROM rows;
    DELETE FROM copy;
    INSERT INTO rows VALUES (1, 'a', 'k', 1, NULL, NULL), (2, 'b', 'l', 2, NULL, NULL), (3, 'c', 'm', 3, 2, 2);
    INSERT INTO copy SELECT * FROM rows;
    BEGIN
        EXECUTE 'SELECT orm.' || call;
        EXECUTE plain;
        SET CONSTRAINTS ALL IMMEDIATE;
    EXCEPTION WHEN unique_violation OR not_null_violation THEN
        GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
        result := concat_ws(' ', SQLSTATE, SQLERRM, nullif(hint, ''));
    END;
    SET CONSTRAINTS ALL DEFERRED;
    SELECT string_agg(r::text, ' ' ORDER BY r::text) INTO differs FROM ((TABLE rows EXCEPT TABLE copy) UNION ALL (TABLE copy EXCEPT TABLE rows)) r;
    RETURN NEXT call;
    RETURN NEXT '  ' || result || coalesce(', but ' || differs, '');
END $$;

\echo # the child of a has_one without a key, whose owner is named by the primary key
SELECT try(format('%s, ''{"id": 2, "nick": "c", "child": {%s"nick": "x"}}'')', verb, key), $$UPDATE copy SET nick = 'c' WHERE id = 2; UPDATE copy SET nick = 'x' WHERE id = 3$$) FROM (VALUES (1, 'save(''LRow''')) v (n, verb), unnest(ARRAY['', '"id": 3, ']) key;
SELECT try('save(''LRow'', ''{"id": 1, "nick": "c", "boss": {"id": 2, "child": {"nick": "x"}}}'')', $$UPDATE copy SET nick = 'c', boss_id = 2 WHERE id = 1; UPDATE copy SET nick = 'x' WHERE id = 3$$);
SELECT try(format('save(''LRow'', %L)', d), p), orm.validate('LRow', d::orm.document) FROM (VALUES ('{"id": 2, "nick": "c", "child": {"nick": "b"}}', $$UPDATE copy SET nick = 'c' WHERE id = 2; UPDATE copy SET nick = 'b' WHERE id = 3$$),
    ('{"id": 2, "nick": "c", "child": {"no": 6}}', $$UPDATE copy SET nick = 'c' WHERE id = 2; UPDATE copy SET no = 6 WHERE id = 3$$)) v (d, p);
SELECT try('save(''LRow'', ''[{"id": 2, "child": {"nick": "x"}}, {"id": 3, "nick": "y", "parent": null}]'')', 'SELECT 1');
\echo # the same, whose owner is found by another key, or with rows that go
SELECT try('upsert(''LRow'', ''{"code": "l", "nick": "c", "child": {"nick": "x"}}'', ''{code}'')', $$UPDATE copy SET nick = 'c' WHERE id = 2; UPDATE copy SET nick = 'x' WHERE id = 3$$);
SELECT try('upsert(''LRow'', ''{"code": "l", "nick": "a", "child": {"code": "x"}}'', ''{code}'')', $$UPDATE copy SET nick = 'a' WHERE id = 2; UPDATE copy SET code = 'x' WHERE id = 3$$);
SELECT try('save(''LRow'', ''{"id": 2, "nick": "c", "child": {"nick": "x"}, "staff": {"$set": [3]}}'')', $$UPDATE copy SET nick = 'c' WHERE id = 2; UPDATE copy SET nick = 'x' WHERE id = 3$$);
SELECT try('upsert(''LRow'', ''{"id": 9, "code": "q", "no": 1, "child": {"no": 2}}'', ''{code}'')', $$SELECT 1$$);
\echo # rows that $set leaves out of a collection, whose owner is found by another key when it is written
SELECT try('upsert(''LRow'', ''{"code": "l", "nick": "c", "staff": {"$set": []}}'', ''{code}'')', $$UPDATE copy SET nick = 'c' WHERE id = 2; DELETE FROM copy WHERE id = 3$$);
SELECT try('upsert(''LRow'', ''{"code": "l", "nick": "c", "staff": {"$delete": [3]}}'', ''{code}'')', $$UPDATE copy SET nick = 'c' WHERE id = 2; DELETE FROM copy WHERE id = 3$$);
SELECT try('upsert(''LRow'', ''{"code": "l", "staff": {"$set": [{"id": 9, "no": 9, "nick": "c"}]}}'', ''{code}'')', $$DELETE FROM copy WHERE id = 3; INSERT INTO copy (id, no, nick, boss_id) VALUES (9, 9, 'c', 2)$$);
SELECT try('save(''LRow'', ''{"id": 2, "nick": "c", "staff": {"$set": []}}'')', $$UPDATE copy SET nick = 'c' WHERE id = 2; DELETE FROM copy WHERE id = 3$$);
\echo # what a later pass of a changeset writes below its roots
SELECT try('flush(''{"add": [{"model": "LRow", "object": {"id": 8, "no": 8, "nick": "c"}}], "merge": [{"model": "LRow", "object": {"id": 2, "child": {"nick": "z"}}}]}'')', $$UPDATE copy SET nick = 'z' WHERE id = 3; INSERT INTO copy (id, no, nick) VALUES (8, 8, 'c')$$);
SELECT try('flush(''{"add": [{"model": "LRow", "object": {"id": 8, "no": 8, "nick": "c"}}], "merge": [{"model": "LRow", "object": {"id": 2, "child": {"id": 3, "nick": "z"}}}]}'')', $$UPDATE copy SET nick = 'z' WHERE id = 3; INSERT INTO copy (id, no, nick) VALUES (8, 8, 'c')$$);
SELECT try('flush(''{"add": [{"model": "LRow", "object": {"id": 8, "no": 8, "parent": 2}}], "merge": [{"model": "LRow", "object": {"id": 3, "parent": {"id": 1}}}]}'')', $$UPDATE copy SET parent_id = 1 WHERE id = 3; INSERT INTO copy (id, no, parent_id) VALUES (8, 8, 2)$$);
\echo # over a column that cannot be NULL, from the statement of a parent to that of its child; orm.validate says so
SELECT try(format('save(''LRow'', %L)', d), p), orm.validate('LRow', d::orm.document) FROM (VALUES ('{"id": 2, "no": 3, "staff": [{"id": 3, "no": 6}]}', $$UPDATE copy SET no = 3 WHERE id = 2; UPDATE copy SET no = 6 WHERE id = 3$$),
    ('[{"id": 2, "no": 3}, {"id": 3, "no": 6}]', $$UPDATE copy SET no = 3 WHERE id = 2; UPDATE copy SET no = 6 WHERE id = 3$$),
    ('{"id": 3, "no": 6, "staff": [{"id": 2, "no": 3}]}', $$UPDATE copy SET no = 6 WHERE id = 3; UPDATE copy SET no = 3, boss_id = 3 WHERE id = 2$$)) v (d, p);
DROP SCHEMA corner_unique_limits CASCADE;
