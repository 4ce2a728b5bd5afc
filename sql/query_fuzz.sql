-- Documents that nobody would write: right ones with a piece taken from
-- another, put in, left out or bent.  Whatever they are, they end in a result or
-- in an ordinary error. ORM_TEST_SEED (0 to 1) and ORM_TEST_ROUNDS in the
-- environment make others, and more for each document.
SET client_min_messages = warning;
SET jit = off;
\set SHOW_CONTEXT never
\getenv seed ORM_TEST_SEED
\getenv rounds ORM_TEST_ROUNDS
\if :{?seed} \else \set seed 0 \endif
\if :{?rounds} \else \set rounds 150 \endif
CREATE SCHEMA query_fuzz;
SET search_path = query_fuzz;

CREATE TYPE place AS (zip text, n integer);
SELECT orm.model('Fuzz author', 'query_fuzz.authors',
    orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'), orm.column('born', 'date'),
    orm.column('info', 'jsonb'), orm.column('marks', 'integer[]'), orm.column('at', 'tstzrange'), orm.column('score', 'numeric(6,2)'), orm.column('place', 'query_fuzz.place'),
    orm.column('secret', 'text', hidden => true), orm.column('code', 'text', normalizes => 'upper(code)'), orm.computed('twice', 'numeric', 'score * 2'),
    orm.scope('top', '{"where": {"score": {"ge": 2}, "posts": {"any": {"id": {"gt": 0}}}}, "order_by": ["-score"], "limit": 3, "compute": {"double": {"*": ["score", 2]}}}'),
    orm.scope('since', '{"where": {"born": {"ge": {"$": "day"}}}, "parameters": ["day"]}'),
    orm.has_many('posts', 'Fuzz post'), orm.has_many('odd', 'Fuzz post', foreign_key => 'author_id', order_by => '["-seen", "title"]', filter => '{"or": [{"id": {"ne": 2}}, {"title": null}]}'),
    orm.has_many('labels', 'Fuzz tag', path => 'posts.tags'), orm.has_one('first', 'Fuzz post', foreign_key => 'author_id'));
SELECT orm.model('Fuzz post', 'query_fuzz.posts',
    orm.column('id', 'bigint', primary_key => true), orm.column('title', 'varchar(20)'), orm.column('seen', 'timestamptz'),
    orm.belongs_to('author', 'Fuzz author'), orm.belongs_to('parent', 'Fuzz post'), orm.has_many('children', 'Fuzz post'),
    orm.many_to_many('tags', 'Fuzz tag'));
SELECT orm.model('Fuzz tag', 'query_fuzz.tags', orm.column('code', 'varchar(5)', primary_key => true), orm.many_to_many('posts', 'Fuzz post'),
    orm.scope('plain', '{"where": {"code": {"ne": "zz"}}, "order_by": ["code"]}', is_default => true));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO authors (name, born, info, marks, at, score)
    SELECT 'a' || i, '2000-01-01'::date + i, jsonb_build_object('k', i), ARRAY[i, i + 1], tstzrange('2020-01-01', '2021-01-01'), i FROM generate_series(1, 5) i;
INSERT INTO posts (title, seen, author_id, parent_id)
    SELECT 't' || i, '2026-01-01'::timestamptz + i * interval '1 day', 1 + i % 5, CASE WHEN i > 3 THEN i - 3 END FROM generate_series(1, 12) i;
INSERT INTO tags VALUES ('x'), ('y');
INSERT INTO posts_tags (post_id, tag_code) SELECT i, 'x' FROM generate_series(1, 5) i;

UPDATE authors SET place = ROW('z' || id, id), code = 'c' || id;
CREATE FUNCTION upto(last integer) RETURNS SETOF authors LANGUAGE sql STABLE AS 'SELECT * FROM query_fuzz.authors WHERE id <= $1';
SELECT orm.allow_function('upto(integer)');

