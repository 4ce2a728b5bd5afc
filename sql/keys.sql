-- The key of an object, in every form that a caller may give it.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA keys_test;
SET search_path = keys_test;

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

-- one column: text is taken as it is, a value of another type is cast
CREATE DOMAIN small AS int CHECK (VALUE < 100);
CREATE TYPE mood AS ENUM ('sad', 'it''s (ok), "really"');
CREATE TABLE ints (id int PRIMARY KEY);
CREATE TABLE texts (id text PRIMARY KEY);
CREATE TABLE numerics (id numeric(9,2) PRIMARY KEY);
CREATE TABLE smalls (id small PRIMARY KEY);
CREATE TABLE moods (id mood PRIMARY KEY);
CREATE TABLE uuids (id uuid PRIMARY KEY);
CREATE TABLE times (id timestamptz PRIMARY KEY);
CREATE TABLE arrays (id int[] PRIMARY KEY);
CREATE TABLE jsonbs (id jsonb PRIMARY KEY);
CREATE TABLE chars (id char(5) PRIMARY KEY);
CREATE TABLE bytes (id bytea PRIMARY KEY);
CREATE TABLE ranges (id int4range PRIMARY KEY);
SELECT count(*) AS mapped FROM unnest('{ints,texts,numerics,smalls,moods,uuids,times,arrays,jsonbs,chars,bytes,ranges}'::text[]) t
WHERE EXISTS (SELECT FROM orm.map(('keys_test.' || t)::regclass, t));
INSERT INTO ints VALUES (1), (2), (-3);
INSERT INTO texts VALUES ('x'), ('{"id": "x"}'), ('(x)'), (''), ('null'), ('ü'), (' 1');
INSERT INTO numerics VALUES (1.5), ('NaN'), (2);
INSERT INTO smalls VALUES (7);
INSERT INTO moods VALUES ('it''s (ok), "really"');
INSERT INTO uuids VALUES ('6b8f3c4e-1f3a-4b7e-9d5e-0123456789ab');
INSERT INTO times VALUES ('2024-02-29 12:00+00');
INSERT INTO arrays VALUES ('{1,2}');
INSERT INTO jsonbs VALUES ('{"a": 1}'), ('"s"'), ('[1]'), ('null');
INSERT INTO chars VALUES ('ab');
INSERT INTO bytes VALUES ('\xdead');
INSERT INTO ranges VALUES ('[1,5)');

SELECT orm.get('ints', 1), orm.get('ints', '2'), orm.get('ints', -3::smallint), orm.get('ints', 1::bigint), orm.get('ints', 2.0), orm.get('ints', 1::real),
       orm.get('ints', ' 1 '), orm.get('ints', '1'::varchar), orm.get('ints', ROW(1)), orm.get('ints', '{"id": 1}'::jsonb),
       orm.get('ints', '2'::json), orm.get('ints', '{"id": "1"}'::orm.document), orm.get('ints', 'null'::json), orm.get('ints', ROW(NULL::int)),
       orm.get('ints', '{"id": null}'::json), orm.get('ints', '"2"'::jsonb), orm.get('ints', 7::small);
SELECT refused($$SELECT orm.get('ints', 1.5)$$);
SELECT refused($$SELECT orm.get('ints', 'NaN'::float8)$$);
SELECT refused($$SELECT orm.get('ints', 3000000000)$$);
SELECT refused($$SELECT orm.get('ints', true)$$);
SELECT refused($$SELECT orm.get('ints', now())$$);
SELECT refused($$SELECT orm.get('ints', array[1])$$);
SELECT orm.get('ints', '{"id": 1}'), orm.get('ints', E' {\n"id": "1"} '), orm.get('ints', '{"id": null}'),
       orm.get('ints', '{"id": 1}'::varchar), orm.exists('ints', '{"where": {"id": 1}}');
SELECT refused($$SELECT orm.get('ints', '{"id": 1, "id": 1}')$$), refused($$SELECT orm.get('ints', '{"id": 1')$$),
       refused($$SELECT orm.get('ints', '{"di": 1}')$$), refused($$SELECT orm.get('ints', '{}')$$), refused($$SELECT orm.get('arrays', '{"id": 1}')$$);
SELECT refused($$SELECT orm.get('ints', '(1)')$$);
SELECT refused($$SELECT orm.get('ints', (1, 2))$$);
SELECT refused($$SELECT orm.get('ints', '{"di": 1}'::json)$$);
SELECT refused($$SELECT orm.get('ints', '{}'::json)$$);
SELECT refused($$SELECT orm.get('ints', '[1]'::json)$$);
SELECT refused($$SELECT orm.get('ints', '{"id": 1, "id": 2}'::json)$$);
SELECT refused($$SELECT orm.get('ints', '{"id": {"$inc": 2}}'::json)$$);

