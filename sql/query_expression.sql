-- Expressions in compute, conditions, operands, orders, aggregates and patches.
-- (Thousands of them against plain SQL: query_oracle_expression.)
SET client_min_messages = warning;
CREATE SCHEMA query_expression;
SET search_path = query_expression;
CREATE TYPE mood AS ENUM ('low', 'high');
CREATE TABLE team (id integer PRIMARY KEY, name text NOT NULL, rate numeric(4,2));
CREATE TABLE item (id integer PRIMARY KEY, name varchar(20), price numeric(8,2), qty smallint, at timestamptz, mood mood, doc jsonb,
    team_id integer REFERENCES team);
CREATE TABLE line (id integer PRIMARY KEY, item_id integer NOT NULL REFERENCES item, n integer, unit numeric);
INSERT INTO team VALUES (1, 'red', 0.5), (2, 'blue', NULL);
INSERT INTO item VALUES (1, 'pen', 1.50, 3, '2026-01-10 00:00+00', 'low', '{"tags": ["a", "b"]}', 1), (2, 'ink', 4.25, NULL, '2026-02-10 00:00+00', 'high', '{}', 2),
    (3, NULL, 10, 0, NULL, NULL, NULL, NULL);
INSERT INTO line VALUES (1, 1, 2, 1.5), (2, 1, 1, 1.25), (3, 2, 5, 4);
SELECT count(*) FROM orm.map('team', 'QTeam', orm.has_many('items', 'QItem', back_populates => 'team'));
SELECT count(*) FROM orm.map('item', 'QItem', orm.belongs_to('team', 'QTeam', back_populates => 'items'), orm.has_many('lines', 'QLine', back_populates => 'item'));
SELECT count(*) FROM orm.map('line', 'QLine', orm.belongs_to('item', 'QItem', back_populates => 'lines'));
SET TimeZone = 'UTC';
CREATE FUNCTION try(document text, parameters text DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text; hint text;
BEGIN
    RETURN orm.all('QItem', document::orm.document, parameters::orm.document)::text;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION made(expression text, parameters text DEFAULT '{}') RETURNS text LANGUAGE sql AS
$$ SELECT query_expression.try(format('{"select":[],"compute":{"x":%s},"order_by":["id"]}', expression), parameters) $$;

-- Literals have the types that SQL gives them
SELECT n, made(format('{"pg_typeof":[%s]}', n)) FROM unnest('{1,2147483648,9223372036854775808,1.5}'::text[]) n;
SELECT n, orm.sql('QItem', format('{"select":[],"compute":{"x":%s}}', n)::orm.document) FROM unnest('{1,-1,2147483648,9223372036854775808,1.5,1e3,true,null,"{\"$value\": \"a\"}"}'::text[]) n;

-- Operators and functions, folded; parameters and literals take the type of their place
SELECT e, made(e, CASE WHEN e ~ '"p"' THEN '{"p":"2"}' ELSE '{}' END) FROM unnest(ARRAY[
    '{"+": ["price", 1, 2]}', '{"*": ["price", "qty"]}', '{"-": ["qty"]}', '{"-": ["price", {"$": "p"}]}', '{"||": ["name", {"$value": "-"}, "name"]}',
    '{"+": ["at", {"$value": "7 days"}]}', '{"-": ["at", {"$value": "7 days"}]}', '{"-": [{"$value": "2026-03-01"}, "at"]}', '{"-": ["at", {"cast": "interval", "of": {"$value": "7 days"}}]}', '{"@>": ["doc", {"$value": {"tags": ["a"]}}]}', '{"->": ["doc", {"$value": "tags"}]}',
    '{"upper": ["name"]}', '{"round": ["price", 1]}', '{"concat": ["name", 1, null]}', '{"trunc": ["price", 0]}', '{"jsonb_array_length": [{"at": ["tags"], "of": "doc"}]}',
    '{"repeat": ["name", 2]}', '{"lpad": ["name", {"length": ["name"]}]}', '{"num_nulls": ["name", "qty", "at"]}', '{"date_part": [{"$value": "month"}, "at"]}'
]) e;

-- Words of SQL
SELECT e, made(e) FROM unnest(ARRAY[
    '{"coalesce": ["name", {"$value": "?"}]}', '{"coalesce": ["qty", 1.5]}', '{"nullif": ["qty", 0]}', '{"greatest": ["qty", 2, "price"]}', '{"least": ["name", {"$value": "j"}]}',
    '{"and": [{">": ["price", 1]}, {"<": ["qty", 3]}, true]}', '{"or": [{"is_null": ["qty"]}, false]}', '{"not": [{"is_null": ["name"]}]}', '{"is_distinct": ["qty", null]}',
    '{"is_distinct": ["name", {"$value": "pen"}]}', '{"cast": "text", "of": "price"}', '{"cast": "numeric(6,1)", "of": "price"}', '{"cast": "query_expression.mood", "of": {"$value": "low"}}',
    '{"case": [[{"qty": {"ge": 1}}, {"$value": "many"}], [{"name": null}, "name"]], "else": {"$value": "few"}}', '{"case": [[{"team": {"name": "red"}}, "team.rate"]]}',
    '{"exists": {"lines": {"n": {"gt": 2}}}}', '{"exists": {"team": {}}}', '{"trunc": "month", "of": {"+": ["at", {"$value": "1 month"}]}}'
]) e;

-- Aggregates of expressions, and of paths behind "of"
SELECT e, made(e) FROM unnest(ARRAY[
    '{"sum": {"*": ["n", "unit"]}, "of": "lines"}', '{"sum": "n", "of": "lines"}', '{"count": "*", "of": "lines"}', '{"max": {"*": ["n", "item.price"]}, "of": "lines"}',
    '{"sum": {"*": ["n", "unit"]}, "of": "lines", "where": {"n": {"gt": 1}}}', '{"/": [{"sum": "lines.n"}, {"nullif": [{"count": "lines"}, 0]}]}'
]) e;
SELECT orm.aggregate('QItem', '{"group_by": ["team_id"], "aggregate": {"worth": {"sum": {"*": ["price", "qty"]}}, "sold": {"sum": {"*": ["n", "unit"]}, "of": "lines"}}, "order_by": ["team_id"]}');

-- Conditions, operands, orders, patches
SELECT try('{"select": ["id"], "where": {"$expr": {">": [{"*": ["price", "qty"]}, {"$": "p"}]}}}', '{"p": 4}');
SELECT try('{"select": ["id"], "where": {"price": {"gt": {"$expr": {"*": ["qty", 0.4]}}}}, "order_by": ["id"]}');
SELECT try('{"select": ["id"], "where": {"or": [{"$expr": {"is_null": ["qty"]}}, {"id": 1}]}, "order_by": [{"by": {"-": ["price"]}}]}');
SELECT try('{"select": ["id"], "where": {"lines": {"any": {"$expr": {">": [{"*": ["n", "unit"]}, "item.price"]}}}}}');
SELECT orm.update_where('QItem', '{"where": {"id": {"in": [1, 3]}}}', '{"price": {"$expr": {"*": ["price", 2]}}, "name": {"$expr": {"concat": ["name", {"$value": "!"}]}}}');
SELECT orm.update_where('QItem', '{"where": {"team": {"rate": {"gt": 0}}}, "order_by": ["id"], "limit": 1}', '{"qty": {"$expr": {"cast": "smallint", "of": {"*": ["qty", "team.rate"]}}}}');
SELECT id, name, price, qty FROM item ORDER BY id;
SELECT orm.page('QItem', '{"select": ["id"], "order_by": [{"by": {"%": ["id", 2]}}], "limit": 2}') -> 'items';
SELECT orm.page('QItem', format('{"select": ["id"], "order_by": [{"by": {"%%": ["id", 2]}}], "limit": 2, "after": %s}',
    orm.page('QItem', '{"select": ["id"], "order_by": [{"by": {"%": ["id", 2]}}], "limit": 2}') -> 'next')::orm.document) -> 'items';

-- What is wrong is said, with its place
SELECT e, made(e) FROM unnest(ARRAY[
    '{"uper": ["name"]}', '{"upper": "name"}', '{"upper": ["price"]}', '{"upper": []}', '{"max": ["qty", "price"]}', '{"sum": ["qty"]}', '{"rank": []}', '{"generate_series": [1, 2]}',
    '{"+": ["name", 1]}', '{"+": [1]}', '{"<": [1, 2, 3]}', '{"-": []}', '{"-": [1, 2, 3]}', '{"lower": ["name"], "of": "team"}', '{"lower": ["name"], "upper": ["name"]}', '{"+": [1, 2], "-": [1, 2]}', '{"not": ["qty"]}', '{"not": [true, true]}', '{"case": []}', '{"case": [[true]]}', '{"case": [[{"qty": 1}, "name"], [{"qty": 2}, "price"]]}',
    '{"coalesce": ["name", "price"]}', '{"cast": "nothing", "of": "qty"}', '{"cast": "integer", "of": "at"}', '{"cast": "text"}', '{"exists": {"name": {}}}', '{"exists": {}}',
    '{"nullif": ["name", "price"]}', '{"$valu": 1}', '{"$value": 1, "a": 2}', '{"$": "q"}', '["name"]', '{"upper": ["name"], "lower": ["name"]}', '{"upper": ["nmae"]}',
    '{"greatest": [{"at": ["a"], "of": "doc"}, {"$value": 1}]}', '{"repeat": ["name", 1000000]}'
]) e;
SELECT try('{"where": {"$expr": "qty"}}');
SELECT try('{"where": {"price": {"gt": {"$expr": {"is_null": ["qty"]}}}}}');
SELECT try('{"limit": {"$expr": 1}}');
SELECT orm.update_where('QItem', '{"where": {}}', '{"qty": {"$expr": "name"}}');

-- Documents call what cannot do harm
SELECT e, made(e) FROM unnest(ARRAY[
    '{"pg_sleep": [1]}', '{"current_setting": [{"$value": "port"}]}', '{"database_to_xml": [true, true, {"$value": ""}]}', '{"pg_read_file": [{"$value": "PG_VERSION"}]}',
    '{"set_config": [{"$value": "a.b"}, {"$value": "c"}, false]}', '{"nextval": [{"$value": "s"}]}', '{"lo_import": [{"$value": "/etc/passwd"}]}', '{"has_table_privilege": [{"$value": "t"}, {"$value": "select"}]}',
    '{"txid_current": []}', '{"query_to_xml": [{"$value": "select 1"}, true, true, {"$value": ""}]}', '{"textin": [{"$value": "a"}]}', '{"regclassout": [1]}', '{"random": []}', '{"array_fill": [1, {"cast": "int[]", "of": {"$value": [9]}}]}',
    '{"cast": "regclass", "of": {"$value": "pg_class"}}', '{"cast": "internal", "of": {"$value": "a"}}', '{"version": []}', '{"query_expression.made": ["name"]}'
]) e;

-- Functions that their owners export
CREATE ROLE regress_orm_expression;
GRANT USAGE ON SCHEMA query_expression TO regress_orm_expression;
GRANT SELECT ON item TO regress_orm_expression;
CREATE FUNCTION tax(amount numeric, rate numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT round($1 * $2, 2)';
CREATE FUNCTION join_all(VARIADIC parts text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT array_to_string(parts, '+') $$;
CREATE FUNCTION now_and_then() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';
CREATE FUNCTION several() RETURNS SETOF integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION pg_temp.temporary() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
COMMENT ON FUNCTION tax(numeric, numeric) IS 'Tax of an amount';
SELECT made('{"query_expression.tax": ["price", {"$value": "0.21"}]}');
SELECT orm.allow_function('tax(numeric,numeric)'), orm.allow_function('tax(numeric,numeric)'), orm.allow_function('join_all(text[])');
SELECT obj_description('tax(numeric,numeric)'::regprocedure);
SELECT made('{"query_expression.tax": ["price", {"$value": "0.21"}]}');
SELECT orm.sql('QItem', '{"select": [], "compute": {"x": {"query_expression.join_all": ["name", {"$value": "a"}]}}}');
SELECT orm.allow_function('now_and_then()');
SELECT orm.allow_function('several()');
DO $$ BEGIN PERFORM orm.allow_function('pg_temp.temporary()'); EXCEPTION WHEN OTHERS THEN RAISE WARNING '%', SQLSTATE; END $$;
SELECT orm.allow_function(0);
SELECT orm.allow_function('pg_sleep(double precision)');
-- a later overload that would fit better is not looked at, nor is a function of that name elsewhere
CREATE FUNCTION tax(amount numeric, rate text) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT -1';
CREATE FUNCTION pg_temp.tax(amount numeric, rate numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT -2';
SELECT made('{"query_expression.tax": ["price", {"$value": "0.21"}]}');
SELECT made('{"pg_temp.tax": ["price", {"$value": "0.21"}]}');
-- a schema that takes the name of another
ALTER SCHEMA query_expression RENAME TO query_expression_moved;
CREATE SCHEMA query_expression;
CREATE FUNCTION query_expression.tax(amount numeric, rate numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT -3';
SELECT orm.all('QItem', '{"select": [], "compute": {"x": {"query_expression.tax": ["price", {"$value": "0.21"}]}}, "order_by": ["id"]}');
DROP SCHEMA query_expression CASCADE;
ALTER SCHEMA query_expression_moved RENAME TO query_expression;
-- privileges are the caller's
REVOKE EXECUTE ON FUNCTION tax(numeric, numeric) FROM public;
SET ROLE regress_orm_expression;
SELECT orm.all('QItem', '{"select": [], "compute": {"x": {"query_expression.tax": ["price", 1]}}}');
SELECT orm.allow_function('tax(numeric,numeric)', false);
RESET ROLE;
SELECT orm.allow_function('tax(numeric,numeric)', false);
SELECT obj_description('tax(numeric,numeric)'::regprocedure);
SELECT made('{"query_expression.tax": ["price", {"$value": "0.21"}]}');

-- One shape, other values: one entry of the plan cache
SELECT orm.explain('QItem', '{"where": {"$expr": {"=": ["name", {"$": "p"}]}}}', '{"p": "pen"}') IS NOT NULL;
CREATE FUNCTION by_name(wanted text DEFAULT NULL) RETURNS SETOF item LANGUAGE orm STABLE AS
'all QItem {"where": {"$expr": {"=": [{"lower": ["name"]}, {"$": "wanted"}]}}, "order_by": ["id"]}';
SELECT id FROM by_name('ink'); SELECT id FROM by_name('pen!');
DROP OWNED BY regress_orm_expression;
DROP ROLE regress_orm_expression;
DROP SCHEMA query_expression CASCADE;
