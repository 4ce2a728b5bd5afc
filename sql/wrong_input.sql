-- Every function of the extension with every argument NULL, and with every
-- argument in turn wrong or hostile: each call ends in a result or an ordinary
-- error, never an internal one (class XX), and nothing stays behind.
CREATE SCHEMA wrong_input;
SET search_path = wrong_input;
SET client_min_messages = warning;

SELECT orm.model('W', 'w',
    orm.column('id', 'integer', primary_key => true),
    orm.column('t', 'text', is_unique => true),
    orm.column('j', 'jsonb'),
    orm.column('a', 'integer[]'),
    orm.belongs_to('parent', 'W'));
SELECT orm.model('Pair', 'pairs',
    orm.column('a', 'integer'), orm.column('b', 'text'), orm.column('v', 'numeric'),
    orm.primary_key('a', 'b'));
SELECT count(*) > 10 AS made FROM orm.create_all();
SELECT orm.create('W', '{"id": 1, "t": "x"}');
SELECT orm.create('Pair', '{"a": 1, "b": "x"}');
SELECT orm.model('Declared', 'wrong_input.declared', orm.column('id', 'integer', primary_key => true));

-- What is right for an argument, and what is wrong or hostile for its type.
CREATE TABLE right_values (argument text PRIMARY KEY, value text);
INSERT INTO right_values VALUES
    ('model', 'W'), ('name', 'x'), ('table_name', 'wrong_input.w2'), ('key', '1'), ('object', '{"t": "y"}'),
    ('patch', '{"t": "z"}'), ('options', '{}'), ('conflict_on', '{t}'), ('relation', 'wrong_input.w'),
    ('elements', '{}'), ('document', '{"model": "W2", "table": "wrong_input.w2", "elements": []}'),
    ('columns', '{a,b}'), ('expr', 'true'), ('foreign_key', '{a}');

CREATE TABLE wrong_values (type regtype, value text);
INSERT INTO wrong_values
SELECT t, v FROM unnest('{text,varchar,name,orm.document}'::regtype[]) t, unnest(ARRAY[
    '', ' ', 'W', 'w', 'Pair', 'Declared', 'a.b', 'a.b.c', '.', '..', 'a.', '.a', '"', '""', '"a', '"a"."b"', '"a"b', '"".""',
    '''', '''; DROP TABLE wrong_input.w; --', '"; DROP TABLE wrong_input.w; --', '$$', '$a$', '\', '\\', '\x00', '\u0000',
    '/*', '*/', '--', ';', '%s %n %d %', '%1$s', E'\n', E'\t', E'\x01', E'\x7f', '{', '}', '(', ')', '(1,x)', '(,)', '(((', '[',
    'select', 'user', 'orm', 'pg_class', 'pg_catalog.pg_class', 'orm.model', 'information_schema', 'and', '*', '$x', '-x',
    'NaN', 'null', 'NULL', 'true', '1', '-1', '1.5', '1e400', '99999999999999999999', '0x10',
    repeat('x', 62), repeat('x', 63), repeat('x', 64), repeat('x', 65), repeat('ñ', 31), repeat('ñ', 32), repeat('x', 62) || 'ñ', repeat('字', 21),
    repeat('字', 22), repeat('x', 300), 'ﷺ', '🙂', U&'\FEFFa', U&'\202Ea', 'Ñ', 'ñ', repeat('(', 20000), repeat('x', 100000)]) v;
