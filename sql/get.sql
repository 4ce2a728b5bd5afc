-- orm.get: one object by primary key, in the caller's snapshot.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA get_test;
SET search_path = get_test;

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

CREATE TABLE people (id int PRIMARY KEY, name text, data jsonb, "Odd ""name""" int DEFAULT 1);
SELECT count(*) > 0 AS mapped FROM orm.map('get_test.people', 'Person');
INSERT INTO people SELECT i, 'p' || i, jsonb_build_object('i', i) FROM generate_series(1, 100) i;
SELECT count(*) AS different FROM people p WHERE orm.get('Person', id)::text IS DISTINCT FROM to_json(p)::text;
SELECT orm.get('Person', 1), orm.get('Person', 0), orm.get('Person', NULL);
SELECT provolatile, proparallel, proisstrict FROM pg_proc WHERE oid = 'orm.get(text, text, orm.document)'::regprocedure;
EXPLAIN (COSTS OFF) SELECT 1 WHERE orm.get('Person', 1) IS NULL;

-- what this transaction wrote is seen, and by the same statement what it wrote through the extension
BEGIN;
UPDATE people SET name = 'plain' WHERE id = 1;
SELECT orm.get('Person', 1) ->> 'name' AS name;
SELECT orm.update('Person', 1, '{"name": "by orm"}') ->> 'name' AS updated, orm.get('Person', 1) ->> 'name' AS got;
SELECT orm.delete('Person', 2) AS deleted, orm.get('Person', 2) AS got;
ROLLBACK;
SELECT orm.get('Person', 1) ->> 'name' AS name;

-- in a read-only transaction
BEGIN READ ONLY;
SELECT orm.get('Person', 1) ->> 'name' AS name;
SELECT orm.create('Person', '{"id": 1000}');
ROLLBACK;

-- in a cursor, in a loop, after errors
CREATE FUNCTION names(ids int[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    result text[];
    i int;
BEGIN
    FOREACH i IN ARRAY ids LOOP
        BEGIN
            result := result || (orm.get('Person', i) ->> 'name');
            PERFORM orm.create('Person', '{"id": 1}');
        EXCEPTION WHEN unique_violation THEN
            result := result || 'again'::text;
        END;
    END LOOP;
    RETURN result;
END $$;
SELECT names('{1,2,101}'), names('{3}');

-- what may not be read is named
CREATE ROLE regress_orm_get;
GRANT USAGE ON SCHEMA get_test TO regress_orm_get;
SET ROLE regress_orm_get;
SELECT refused($$SELECT orm.get('Person', 1)$$);
RESET ROLE;
GRANT SELECT (id, name) ON people TO regress_orm_get;
SET ROLE regress_orm_get;
SELECT refused($$SELECT orm.get('Person', 1)$$);
RESET ROLE;
GRANT SELECT ON people TO regress_orm_get;
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON people USING (id < 3);
SET ROLE regress_orm_get;
SELECT orm.get('Person', 1) ->> 'name' AS name, orm.get('Person', 3) AS hidden;
RESET ROLE;
SELECT orm.get('Person', 3) ->> 'name' AS name;

DROP POLICY few ON people;

-- the table changes under a kept plan
ALTER TABLE people RENAME COLUMN name TO nombre;
SELECT orm.get('Person', 1);
ALTER TABLE people DROP COLUMN data;
ALTER TABLE people ALTER COLUMN id TYPE bigint;
SELECT orm.get('Person', 1), orm.get('Person', 2::smallint);
ALTER TABLE people RENAME TO persons;
SELECT orm.get('Person', 1);
ALTER SCHEMA get_test RENAME TO get_test_renamed;
SELECT orm.get('Person', 1);
ALTER SCHEMA get_test_renamed RENAME TO get_test;
SELECT refused($$SELECT orm.get('Persom', 1)$$);
SELECT refused($$SELECT orm.get(NULL, 1)$$);

SET client_min_messages = warning;
DROP SCHEMA get_test CASCADE;
SELECT orm.get('Person', 1);
DROP ROLE regress_orm_get;
