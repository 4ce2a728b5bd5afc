-- orm.delete: by primary key, true when a row went.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA delete_test;
SET search_path = delete_test;

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

CREATE TABLE people (id int PRIMARY KEY, name text);
CREATE TABLE posts (id int PRIMARY KEY, person_id int REFERENCES people);
CREATE TABLE pairs (a text, b int, PRIMARY KEY (b, a));
SELECT count(*) > 0 AS mapped FROM orm.map('delete_test.people', 'Person');
SELECT count(*) > 0 AS mapped FROM orm.map('delete_test.pairs', 'Pair');
INSERT INTO people SELECT i, 'p' || i FROM generate_series(1, 9) i;
INSERT INTO posts VALUES (1, 9);
INSERT INTO pairs VALUES ('x', 1), ('y', 1), ('x', 2), ('z', 1);

SELECT orm.delete('Person', 1), orm.delete('Person', 1), orm.delete('Person', '2'), orm.delete('Person', 99);
SELECT orm.delete('Person', NULL), orm.delete('Person', NULL::int), orm.delete('Person', 3::bigint), orm.delete('Person', '{"id": 4}'::json),
       orm.delete('Person', 5.0);
SELECT orm.delete('Pair', (1, 'x')), orm.delete('Pair', '{"a": "x", "b": 2}'), orm.delete('Pair', '(1,y)'), orm.delete('Pair', '(1,y)'),
       orm.delete('Pair', '{"a": "x", "b": null}');
SELECT array_agg(id) FROM people;
SELECT * FROM pairs;
SELECT orm.delete('Person', 6, '{}');
SELECT refused($$SELECT orm.delete('Person', 6, '{"on_conflict": "ignore"}')$$);
SELECT refused($$SELECT orm.delete('Person', 9)$$);
SELECT refused($$SELECT orm.delete('Person', 1.5)$$);
SELECT refused($$SELECT orm.delete('Person', 'x')$$);
SELECT refused($$SELECT orm.delete('Person', 6, NULL)$$);
SELECT refused($$SELECT orm.delete(NULL, 6)$$);
SELECT refused($$SELECT orm.delete('Nobody', 6)$$);
SELECT refused($$SELECT orm.delete('Pair', 6)$$);

-- privileges, policies, triggers
CREATE ROLE regress_orm_delete;
GRANT USAGE ON SCHEMA delete_test TO regress_orm_delete;
GRANT SELECT ON people TO regress_orm_delete;
SET ROLE regress_orm_delete;
SELECT refused($$SELECT orm.delete('Person', 7)$$);
RESET ROLE;
GRANT DELETE ON people TO regress_orm_delete;
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY seven ON people USING (id = 7);
SET ROLE regress_orm_delete;
SELECT orm.delete('Person', 8), orm.delete('Person', 7);
RESET ROLE;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE DELETE ON people FOR EACH ROW EXECUTE FUNCTION keep();
SELECT orm.delete('Person', 8);
SELECT orm.delete('Person', 8, '{"skipped": "allow"}'), (SELECT count(*) FROM people WHERE id = 8) AS kept;

SET client_min_messages = warning;
DROP SCHEMA delete_test CASCADE;
DROP ROLE regress_orm_delete;