INSERT INTO wrong_values
SELECT 'orm.document', v FROM unnest(ARRAY[
    'null', 'true', '1', '1e400', '"x"', '""', '[]', '{}', '[[]]', '[{}]', '[null]', '[1]', '["x"]', '[[1]]', '[{}, null]', '{"": 1}', '{"a": null}',
    '{"id": null}', '{"id": {}}', '{"id": []}', '{"id": "x"}', '{"id": 1.5}', '{"id": 1e100}', '{"id": true}', '{"id": 1, "id": 2}', '{"t": {}}',
    '{"t": "\u0000"}', '{"t": "\ud800"}', '{"j": "\u0000"}', '{"j": {"$inc": 1}}', '{"j": {"$": "x"}}', '{"$etag": 1}', '{"$": 1}', '{"$x": 1}',
    '{"a": [[1], [2, 3]]}', '{"a": [[1, 2], 3]}', '{"a": [1, "x"]}', '{"a": {"b": 1}}', '{"a": [1e400]}', '{"parent": {}}', '{"parent": 1}', '{"parent": null}', '{"parent": [{}]}',
    '{"model": 1}', '{"model": null, "table": null}', '{"model": "", "table": ""}', '{"model": "A"}', '{"table": "a"}', '{"model": "A", "table": "a", "elements": {}}',
    '{"model": "A", "table": "a", "elements": [null]}', '{"model": "A", "table": "a", "elements": [1]}', '{"model": "A", "table": "a", "elements": [[]]}',
    '{"model": "A", "table": "a", "elements": [{}]}', '{"model": "A", "table": "a", "elements": [{"column": null}]}', '{"model": "A", "table": "a", "elements": [{"column": {}}]}',
    '{"model": "A", "table": "a", "elements": [{"column": {"name": "b", "type": "text"}, "index": {}}]}', '{"model": "A", "table": "a", "elements": [{"colum": {"name": "b"}}]}',
    '{"column": {"name": "b", "type": "text"}}', '{"column": {"name": "t"}}', '{"has_many": {"name": "ws", "model": "W"}}', '{"primary_key": {"columns": []}}',
    '{"primary_key": {"columns": ["id", "id"]}}', '{"accessors": {"prefix": "", "schema": ""}}', '{"accessors": {"include": ["nothing"]}}',
    '{"on_conflict": 1}', '{"on_conflict": "x"}', '{"on_conflict": "update"}', '{"on_conflict": "ignore"}', '{"return": 1}', '{"return": null}', '{"return": false}', '{"return": {}}', '{"x": 1}',
    '{"a": 1, "b": "x", "v": "NaN"}', '{"a": 1, "b": "x", "v": 1e1000}', repeat('[', 1000) || repeat(']', 1000), repeat('{"a":', 1000) || '1' || repeat('}', 1000),
    repeat('[', 20000) || repeat(']', 20000), '{"j":' || repeat('[', 6000) || repeat(']', 6000) || '}', '{"' || repeat('x', 100000) || '": 1}', '[' || repeat('{"t": "q"},', 2000) || '1]']) v;
INSERT INTO wrong_values
SELECT t, v FROM unnest('{text[],varchar[]}'::regtype[]) t, unnest(ARRAY[
    '{}', '{NULL}', '{"",x}', '{{a,b},{c,d}}', '[5:6]={a,b}', '{t,t}', '{id}', '{id,t}', '{t,NULL}', '{nothing}', '{"\"; DROP TABLE w; --"}', '{W}', '{$x}', '{*}', '{%s}']) v;
INSERT INTO wrong_values
SELECT 'text[]'::regtype, array_fill('c'::text, ARRAY[n])::text FROM unnest('{33,2000}'::int[]) n;
INSERT INTO wrong_values VALUES
    ('orm.document[]', '{NULL}'), ('orm.document[]', '{{NULL},{NULL}}'), ('orm.document[]', '{1,2}'), ('orm.document[]', '{"{}"}'), ('orm.document[]', '{"[]"}'),
    ('orm.document[]', '{"{\"column\": {\"name\": \"t\", \"attribute\": \"u\"}}"}'), ('orm.document[]', '{"{\"column\": {\"name\": \"none\"}}"}'),
    ('orm.document[]', '{"{\"column\": {\"name\": \"t\", \"type\": \"text\"}}","{\"column\": {\"name\": \"t\", \"type\": \"text\"}}"}'),
    ('boolean', 'true'), ('boolean', 'false'), ('oid', '0'), ('oid', '1'), ('oid', '4294967295'), ('oid', 'orm.unset(anyelement)'::regprocedure::oid::text),
    ('regclass', '0'), ('regclass', '1'), ('regclass', '4294967295'), ('regclass', 'pg_class'), ('regclass', 'pg_class_oid_index'), ('regclass', 'orm.model'), ('regclass', 'orm.models'),
    ('regclass', 'wrong_input.w_id_seq'), ('regclass', 'wrong_input.w_pkey'), ('regclass', 'pg_catalog.pg_user'), ('regclass', 'wrong_input.pairs'),
    ('json', '{}'), ('json', '"\u0000"'), ('jsonb', '{}'), ('jsonb', '1e1000');

