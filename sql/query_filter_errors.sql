-- Conditions in "where" that are wrong: SQLSTATE, message, DETAIL with the place, HINT.
\set SHOW_CONTEXT never
CREATE SCHEMA query_filter_errors;
SET search_path = query_filter_errors;
SET client_min_messages = warning;

CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE address AS (street text, no int);
CREATE TABLE people (id int PRIMARY KEY, name text, age int, mood mood, home address, tags text[], doc json, data jsonb, span int4range, days daterange, spans int4multirange, born date,
    active boolean, spot point, page xml);
CREATE TABLE posts (id int PRIMARY KEY, author_id int REFERENCES people, title text);
CREATE TABLE profiles (id int PRIMARY KEY, person_id int UNIQUE REFERENCES people, bio text);
INSERT INTO people (id, name, age) VALUES (1, 'Ana', 30);
SELECT count(*) > 0 AS mapped FROM orm.map('query_filter_errors.people', 'Person', orm.has_many('posts', 'Post'), orm.has_one('profile', 'Profile'),
    orm.has_many('letters', 'Letter'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_filter_errors.posts', 'Post', orm.belongs_to('author', 'Person'));
SELECT count(*) > 0 AS mapped FROM orm.map('query_filter_errors.profiles', 'Profile', orm.belongs_to('person', 'Person'));

CREATE FUNCTION refused("where" text, params text DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; place text;
BEGIN
    PERFORM orm.all('Person', format('{"where": %s}', "where")::orm.document, params::orm.document);
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, place = PG_EXCEPTION_CONTEXT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''), substring(place FROM 'at where[^\n]*'));
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '\n'
\pset recordsep '\n\n'

-- where, and, or, not
SELECT w, refused(w) FROM unnest('{"[1]", "1", "\"x\"", "true", "null", "{\"and\": {\"id\": 1}}", "{\"or\": null}", "{\"or\": [{\"id\": 1}, 2]}", "{\"or\": [null]}", "{\"not\": [1]}", "{\"not\": null}",
    "{\"id\": 1, \"id\": 2}", "{\"and\": [], \"and\": []}", "{\"\\u0000\": 1}"}'::text[]) w;

-- names
SELECT w, refused(w) FROM unnest('{"{\"agee\": 1}", "{\"post\": {\"any\": {}}}", "{\"\": 1}", "{\"nothing like it\": 1}", "{\"profile.bio\": \"x\"}", "{\"or\": [{\"id\": 1}, {\"nam\": 1}]}",
    "{\"posts\": {\"any\": {\"titel\": 1}}}", "{\"posts\": {\"none\": {\"author\": {\"posts\": {\"all\": {\"author\": {\"agee\": 1}}}}}}}", "{\"letters\": {\"any\": {}}}"}'::text[]) w;

-- operators
SELECT w, refused(w) FROM unnest('{"{\"id\": {}}", "{\"id\": {\"gte\": 1}}", "{\"id\": {\"equals\": 1}}", "{\"id\": {\"\": 1}}", "{\"id\": {\"ge\": 1, \"ge\": 2}}", "{\"id\": {\"id\": {\"ge\": 1}}}",
    "{\"id\": {\"@>\": 1}}", "{\"id\": {\"+\": 1}}", "{\"data\": {\"k\": 1}}", "{\"home\": {\"street\": \"x\"}}", "{\"data\": {\"$other\": 1}}",
    "{\"doc\": {\"@>\": {\"k\": 1}}}", "{\"doc\": {\"lt\": 1}}", "{\"page\": \"<a/>\"}", "{\"tags\": {\"in\": [[\"a\"]]}}"}'::text[]) w;

-- as others call them
SELECT w, split_part(refused(w), E'\n', 1), split_part(refused(w), E'\n', 3)
FROM unnest('{"{\"id\": {\"lte\": 1}}", "{\"id\": {\"neq\": 1}}", "{\"id\": {\"!=\": 1}}", "{\"id\": {\"==\": 1}}", "{\"id\": {\"notIn\": [1]}}", "{\"id\": {\"isnull\": true}}", "{\"name\": {\"startsWith\": \"a\"}}",
    "{\"name\": {\"iexact\": \"a\"}}", "{\"posts\": {\"some\": {}}}", "{\"posts\": {\"every\": {}}}", "{\"id\": {\"===\": 1}}"}'::text[]) w;

-- (which others there are depends on the server's version)
SELECT w, split_part(refused(w), E'\n', 1) FROM unnest('{"{\"spot\": {\"<@\": \"(1,1)\"}}", "{\"spot\": \"(1,1)\"}", "{\"name\": {\"@>\": \"x\"}}"}'::text[]) w;

-- operators of text on something else
SELECT w, refused(w) FROM unnest('{"{\"id\": {\"contains\": \"1\"}}", "{\"tags\": {\"contains\": \"a\"}}", "{\"span\": {\"starts_with\": \"a\"}}", "{\"data\": {\"iends_with\": \"a\"}}",
    "{\"doc\": {\"icontains\": \"a\"}}", "{\"tags\": {\"like\": \"a\"}}", "{\"mood\": {\"like\": \"o%\"}}", "{\"born\": {\"iregex\": \"2\"}}", "{\"id\": {\"ieq\": \"1\"}}", "{\"id\": {\"search\": \"1\"}}",
    "{\"name\": {\"contains\": {\"$attribute\": \"id\"}}}", "{\"name\": {\"search\": {\"$attribute\": \"id\"}}}"}'::text[]) w;

-- null where none may be
SELECT w, refused(w) FROM unnest('{"{\"age\": {\"ge\": null}}", "{\"name\": {\"contains\": null}}", "{\"age\": {\"in\": null}}", "{\"age\": {\"not_in\": null}}", "{\"tags\": {\"@>\": null}}",
    "{\"tags\": {\"@>\": {\"$value\": null}}}", "{\"data\": {\"?\": {\"$value\": null}}}", "{\"age\": {\"lt\": {\"$value\": null}}}"}'::text[]) w;

-- values that do not fit
SELECT w, refused(w) FROM unnest('{"{\"id\": [1]}", "{\"id\": {\"ne\": [1]}}", "{\"id\": {\"in\": 5}}", "{\"id\": {\"in\": {\"a\": 1}}}", "{\"id\": {\"in\": [[1]]}}", "{\"id\": {\"in\": [1, \"x\"]}}", "{\"id\": \"x\"}",
    "{\"id\": 2.5}", "{\"id\": 99999999999}", "{\"id\": true}", "{\"name\": 1}", "{\"active\": 1}", "{\"born\": \"x\"}", "{\"mood\": \"bad\"}", "{\"id\": {\"eq\": {\"ge\": 1}}}", "{\"span\": {\"&&\": 5}}", "{\"span\": {\"@>\": \"5\"}}", "{\"span\": {\"@>\": 5.5}}", "{\"days\": {\"@>\": 5}}", "{\"days\": {\"@>\": \"2026-01-01\"}}", "{\"spans\": {\"&&\": \"5\"}}", "{\"span\": {\"@>\": \"(5\"}}",
    "{\"tags\": {\"@>\": \"a\"}}", "{\"home\": {\"eq\": {\"nope\": 1}}}", "{\"name\": \"\\u0000\"}", "{\"name\": {\"like\": 5}}", "{\"name\": {\"contains\": 5}}", "{\"name\": {\"regex\": \"(\"}}"}'::text[]) w;

-- instructions
SELECT w, refused(w) FROM unnest('{"{\"id\": {\"$other\": 1}}", "{\"id\": {\"eq\": {\"$other\": 1}}}", "{\"id\": {\"$\": \"x\", \"y\": 1}}", "{\"id\": {\"$\": 1}}", "{\"data\": {\"eq\": {\"$\": 1}}}", "{\"data\": {\"@>\": {\"$\": 1}}}",
    "{\"id\": {\"in\": [{\"$\": \"x\"}]}}", "{\"id\": {\"in\": {\"$value\": {\"$\": \"x\"}}}}", "{\"name\": {\"contains\": {\"$value\": {\"$\": \"x\"}}}}", "{\"id\": {\"$attribute\": 1}}", "{\"id\": {\"$attribute\": \"nope\"}}",
    "{\"id\": {\"$attribute\": \"posts\"}}", "{\"id\": {\"$attribute\": \"profile\"}}", "{\"id\": {\"$attribute\": \"name.x\"}}", "{\"id\": {\"$attribute\": \"profile.bio\"}}", "{\"name\": {\"lt\": {\"$attribute\": \"id\"}}}",
    "{\"id\": {\"in\": {\"$attribute\": \"age\"}}}", "{\"id\": {\"in\": {\"$attribute\": \"tags\"}}}", "{\"tags\": {\"@>\": {\"$attribute\": \"id\"}}}"}'::text[]) w;

-- relationships
SELECT w, refused(w) FROM unnest('{"{\"posts\": {}}", "{\"posts\": null}", "{\"posts\": 3}", "{\"posts\": {\"title\": \"x\"}}", "{\"posts\": {\"any\": {}, \"title\": \"x\"}}", "{\"posts\": {\"any\": {}, \"any\": {}}}",
    "{\"posts\": {\"any\": null}}", "{\"posts\": {\"any\": [1]}}", "{\"posts\": {\"where\": {}}}", "{\"posts\": {\"any\": {}, \"where\": {}}}", "{\"posts\": {\"count\": 1, \"where\": null}}", "{\"posts\": {\"count\": {}}}",
    "{\"posts\": {\"count\": \"x\"}}", "{\"posts\": {\"count\": {\"like\": \"1\"}}}", "{\"posts\": {\"count\": {\"ge\": null}}}", "{\"profile\": 5}", "{\"profile\": [1]}", "{\"profile\": {\"any\": {}}}"}'::text[]) w;

-- parameters
SELECT w, p, refused(w, p) FROM (VALUES
    ('{"age": {"$": "x"}}', '{}'),
    ('{"age": {"$": "ages"}}', '{"age": 1}'),
    ('{"age": {"$": "x"}}', '{"x": 1, "y": 2}'),
    ('{"age": {"ge": {"$": "x"}}}', '{"x": null}'),
    ('{"age": {"in": {"$": "x"}}}', '{"x": null}'),
    ('{"age": {"ge": {"$": "x"}}}', '{"x": {"$value": null}}'),
    ('{"age": {"in": {"$": "x"}}}', '{"x": {"$value": null}}'),
    ('{"age": {"in": {"$": "x"}}}', '{"x": [1, {"$value": null}]}'),
    ('{"age": {"in": [{"$value": null}]}}', '{}'),
    ('{"age": {"in": {"$": "x"}}}', '{"x": 3}'),
    ('{"age": {"$": "x"}}', '{"x": [1]}'),
    ('{"age": {"$": "x"}}', '{"x": "old"}'),
    ('{"age": {"$": "x"}}', '{"x": {"$": "x"}}'),
    ('{"name": {"contains": {"$": "x"}}}', '{"x": 1}')) v(w, p);

-- types of arguments that cannot become what they are compared with are refused with the function
\pset format aligned
\pset tuples_only off
CREATE FUNCTION f(x date) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"age": {"$": "x"}}}';
CREATE FUNCTION f(x int) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"age": {"in": {"$": "x"}}}}';
CREATE FUNCTION f(x text) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"age": {"in": {"$": "x"}}}}';
CREATE FUNCTION f(x text[]) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"age": {"in": {"$": "x"}}}}';
CREATE FUNCTION f(x int) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"tags": {"@>": {"$": "x"}}}}';
CREATE FUNCTION f(x int) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"age": {"$": "y"}}}';
CREATE FUNCTION f(x int) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"age": {"gte": {"$": "x"}}}}';
CREATE FUNCTION f(x text) RETURNS SETOF people LANGUAGE orm STABLE AS 'all Person {"where": {"age": {"$": "x"}}}';
SELECT id FROM f('30');
SELECT id FROM f('old');

DROP SCHEMA query_filter_errors CASCADE;
SELECT count(*) FROM orm.models;