CREATE TABLE seeds (verb text, model text, query text);
INSERT INTO seeds VALUES
    ('all', 'Fuzz author', '{"where": {"name": {"in": ["a1", null]}, "or": [{"born": {"ge": "2000-01-02"}}, {"not": {"score": null}}]}, "order_by": ["-name", {"by": "score", "nulls": "first"}], "limit": 3, "offset": 1}'),
    ('all', 'Fuzz post', '{"where": {"author": {"name": {"istarts_with": "A"}}, "tags": {"any": {"code": "x"}, "count": {"ge": 1}, "where": {"code": {"ne": "y"}}}, "parent": null}, "select": ["title"], "load": {"author": {"omit": ["info"]}, "tags": true}}'),
    ('all', 'Fuzz author', '{"compute": {"n": {"count": "posts"}, "k": {"at": ["k", 0], "of": "info"}, "y": {"part": "year", "of": "born"}, "l": {"max": "posts.title", "where": {"id": {"gt": 1}}}}, "where": {"n": {"gt": 0}}, "order_by": ["-n"], "load": {"latest": {"of": "posts", "one": true, "order_by": ["-seen"], "load": {"children": {"recursive": 2, "limit": 2}}}}}'),
    ('aggregate', 'Fuzz post', '{"group_by": ["author.name"], "aggregate": {"n": {"count": "*"}, "t": {"string_agg": "title", "separator": "/", "order_by": ["-id"]}, "s": {"sum": "author.score", "distinct": true}}, "having": {"n": {"ge": 1}}, "order_by": ["-n"], "limit": 2}'),
    ('page', 'Fuzz post', '{"order_by": ["-seen", "author.name"], "limit": 2, "total": true, "after": null, "where": {"title": {"search": "t1"}}}'),
    ('first', 'Fuzz author', '{"where": {"marks": {"@>": [1]}, "info": {"@>": {"k": 1}}, "at": {"&&": "[2020-02-01,2020-03-01)"}, "score": {"lt": {"$attribute": "id"}}}, "lock": "update skip locked", "etag": true}'),
    ('count', 'Fuzz author', '{"where": {"posts": {"all": {"author": {}}, "none": {"title": {"regex": "^z"}}}, "score": {"$": "p"}}, "distinct": ["name"]}'),
    ('exists', 'Fuzz post', '{"where": {"id": {"not_in": {"$": "q"}}, "title": {"like": "%1_"}, "seen": {"le": {"$value": "2026-05-05"}}}}'),
    ('all', 'Fuzz post', '{"distinct": ["author_id"], "order_by": ["author_id", "-id"], "load": ["author.posts", "children.children", "tags"]}'),
    ('all', 'Fuzz author', '{"from": "query_fuzz.upto", "arguments": {"last": 3}, "compute": {"r": {"row_number": [], "over": {"order_by": ["-score"]}}, "c": {"case": [[{"score": {"gt": 2}}, {"$value": "high"}]], "else": "name"}}, "where": {"$expr": {">": [{"+": ["score", 1]}, 2]}, "r": {"le": 5}}, "settings": {"app.x": "1"}}'),
    ('aggregate', 'Fuzz post', '{"group_by": ["author.name"], "aggregate": {"n": {"count": "*"}, "m": {"/": [{"sum": "author.score"}, {"count": "*"}]}}, "having": {"m": {"gt": 0}}, "order_by": ["-m"]}'),
    ('all', 'Fuzz author', '{"where": {"place": {"zip": {"like": "z%"}}, "code": {"in": ["C1", "c2", null]}, "twice": {"ge": 2}}, "order_by": ["place.n"], "compute": {"z": "place.zip"}, "select": ["*", "twice"], "omit": ["secret"]}'),
    ('count', 'Fuzz author', '{"from": "query_fuzz.upto", "arguments": {"last": {"$": "p"}}, "where": {"secret": null}}'),
    ('all', 'Fuzz author', '{"scope": ["top", {"since": {"day": "2000-01-02"}}], "load": {"odd": {"key_by": "id", "limit": 2}, "labels": {"unscoped": ["plain"], "where": {"code": "x"}}}, "omit": ["double"]}'),
    ('aggregate', 'Fuzz author', '{"scope": "top", "aggregate": {"n": {"count": "labels"}, "s": {"sum": {"*": ["id", 2]}, "of": "odd", "where": {"id": {"gt": 1}}}}, "group_by": ["name"]}'),
    ('all', 'Fuzz tag', '{"unscoped": true, "where": {"posts": {"any": {"author": {"odd": {"count": {"ge": 1}}}}}}, "order_by": ["-code"]}'),
    ('all', 'Fuzz post', '{"compute": {"r": {"rank": [], "over": {"partition_by": ["author_id"], "order_by": ["-seen"]}}, "p": {"lag": ["title", 1], "over": {"order_by": ["id"]}}, "q": {"avg": "id", "over": {"order_by": ["id"], "rows": [-1, 0]}}, "s": {"sum": "id", "over": {"order_by": ["id"], "range": [null, 0]}}}, "where": {"or": [{"r": {"le": 2}}, {"s": {"gt": {"$expr": {"+": ["id", 3]}}}}]}}'),
    ('page', 'Fuzz author', '{"scope": "top", "limit": 1, "total": true, "order_by": [{"by": {"coalesce": ["score", 0]}, "desc": true}], "load": {"labels": {"order_by": ["-code"]}}}'),
    ('update_where', 'Fuzz author', '{"where": {"id": {"in": [1, 2]}}}'),
    ('delete_where', 'Fuzz post', '{"where": {"children": {"none": {}}}, "limit": 1, "order_by": ["-id"]}');