SELECT orm.get('texts', 'x'), orm.get('texts', '{"id": "x"}'), orm.get('texts', '(x)'), orm.get('texts', ''), orm.get('texts', 'null'),
       orm.get('texts', 'ü'::varchar), orm.get('texts', 'x'::char(5)), orm.get('texts', 'x'::name), orm.get('texts', ' 1'), orm.get('texts', 'X'),
       orm.get('texts', '{"id": "x"}'::json), orm.get('texts', '"x"'::json);
SELECT refused($$SELECT orm.get('texts', '1'::json)$$);
SELECT orm.get('numerics', 1.5), orm.get('numerics', '1.50'), orm.get('numerics', 1.5::float8), orm.get('numerics', 'NaN'), orm.get('numerics', 2),
       orm.get('numerics', '{"id": 1.5}'::json);
SELECT orm.get('smalls', 7), orm.get('smalls', '7'), orm.get('smalls', 7::small), orm.get('smalls', 8);
SELECT refused($$SELECT orm.get('smalls', 100)$$);
SELECT refused($$SELECT orm.get('smalls', '100')$$);
SELECT orm.get('moods', 'it''s (ok), "really"'), orm.get('moods', 'it''s (ok), "really"'::mood), orm.get('moods', 'sad');
SELECT refused($$SELECT orm.get('moods', 'glad')$$);
SELECT orm.get('uuids', '6b8f3c4e-1f3a-4b7e-9d5e-0123456789AB'), orm.get('uuids', '6b8f3c4e-1f3a-4b7e-9d5e-0123456789ab'::uuid);
SET TimeZone = 'UTC';
SELECT orm.get('times', '2024-02-29 13:00+01'), orm.get('times', timestamptz '2024-02-29 12:00+00'), orm.get('times', timestamp '2024-02-29 12:00'),
       orm.get('times', date '2024-02-29');
RESET TimeZone;
SELECT orm.get('arrays', '{1,2}'), orm.get('arrays', array[1, 2]), orm.get('arrays', '[1, 2]'::json), orm.get('arrays', array[1, 2]::bigint[]);
SELECT orm.get('jsonbs', '{"a": 1}'), orm.get('jsonbs', '{"id": {"a": 1}}'::jsonb), orm.get('jsonbs', '"s"'::jsonb), orm.get('jsonbs', '[1]'::json),
       orm.get('jsonbs', '{"id": {"$value": null}}'::jsonb), orm.get('jsonbs', '{"id": null}'::jsonb);
SELECT refused($$SELECT orm.get('jsonbs', '{"a": 1}'::jsonb)$$);
SELECT orm.get('chars', 'ab'), orm.get('chars', 'ab   '::char(9)), orm.get('chars', 'ab'::text);
SELECT orm.get('bytes', '\xdead'), orm.get('bytes', '\xdead'::bytea), orm.get('ranges', '[1,4]'), orm.get('ranges', int4range(1, 5));

-- several columns: in key order as a row, in any order as an object
CREATE TABLE pairs (name text, id int, kind mood, note text, PRIMARY KEY (id, name));
CREATE TYPE pair AS (id bigint, gone int, name varchar);
ALTER TYPE pair DROP ATTRIBUTE gone;
SELECT count(*) > 0 AS mapped FROM orm.map('keys_test.pairs', 'Pair');
INSERT INTO pairs VALUES ('a', 1, 'sad', 'one'), ('it''s, "so" (odd)', 2, NULL, 'odd'), ('', 3, NULL, 'empty');
SELECT orm.get('Pair', (1, 'a')) ->> 'note', orm.get('Pair', ROW(1, 'a'::text)::pair) ->> 'note', orm.get('Pair', '(1,a)') ->> 'note',
       orm.get('Pair', ' {"name": "a", "id": 1}') ->> 'note', orm.get('Pair', '{"name": "a", "id": "1"}'::json) ->> 'note',
       orm.get('Pair', '{"id": 1, "name": "a"}'::jsonb) ->> 'note', orm.get('Pair', '{"id": 1, "name": "a"}'::varchar) ->> 'note',
       orm.get('Pair', '(2,"it''s, ""so"" (odd)")') ->> 'note', orm.get('Pair', (2, 'it''s, "so" (odd)')) ->> 'note',
       orm.get('Pair', '(3,"")') ->> 'note';
SELECT orm.get('Pair', (9, 'a')), orm.get('Pair', NULL), orm.get('Pair', (1, NULL)), orm.get('Pair', '(1,)'), orm.get('Pair', NULL::pair),
       orm.get('Pair', '{"id": 1, "name": null}'), orm.get('Pair', 'null'::json);