-- A key may be of any type.
CREATE TYPE composite AS (a integer, b text);
CREATE TABLE key_values (value text);
INSERT INTO key_values VALUES
    ('1::int2'), ('1::int8'), ('1.5::numeric'), ('''NaN''::float8'), ('''x''::varchar'), ('''1''::bpchar'), ('''1''::name'), ('''1''::"char"'),
    ('true'), ('now()'), ('''{1}''::int[]'), ('''{}''::text[]'), ('''(1,x)''::wrong_input.composite'), ('ROW(1, ''x'')'), ('ROW()'), ('ROW(1, 2, 3)'),
    ('ROW(ROW(1), ARRAY[1])'), ('NULL::wrong_input.composite'), ('NULL::int'), ('NULL::jsonb'), ('''{"id": 1}''::json'), ('''{"a": 1, "b": "x"}''::jsonb'),
    ('''[]''::json'), ('''null''::jsonb'), ('''1''::json'), ('''{"id": 1, "x": 2}''::orm.document'), ('''1''::xml'), ('''{"a": null, "b": null}''::json'),
    ('''[1,2)''::int4range'), ('B''1'''), ('''\x31''::bytea'), ('1::regclass'), ('''1''::cstring'), ('(SELECT w FROM wrong_input.w)'), ('(SELECT p FROM wrong_input.pairs p)');

CREATE TABLE internal_errors (call text, message text);
CREATE SEQUENCE calls;

-- Runs one call, and takes back what it did.
CREATE PROCEDURE try(call text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nextval('wrong_input.calls');
    BEGIN
        EXECUTE call;
        RAISE SQLSTATE 'OK000';
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE NOT LIKE 'XX%' THEN
            RETURN;
        END IF;
        INSERT INTO wrong_input.internal_errors VALUES (left(call, 300), SQLERRM);
    END;
END $$;

CREATE FUNCTION argument(value text, type oid) RETURNS text LANGUAGE sql AS $$
    SELECT format('%L::%s', value, CASE type WHEN 'anyelement'::regtype THEN 'text' WHEN 'cstring'::regtype THEN 'cstring' ELSE format_type(type, NULL) END)
$$;

DO $$
DECLARE
    f record;
    arguments text[];
    wrong text;
    t oid;
    target text;
BEGIN
    FOR f IN
        SELECT p.oid, p.proname, p.provariadic, coalesce(string_to_array(p.proargtypes::text, ' ')::oid[], '{}') AS types, p.proargnames AS names
          FROM pg_proc p WHERE p.pronamespace = 'orm'::regnamespace AND p.proname <> 'document_recv'
    LOOP
        -- all NULL, and all but one
        SELECT coalesce(array_agg(wrong_input.argument(NULL, x) ORDER BY o), '{}') INTO arguments FROM unnest(f.types) WITH ORDINALITY u(x, o);
        IF f.provariadic <> 0 THEN
            arguments[cardinality(arguments)] := 'VARIADIC ' || arguments[cardinality(arguments)];
        END IF;
        CALL wrong_input.try(format('SELECT orm.%I(%s)', f.proname, array_to_string(arguments, ', ')));
        FOREACH target IN ARRAY '{W,Pair,Declared}'::text[] LOOP
            FOR i IN 1 .. cardinality(f.types) LOOP
                -- the others right
                SELECT array_agg(CASE WHEN f.provariadic <> 0 AND o = cardinality(f.types) THEN 'VARIADIC ' ELSE '' END ||
                        wrong_input.argument(CASE WHEN f.names[o] = 'model' THEN target ELSE
                            CASE WHEN x = 'text'::regtype THEN btrim(r.value, '{}') ELSE r.value END END, x) ORDER BY o)
                  INTO arguments
                  FROM unnest(f.types) WITH ORDINALITY u(x, o) LEFT JOIN wrong_input.right_values r ON r.argument = f.names[o];
                t := f.types[i];
                FOR wrong IN
                    SELECT wrong_input.argument(w.value, t) FROM wrong_input.wrong_values w
                     WHERE w.type = t OR (w.type = 'text'::regtype AND t IN ('anyelement'::regtype, 'cstring'::regtype))
                     UNION ALL SELECT 'NULL::' || CASE WHEN t = 'anyelement'::regtype THEN 'text' ELSE format_type(t, NULL) END
                     UNION ALL SELECT a.value FROM wrong_input.key_values a WHERE t = 'anyelement'::regtype
                LOOP
                    arguments[i] := CASE WHEN f.provariadic <> 0 AND i = cardinality(f.types) THEN 'VARIADIC ' ELSE '' END || wrong;
                    CALL wrong_input.try(format('SELECT orm.%I(%s)', f.proname, array_to_string(arguments, ', ')));
                END LOOP;
            END LOOP;
        END LOOP;
    END LOOP;
END $$;

SELECT last_value > 10000 AS many_calls FROM calls;
SELECT * FROM internal_errors;

-- Nothing stays behind, and everything works as before
SELECT model, state FROM orm.models ORDER BY model COLLATE "C";
SELECT count(*) FROM pg_class WHERE relnamespace = 'wrong_input'::regnamespace AND relname ~ '^(w2|a$|x)';
SELECT * FROM w_all();
SELECT orm.get('Pair', '(1,x)');

SET client_min_messages = error;
DROP SCHEMA wrong_input CASCADE;
SELECT count(*) FROM orm.models;
