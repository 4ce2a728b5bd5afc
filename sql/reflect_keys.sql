-- orm.reflect: the key of a model, and models without one.
\set SHOW_CONTEXT never
CREATE SCHEMA reflect_keys;
SET search_path = reflect_keys;

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

-- the primary key; the only unique index over columns that are not NULL; two of them, NULL, partial, an expression: none
CREATE TABLE primaries (id int PRIMARY KEY, code text NOT NULL UNIQUE);
CREATE TABLE uniques (code text NOT NULL, place int NOT NULL, other int UNIQUE, UNIQUE (code, place));
CREATE TABLE two_uniques (a int NOT NULL UNIQUE, b int NOT NULL UNIQUE);
CREATE TABLE nullables (a int UNIQUE);
CREATE TABLE partials (a int NOT NULL, b int NOT NULL);
CREATE UNIQUE INDEX ON partials (a) WHERE b > 0;
CREATE UNIQUE INDEX ON partials ((a + b));
CREATE TABLE logs (at date, message text);
CREATE TABLE parts (id int NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
CREATE UNIQUE INDEX ON parts (id, day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- views: simple ones have their table's key, when it is there; others and materialized ones have none
CREATE VIEW simple_views AS SELECT code AS c, id AS key FROM primaries WHERE id > 1;
CREATE VIEW keyless_views AS SELECT code FROM primaries;
CREATE VIEW joined_views AS SELECT p.id, l.message FROM primaries p CROSS JOIN logs l;
CREATE VIEW counted_views AS SELECT id, count(*) FROM primaries GROUP BY id;
CREATE VIEW views_of_views AS SELECT * FROM simple_views;
CREATE MATERIALIZED VIEW stored_views AS SELECT * FROM primaries;
CREATE UNIQUE INDEX ON stored_views (id);
CREATE VIEW given_views AS SELECT id, count(*) FROM primaries GROUP BY id;
CREATE FOREIGN DATA WRAPPER reflect_keys_wrapper;
CREATE SERVER reflect_keys_server FOREIGN DATA WRAPPER reflect_keys_wrapper;
CREATE FOREIGN TABLE foreigns (id int NOT NULL, name text) SERVER reflect_keys_server;
-- what is neither
CREATE SEQUENCE numbers;
CREATE TYPE pair AS (a int, b int);
CREATE INDEX ON primaries (code);

SELECT * FROM orm.reflect(options => '{"models": {"given_views": {"key": ["id"]}, "two_uniques": {"key": ["b"]}, "foreigns": {"key": ["id"]}}}');
SELECT model, string_agg(attribute, ', ' ORDER BY ordinal) AS key FROM orm.attributes WHERE in_primary_key GROUP BY 1 ORDER BY 1;

-- by its key an object is found
INSERT INTO primaries VALUES (1, 'x'), (2, 'y');
INSERT INTO uniques VALUES ('x', 1, 7);
INSERT INTO two_uniques VALUES (1, 2);
SELECT orm.get('Unique', '{"code": "x", "place": 1}'), orm.get('TwoUnique', '2'), orm.get('SimpleView', 2), orm.get('GivenView', 1);
SELECT orm.save('Unique', '{"code": "x", "place": 1, "other": 8}');

-- without a key a model can be read, queried, written by query, and objects created
SELECT orm.create('Log', '[{"at": "2020-01-01", "message": "a"}, {"message": "b"}]');
SELECT orm.all('Log', '{"where": {"message": "a"}, "order_by": ["-at"], "limit": 1}'), orm.count('Log'), orm.exists('CountedView'),
	orm.first('JoinedView', '{"order_by": ["id", "message"]}'), orm.aggregate('Log', '{"aggregate": {"n": {"count": "*"}}}');
SELECT orm.update_where('Log', '{"where": {"message": "b"}}', '{"at": "2020-01-02"}'), orm.delete_where('Log', '{"where": {"message": "b"}}');
SELECT string_agg(o::text, ';') FROM orm.each('Log') o;
SELECT orm.validate('Log', '{"at": "x"}');
BEGIN;
SELECT orm.add('Log', '{"message": "c"}');
SELECT orm.flush();
ROLLBACK;
-- and what needs a key says how it can be given
SELECT statement, refused(statement) FROM unnest(ARRAY[
	$$SELECT orm.get('Log', 1)$$,
	$$SELECT orm.get('KeylessView', 'x')$$,
	$$SELECT orm.page('Log')$$,
	$$SELECT orm.save('Log', '{"message": "d"}')$$,
	$$SELECT orm.update('Log', 1, '{"message": "d"}')$$,
	$$SELECT orm.delete('Log', 1)$$,
	$$SELECT orm.merge('Log', '{"message": "d"}')$$,
	$$SELECT orm.remove('Log', 1)$$,
	$$SELECT orm.add('Log', '{"message": "d"}', 'label')$$,
	$$SELECT orm.impact('Log', 1)$$,
	$$SELECT orm.create('Log', '{"message": "d"}', '{"return": {"select": ["message"]}}')$$,
	$$SELECT orm.flush('{"remove": [{"model": "Log", "key": 1}]}')$$
]) AS statement;

-- with relationships: loading along them, not from what has no key to be told apart by
CREATE TABLE entries (log text, primary_id int REFERENCES primaries);
SELECT * FROM orm.reflect(include => '{entries}');
INSERT INTO entries VALUES ('l', 1), ('m', 1);
SELECT orm.all('Primary', '{"load": {"entries": {"order_by": ["log"]}}, "where": {"entries": {"any": {"log": "l"}}}}'), orm.all('Entry', '{"load": ["primary"], "where": {"primary": {"code": "x"}}, "order_by": ["log"]}');
SELECT refused($$SELECT orm.save('Primary', '{"id": 1, "code": "x", "entries": [{"log": "n"}]}')$$);

-- to a unique key that may be NULL
CREATE TABLE refs (id int PRIMARY KEY, a int REFERENCES nullables (a));
SELECT count(*) FROM orm.reflect(include => '{refs}');
INSERT INTO nullables VALUES (1), (NULL);
INSERT INTO refs VALUES (5, 1), (6, NULL);
SELECT orm.all('Nullable', '{"load": ["refs"], "order_by": ["a"]}'), orm.all('Ref', '{"load": ["nullable"]}');

-- a model without one gets the key that is said later, and that of its table
SELECT * FROM orm.reflect(include => '{logs,nullables}', options => '{"models": {"logs": {"key": ["message"]}}}');
SELECT orm.get('Log', 'a');
ALTER TABLE nullables ADD id serial PRIMARY KEY;
SELECT orm.get('Nullable', 1);

-- orm.map makes such a model as well, and orm.extend keeps it
CREATE VIEW mapped_views AS SELECT count(*) AS n, max(id) AS primary_id FROM primaries;
SELECT count(*) > 0 AS mapped FROM orm.map('mapped_views', 'MappedView');
SELECT count(*) FROM orm.extend('MappedView', orm.belongs_to('primary', 'Primary', foreign_key => 'primary_id'));
SELECT orm.all('MappedView', '{"load": ["primary"]}');
SELECT orm.describe('MappedView');

SET client_min_messages = warning;
DROP SCHEMA reflect_keys CASCADE;
DROP FOREIGN DATA WRAPPER reflect_keys_wrapper CASCADE;
SELECT count(*) FROM orm.models;
