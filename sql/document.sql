-- The type orm.document: what goes in, what comes out, which casts are taken.
-- Oracle: type json, which takes and refuses the same texts.
CREATE SCHEMA document;
SET search_path = document;
\pset null <null>

-- the text stays as it was given
SELECT '{"b" : 1, "a":[ ], "b":2 }'::orm.document;
SELECT ' "caf\u00e9" '::orm.document, '-1.50e+2'::orm.document, 'null'::orm.document;

-- what is no JSON
SELECT '{"a":'::orm.document;
SELECT '{"a" 1}'::orm.document;
SELECT '{a: 1}'::orm.document;
SELECT ''::orm.document;
SELECT E'["a\tb"]'::orm.document;
SELECT '["\x"]'::orm.document;
SELECT '[1] 2'::orm.document;
\set VERBOSITY sqlstate
SELECT repeat('[', 100000)::orm.document;
\set VERBOSITY default

-- json says the same of every text
CREATE FUNCTION problem(given text, type regtype) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT %L::%s', given, type);
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TABLE texts (given text);
INSERT INTO texts VALUES
    ('1'), ('-0'), ('01'), ('1.'), ('.5'), ('1e5'), ('1e'), ('+1'), ('NaN'), ('0x1'),
    ('true'), ('false'), ('null'), ('TRUE'), ('tru'), ('nulls'),
    ('""'), ('"a'), ('"\""'), ('"\u00e9"'), ('"\u00g9"'), ('"\u0000"'), ('"\ud800"'), ('"\ud83d\ude00"'), ('''a'''),
    ('[]'), ('[1,2]'), ('[1,]'), ('[,1]'), ('[1 2]'), ('[1'), (']'), ('[[]]'), ('[[]'), (' [ 1 , 2 ] '),
    ('{}'), ('{"a":1}'), ('{"a":1,}'), ('{"a"}'), ('{"a":}'), ('{"a":1 "b":2}'), ('{,}'), ('{1:2}'), ('{"a":{}}'),
    ('{"a":1}}'), ('{"a":1'), ('}'), ('{ "a" : [ { } ] , "b" : null }'), ('{"":""}'), ('{"\u0000":1}'),
    (''), ('   '), (E'\n\t[\r\n1\n]\n'), ('1 2'), ('// no'), (','), (':');
SELECT count(*) AS texts,
       count(*) FILTER (WHERE problem(given, 'json') IS NULL) AS taken,
       count(*) FILTER (WHERE problem(given, 'json') IS DISTINCT FROM problem(given, 'orm.document')) AS different
FROM texts;
DELETE FROM texts WHERE problem(given, 'json') IS NOT NULL;
SELECT count(*) FILTER (WHERE given::orm.document::text <> given) AS changed,
       count(*) FILTER (WHERE given::orm.document::json::text <> given) AS changed_as_json
FROM texts;

-- what becomes a document by itself
CREATE FUNCTION kinds(VARIADIC given orm.document[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(json_typeof(d::json), ', ') FROM unnest(given) d
$$;
SELECT kinds();
SELECT kinds('{"a": 1}', '[]', '"x"');
SELECT kinds('{}'::json, '[]'::jsonb, 'true'::text, '1'::varchar, NULL, jsonb_build_object('a', 1));
SELECT kinds(VARIADIC ARRAY['{}', '1']::orm.document[]);
PREPARE untyped AS SELECT kinds($1, $2);
EXECUTE untyped('{}', '[1]');
PREPARE typed(text, varchar, json, jsonb) AS SELECT kinds($1, $2, $3, $4);
EXECUTE typed('1', '"x"', '[]', '{}');
SELECT kinds('{"a":'::text);

-- and what a document becomes
CREATE TABLE kept (j json, b jsonb, t text, d orm.document);
INSERT INTO kept SELECT d, d, d, d FROM (VALUES ('{"b":1,  "a":2}'::orm.document)) v(d);
SELECT * FROM kept;
SELECT d::jsonb -> 'a' AS a, d::json ->> 'b' AS b FROM kept;
\set VERBOSITY sqlstate
SELECT d -> 'a' FROM kept;
\set VERBOSITY default
SELECT '"\u0000"'::orm.document::json, to_json('{"a" : 1}'::orm.document), json_build_array('[ ]'::orm.document);
SELECT '"\u0000"'::orm.document::jsonb;

-- stored long, compressed, and in the short form of a row
INSERT INTO kept (d) VALUES (('"' || repeat('0123456789', 100000) || '"')::orm.document), ('7');
SELECT length(d::text), pg_column_size(d) < length(d::text) AS compressed FROM kept ORDER BY 1;

-- binary, as jsonb
SELECT orm.document_send('{"a": 1}') = jsonb_send('{"a": 1}') AS like_jsonb;

\set VERBOSITY terse
DROP SCHEMA document CASCADE;