-- Every value in a document, with where it is.
CREATE FUNCTION pieces(document jsonb) RETURNS TABLE (path text[], piece jsonb) LANGUAGE sql AS $$
    WITH RECURSIVE walk(path, piece) AS (
        SELECT '{}'::text[], document
        UNION ALL
        SELECT w.path || c.key, c.value FROM walk w, LATERAL (
            SELECT key, value FROM jsonb_each(CASE jsonb_typeof(w.piece) WHEN 'object' THEN w.piece ELSE '{}' END)
            UNION ALL
            SELECT (ordinality - 1)::text, value FROM jsonb_array_elements(CASE jsonb_typeof(w.piece) WHEN 'array' THEN w.piece ELSE '[]' END)
                WITH ORDINALITY) c)
    SELECT * FROM walk WHERE path <> '{}' $$;
CREATE TABLE parts AS SELECT row_number() OVER () AS n, p.piece, p.path[cardinality(p.path)] AS key
    FROM (SELECT query FROM seeds) s, LATERAL pieces(s.query::jsonb) p;
INSERT INTO parts SELECT row_number() OVER () + (SELECT max(n) FROM parts), piece::jsonb, key
    FROM (VALUES ('null'), ('true'), ('-1'), ('1e400'), ('""'), ('[]'), ('{}'), ('"\\"'), ('"%"'), ('99999999999999999999'), ('{"$": ""}'), ('{"$": 1}'),
        ('{"$value": {"$": "p"}}'), ('{"$attribute": "author.author.name"}'), ('[[1], [2]]'), ('[null]'), ('"infinity"'), ('"NaN"'), ('"posts"'), ('"author.name"')) v(piece),
    (VALUES ('$'), ('and'), ('or'), ('not'), ('any'), ('recursive'), ('lock'), ('~~'), ('='), ('<->'), ('@@'), ('?'), (''), ('posts'), ('children'), ('-'), ('$value')) k(key);