SELECT refused($$SELECT orm.get('Pair', 1)$$);
SELECT refused($$SELECT orm.get('Pair', '1')$$);
SELECT refused($$SELECT orm.get('Pair', '')$$);
SELECT refused($$SELECT orm.get('Pair', '1'::json)$$);
SELECT refused($$SELECT orm.get('Pair', '[1, "a"]'::json)$$);
SELECT refused($$SELECT orm.get('Pair', (1, 'a', 2))$$);
SELECT orm.get('Pair', ('1', 'a')) ->> 'note' AS note;
SELECT refused($$SELECT orm.get('Pair', ('a', 1))$$);
SELECT refused($$SELECT orm.get('Pair', '(1,a,2)')$$);
SELECT refused($$SELECT orm.get('Pair', '(1,a')$$);
SELECT refused($$SELECT orm.get('Pair', '{"id": 1}')$$);
SELECT refused($$SELECT orm.get('Pair', '{"id": 1, "name": "a", "note": "x"}')$$);
SELECT refused($$SELECT orm.get('Pair', '{"id": 1, "nmae": "a"}')$$);
SELECT refused($$SELECT orm.get('Pair', '{"id": 1, "name": "a", "id": 1}')$$);
SELECT refused($$SELECT orm.get('Pair', '{"id": 1, "name"}')$$);
SELECT refused($$SELECT orm.get('Pair', '{"id": "x", "name": "a"}')$$);
SELECT refused($$SELECT orm.get('Pair', ('x', 'a'))$$);

-- the same forms name the object for update and delete
SELECT orm.update('Pair', (1, 'a'), '{"note": "two"}') ->> 'note', orm.update('Pair', '{"id": 1, "name": "a"}', '{"note": "three"}') ->> 'note',
       orm.delete('Pair', '(3,"")'), orm.delete('Pair', '{"id": 2, "name": "x"}'::jsonb);
-- untyped and typed parameters, as drivers send them
PREPARE untyped AS SELECT orm.get('Pair', $1) ->> 'note';
EXECUTE untyped('(1,a)');
PREPARE typed(text, varchar, int, bigint) AS SELECT orm.get('texts', $1), orm.get('texts', $2), orm.get('ints', $3), orm.get('ints', $4), orm.get('ints', $1 || '1');
EXECUTE typed('', 'x', 1, 2);
DEALLOCATE ALL;

-- a hostile operator or cast in the caller's path is not used
CREATE FUNCTION never(text, text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile'; END $$;
CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = never);
SET search_path = keys_test, pg_catalog;
SELECT orm.get('texts', 'x'), orm.update('texts', 'x', '{}'), orm.delete('texts', ' 1');
SET search_path = pg_catalog, keys_test;

-- no key, and one that is declared
CREATE TABLE keys_test.keyless (id int, n int);
SELECT count(*) > 0 AS mapped FROM orm.map('keys_test.keyless', 'Keyless');
SELECT refused($$SELECT orm.get('Keyless', 1)$$);
SELECT refused($$SELECT orm.delete('Keyless', 1)$$);
SELECT refused($$SELECT orm.get('Keyless', NULL)$$);
CREATE VIEW keys_test.xmls AS SELECT '<a/>'::xml AS id;
SELECT count(*) > 0 AS mapped FROM orm.map('keys_test.xmls', 'Xml', orm.primary_key('id'));
SELECT refused($$SELECT orm.get('Xml', '<a/>')$$);
SELECT refused($$SELECT orm.update('Xml', '<a/>', '{}')$$);

-- a key is looked up as it is given: the column's modifier neither rounds nor cuts it
SELECT orm.model('KeyPrice', 'keys_test.prices', orm.column('id', 'numeric(5,2)', primary_key => true));
SELECT orm.model('KeyCode', 'keys_test.codes', orm.column('id', 'varchar(4)', primary_key => true));
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT orm.create('KeyPrice', '{"id": 1.23}'), orm.create('KeyCode', '{"id": "abcd"}');
SELECT orm.get('KeyPrice', '1.234') IS NULL AS text, orm.get('KeyPrice', '{"id": 1.234}'::json) IS NULL AS object,
       orm.delete('KeyPrice', '1.234') AS deleted, orm.get('KeyCode', 'abcde') IS NULL AS too_long,
       orm.get('KeyPrice', '1.23') AS there;

-- a domain over an enum: its operators are polymorphic, and do not look below domains
CREATE TYPE keys_test.letter AS ENUM ('a', 'b');
CREATE DOMAIN keys_test.one_letter AS keys_test.letter;
CREATE TABLE keys_test.letters (id keys_test.one_letter PRIMARY KEY, v integer);
SELECT count(*) > 0 AS mapped FROM orm.map('keys_test.letters', 'KeyLetter');
SELECT orm.save('KeyLetter', '[{"id": "a", "v": 1}, {"id": "b", "v": 2}]');
SELECT orm.update('KeyLetter', 'a', '{"v": 3}'), orm.get('KeyLetter', 'b'), (SELECT v FROM keys_test.key_letter_find('a')) AS found, orm.delete('KeyLetter', 'b') AS deleted;

SET client_min_messages = warning;
DROP SCHEMA keys_test CASCADE;