CREATE FUNCTION run(verb text, model text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    params json = '{"p": 1, "q": [1, null]}';
    result json;
BEGIN
    IF query !~ '"\$": "[pq]"' THEN params = '{}';
    ELSIF query !~ '"\$": "q"' THEN params = '{"p": 1}';
    ELSIF query !~ '"\$": "p"' THEN params = '{"q": [1, null]}'; END IF;
    BEGIN
        CASE verb
            WHEN 'all' THEN result = orm.all(model, query, params);
            WHEN 'first' THEN result = orm.first(model, query, params);
            WHEN 'aggregate' THEN result = orm.aggregate(model, query, params);
            WHEN 'page' THEN result = orm.page(model, query, params);
            WHEN 'count' THEN PERFORM orm.count(model, query, params);
            WHEN 'exists' THEN PERFORM orm.exists(model, query, params);
            WHEN 'update_where' THEN PERFORM orm.update_where(model, query, '{"score": 1}', params);
            WHEN 'delete_where' THEN PERFORM orm.delete_where(model, query, params);
        END CASE;
        PERFORM json_typeof(result);
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ORM00';
    END;
EXCEPTION
    WHEN SQLSTATE 'ORM00' THEN RETURN 'result';
    WHEN OTHERS THEN RETURN CASE WHEN SQLSTATE LIKE 'XX%' OR SQLSTATE LIKE '42601' THEN concat_ws(' | ', SQLSTATE, SQLERRM, verb, query) ELSE 'error' END;
END $$;

\echo # as they are
SELECT verb, run(verb, model, query) FROM seeds;

-- A number from 0 to n - 1, the same in every run.
CREATE FUNCTION pick(seed bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(seed, 7) & 9223372036854775807) % n $$;

CREATE FUNCTION bend(seed bigint, document jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    place text[];
    part record;
BEGIN
    SELECT path INTO place FROM query_fuzz.pieces(document) ORDER BY hashtextextended(path::text, seed) LIMIT 1;
    SELECT * INTO part FROM query_fuzz.parts WHERE n = 1 + query_fuzz.pick(seed * 3 + 1, (SELECT max(n) FROM query_fuzz.parts));
    RETURN CASE query_fuzz.pick(seed * 5 + 2, 5)
        WHEN 0 THEN document #- place
        WHEN 1 THEN jsonb_set(document, place, part.piece)
        WHEN 2 THEN jsonb_set(document, place[:cardinality(place) - 1] || part.key, part.piece)
        WHEN 3 THEN jsonb_set(document #- place, place[:cardinality(place) - 1] || part.key, document #> place)
        ELSE jsonb_set(document, place, jsonb_build_object(part.key, document #> place)) END;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN document;               -- a name where an array's index stood
END $$;

\echo # bent once, twice, three times
CREATE TABLE runs AS
    SELECT s.verb, s.model, b3.query::text AS query, run(s.verb, s.model, b3.query::text) AS outcome
    FROM seeds s, generate_series(1 + (:seed * 1000000)::integer, :rounds + (:seed * 1000000)::integer) i,
        LATERAL (SELECT bend(i * 11, s.query::jsonb) AS query) b1,
        LATERAL (SELECT CASE WHEN i % 3 > 0 THEN bend(i * 13 + 1, coalesce(b1.query, '{}')) ELSE b1.query END AS query) b2,
        LATERAL (SELECT CASE WHEN i % 3 > 1 THEN bend(i * 17 + 2, coalesce(b2.query, '{}')) ELSE b2.query END AS query) b3
    WHERE b3.query IS NOT NULL;
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE outcome = 'result') > 100 AS results, count(*) FILTER (WHERE outcome = 'error') > 500 AS errors FROM runs;
SELECT * FROM runs WHERE outcome NOT IN ('result', 'error') ORDER BY verb, query;

\echo # text with bytes changed
SELECT DISTINCT outcome FROM (
    SELECT run(s.verb, s.model, overlay(s.query PLACING substr('{}[]",:$ 0a.', 1 + pick(i, 12)::integer, 1) FROM 1 + pick(i + 7, length(s.query))::integer FOR 1)) AS outcome
    FROM seeds s, generate_series(1, 40) i) r WHERE outcome NOT IN ('result', 'error');

DROP SCHEMA query_fuzz CASCADE;
