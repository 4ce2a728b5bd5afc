-- The functions that read, change and delete by a query document: what each
-- returns, and what it says to wrong arguments.  What a document may say is
-- the subject of other tests.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA query_read;
SET search_path = query_read;

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

SELECT orm.model('Usuario', 'usuarios',
    orm.column('id', 'integer', primary_key => true),
    orm.column('nombre', 'text', nullable => false),
    orm.column('edad', 'integer'),
    orm.has_many('posts', 'Post', back_populates => 'autor'));
SELECT orm.model('Post', 'posts',
    orm.column('id', 'integer', primary_key => true),
    orm.column('titulo', 'text'),
    orm.belongs_to('autor', 'Usuario', back_populates => 'posts'));
SELECT count(*) FROM orm.create_all();
INSERT INTO usuarios SELECT i, 'u' || i, CASE WHEN i % 5 > 0 THEN 20 + i END FROM generate_series(1, 10) i;
INSERT INTO posts SELECT i, 'p' || i, 1 + i % 4 FROM generate_series(1, 20) i;

-- The labels: the planner never runs them
SELECT p.oid::regprocedure AS function, provolatile, proparallel, proisstrict, proretset
  FROM pg_proc p WHERE pronamespace = 'orm'::regnamespace
   AND proname IN ('all', 'first', 'one', 'one_or_none', 'get', 'count', 'exists', 'aggregate', 'page', 'each', 'rows',
                   'update_where', 'delete_where', 'sql', 'explain')
 ORDER BY p.oid::regprocedure::text COLLATE "C";

-- all
SELECT orm.all('Usuario', '{"order_by": ["id"]}')::jsonb = jsonb_agg(u ORDER BY id) AS same FROM usuarios u;
SELECT json_array_length(orm.all('Usuario'));
SELECT orm.all('Usuario', '{"where": {"edad": {"gt": 26}}, "order_by": ["-edad"], "select": ["nombre"]}');
SELECT orm.all('Usuario', '{"where": {"edad": {"gt": {"$": "n"}}}, "order_by": ["id"], "select": ["id"]}', '{"n": 27}');
SELECT orm.all('Usuario', '{"where": {"id": -1}}');
SELECT orm.all(model => 'Usuario', params => '{"ids": [1, 3]}', query => '{"where": {"id": {"in": {"$": "ids"}}}, "order_by": ["id"]}');
SELECT orm.all('Post', '{"where": {"id": 4}, "load": ["autor"]}');
-- documents of every form that there is
SELECT orm.all('Post', '{"limit": 0}'::json), orm.all('Post', '{"limit": 0}'::jsonb, '{}'::jsonb),
       orm.all('Post', jsonb_build_object('limit', 0)), orm.all('Post', '{"limit": 0}'::text);
PREPARE lista (text, orm.document, orm.document) AS SELECT orm.all($1, $2, $3);
EXECUTE lista('Post', '{"where": {"id": {"lt": {"$": "n"}}}, "order_by": ["id"], "select": ["id"]}', '{"n": 3}');
DEALLOCATE lista;

-- first, one, one_or_none
SELECT orm.first('Usuario', '{"order_by": ["-id"]}'), orm.first('Usuario', '{"where": {"id": 0}}');
SELECT orm.first('Usuario', '{"where": {"nombre": "u3"}, "load": {"posts": {"limit": 1, "order_by": ["-id"]}}}');
SELECT orm.one('Usuario', '{"where": {"id": 2}}'), orm.one_or_none('Usuario', '{"where": {"id": 2}}');
SELECT orm.one_or_none('Usuario', '{"where": {"id": 0}}');
SELECT refused($$SELECT orm.one('Usuario', '{"where": {"id": 0}}')$$);
SELECT refused($$SELECT orm.one('Usuario')$$);
SELECT refused($$SELECT orm.one_or_none('Usuario')$$);
SELECT orm.one('Usuario', '{"limit": 1, "order_by": ["id"]}');

-- get, with a query
SELECT orm.get('Usuario', 3), orm.get('Usuario', '3'), orm.get('Usuario', 3, '{}'), orm.get('Usuario', '3'::text, '{"select": ["nombre"]}');
SELECT orm.get('Usuario', 3, '{"load": {"posts": {"order_by": ["id"], "select": ["titulo"]}}}');
SELECT orm.get('Usuario', 0, '{"select": ["id"]}'), orm.get('Usuario', NULL, '{"select": ["id"]}'), orm.get('Usuario', NULL::int);
SELECT orm.get('Usuario', 3, query => '{"omit": ["edad"], "lock": "update"}');
SELECT refused($$SELECT orm.get('Usuario', 3, '{"where": {"id": 4}}')$$);
SELECT refused($$SELECT orm.get('Usuario', 3, '{"selec": ["id"]}')$$);
SELECT refused($$SELECT orm.get('Usuario', 3, '[1]')$$);
SELECT refused($$SELECT orm.get('Usuario', 3, NULL)$$);

-- count, exists: a list's own document will do
SELECT orm.count('Usuario'), orm.exists('Usuario'), orm.count('Usuario', '{"where": {"edad": null}}'),
       orm.exists('Usuario', '{"where": {"edad": 1}}');
SELECT orm.count('Usuario', '{"where": {"edad": {"gt": {"$": "n"}}}, "order_by": ["edad"], "limit": 1, "load": ["posts"]}', '{"n": 25}'),
       orm.exists('Usuario', '{"where": {"posts": {"any": {"titulo": {"$": "t"}}}}, "limit": 0}', '{"t": "p7"}');

-- aggregate
SELECT orm.aggregate('Post', '{"group_by": ["autor.nombre"], "aggregate": {"n": {"count": "*"}}, "order_by": ["autor.nombre"]}');
SELECT orm.aggregate('Usuario', '{"aggregate": {"media": {"avg": "edad"}, "n": {"count": "*"}}}');

-- page: forwards, then back
SELECT orm.page('Usuario', '{"order_by": ["-edad"], "limit": 4, "select": ["id"], "total": true}') AS pagina \gset
SELECT :'pagina'::json -> 'items' AS items, :'pagina'::json -> 'total' AS total, :'pagina'::json -> 'previous' AS previous;
SELECT orm.page('Usuario', '{"order_by": ["-edad"], "limit": 4, "select": ["id"], "after": {"$": "c"}}',
                json_build_object('c', :'pagina'::json ->> 'next')) AS pagina \gset
SELECT :'pagina'::json -> 'items' AS items, :'pagina'::json ->> 'next' IS NOT NULL AS goes_on;
SELECT orm.page('Usuario', json_build_object('order_by', '["-edad"]'::json, 'limit', 4, 'select', '["id"]'::json,
                                             'before', :'pagina'::json ->> 'previous')) -> 'items' AS items;
SELECT refused(format($$SELECT orm.page('Usuario', '{"order_by": ["edad"], "after": {"$": "c"}}', %L)$$,
                      json_build_object('c', :'pagina'::json ->> 'next')));
SELECT json_array_length(orm.page('Post') -> 'items') AS items, orm.page('Post') -> 'next' AS next;

-- each: in the SELECT list, in FROM, through cursors; stopped early
SELECT orm.each('Usuario', '{"order_by": ["id"], "limit": 2}');
SELECT orm.each('Post', '{"where": {"id": {"le": {"$": "n"}}}, "order_by": ["id"], "load": ["autor"]}', '{"n": 2}');
SELECT orm.each('Usuario', '{"where": {"id": 0}}');
SELECT (SELECT jsonb_agg(e) FROM orm.each('Usuario', '{"order_by": ["id"], "load": ["posts"]}') e) =
       orm.all('Usuario', '{"order_by": ["id"], "load": ["posts"]}')::jsonb AS same;
SELECT orm.each('Usuario') ->> 'id' IS NOT NULL AS es LIMIT 1;
BEGIN;
SELECT e ->> 'id' AS id FROM (SELECT orm.each('Usuario', '{"order_by": ["id"]}') AS e LIMIT 1) x;
SELECT count(*) FROM pg_cursors;
DECLARE c CURSOR FOR SELECT orm.each('Usuario', '{"order_by": ["id"]}') ->> 'nombre' AS nombre;
FETCH 2 FROM c;
-- what is written meanwhile is not in it
UPDATE usuarios SET nombre = 'otro' WHERE id > 2;
FETCH 2 FROM c;
CLOSE c;
DECLARE d CURSOR FOR SELECT orm.each('Usuario', '{"order_by": ["id"]}') ->> 'nombre' AS nombre;
FETCH 1 FROM d;
ROLLBACK;
-- WITH HOLD takes the rest when the transaction ends
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT orm.each('Usuario', '{"order_by": ["id"]}') ->> 'nombre' AS nombre;
COMMIT;
FETCH 2 FROM c;
CLOSE c;
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT orm.each('Usuario', '{"order_by": ["id"]}') ->> 'nombre' AS nombre;
FETCH 1 FROM c;
COMMIT;
-- one by another, and one of each object of another
SELECT e ->> 'id' AS id, orm.each('Post', json_build_object('where', json_build_object('autor_id', e -> 'id'), 'order_by', '["id"]'::json)) ->> 'id' AS post
  FROM orm.each('Usuario', '{"where": {"id": {"in": [1, 5]}}, "order_by": ["id"]}') e;
SELECT orm.each('Usuario', '{"order_by": ["id"], "limit": 2}') ->> 'id' AS u, orm.each('Post', '{"order_by": ["id"], "limit": 3}') ->> 'id' AS p;
DO $$
DECLARE
    e json;
    n int := 0;
BEGIN
    FOR e IN SELECT orm.each('Post') LOOP
        n := n + 1;
        EXIT WHEN n = 3;
    END LOOP;
    RAISE NOTICE '% read', n;
    BEGIN
        FOR e IN SELECT orm.each('Post') LOOP
            RAISE EXCEPTION 'in the middle';
        END LOOP;
    EXCEPTION WHEN raise_exception THEN
        RAISE NOTICE '% left open', (SELECT count(*) FROM pg_cursors);
    END;
END $$;
SELECT CASE WHEN true THEN orm.each('Usuario') END;
SELECT refused($$SELECT orm.each('Usuario', '{"limi": 1}')$$);

-- rows: of a table's type
SELECT * FROM orm.rows(NULL::usuarios, '{"where": {"edad": null}, "order_by": ["-id"]}');
SELECT r.nombre, r.edad + 1 AS edad FROM orm.rows(NULL::query_read.usuarios, '{"where": {"id": {"le": {"$": "n"}}}, "order_by": ["id"]}', '{"n": 2}') r;
SELECT count(*) FROM orm.rows(NULL::posts) p JOIN orm.rows(NULL::usuarios) u ON u.id = p.autor_id;
SELECT (orm.rows(NULL::usuarios, '{"limit": 1, "order_by": ["id"]}')).nombre;
SELECT orm.rows(NULL::usuarios, '{"limit": 2, "order_by": ["id"]}');
SELECT (SELECT count(*) FROM orm.rows(u)) FROM usuarios u WHERE id = 1;
SELECT refused('SELECT * FROM orm.rows(NULL::usuarios, ''{"select": ["id"]}'')');
SELECT refused('SELECT * FROM orm.rows(NULL::usuarios, ''{"load": ["posts"]}'')');
SELECT refused('SELECT * FROM orm.rows(NULL::usuarios, NULL)');
SELECT refused('SELECT * FROM orm.rows(1)');
SELECT refused('SELECT * FROM orm.rows(NULL)');
SELECT refused('SELECT * FROM orm.rows(ROW(1, 2)) AS r(a int, b int)');
CREATE TYPE par AS (a int, b int);
SELECT refused('SELECT * FROM orm.rows(NULL::par)');
CREATE DOMAIN fila AS usuarios;
SELECT refused('SELECT * FROM orm.rows(NULL::fila)');
CREATE TABLE sin_modelo (id int PRIMARY KEY);
SELECT refused('SELECT * FROM orm.rows(NULL::sin_modelo)');
-- ... a column added, one dropped, under a prepared statement too
ALTER TABLE usuarios ADD ultimo date DEFAULT '2026-01-01';
SELECT * FROM orm.rows(NULL::usuarios, '{"where": {"id": 1}}');
ALTER TABLE usuarios DROP COLUMN edad;
SELECT * FROM orm.rows(NULL::usuarios, '{"where": {"id": 1}}');
PREPARE filas AS SELECT * FROM orm.rows(NULL::usuarios, '{"where": {"id": 1}}');
EXECUTE filas;
ALTER TABLE usuarios DROP COLUMN ultimo;
\set VERBOSITY sqlstate
EXECUTE filas;
\set VERBOSITY default
DEALLOCATE filas;
ALTER TABLE usuarios ADD edad int;
UPDATE usuarios SET edad = 20 + id WHERE id % 5 > 0;
SELECT * FROM orm.rows(NULL::usuarios, '{"where": {"id": 1}}');
-- ... a view
CREATE VIEW vista AS SELECT id, nombre FROM usuarios WHERE id < 3;
SELECT count(*) FROM orm.map('vista', 'Vista', orm.primary_key('id'), orm.accessors(include => '{}'));
SELECT * FROM orm.rows(NULL::vista, '{"order_by": ["id"]}');
-- ... of several models of a table the one with accessors; without any it must be the only one
SELECT count(*) FROM orm.map('sin_modelo', 'Sin', orm.accessors(include => '{}'));
INSERT INTO sin_modelo VALUES (7);
SELECT * FROM orm.rows(NULL::sin_modelo);
SELECT count(*) FROM orm.map('sin_modelo', 'Otro', orm.accessors(include => '{}'));
SELECT refused('SELECT * FROM orm.rows(NULL::sin_modelo)');
SELECT count(*) > 0 FROM orm.map('sin_modelo', 'Tercero');
SELECT * FROM orm.rows(NULL::sin_modelo);
SELECT count(*) > 0 FROM orm.unmap('Tercero');
SELECT refused('SELECT * FROM orm.rows(NULL::sin_modelo)');
SELECT count(*) FROM orm.unmap('Otro');
SELECT * FROM orm.rows(NULL::sin_modelo);
SELECT count(*) FROM orm.unmap('Sin');
SELECT refused('SELECT * FROM orm.rows(NULL::sin_modelo)');

-- update_where
BEGIN;
SELECT orm.update_where('Usuario', '{"where": {"edad": {"lt": 23}}}', '{"nombre": "joven"}');
SELECT id, nombre FROM usuarios WHERE nombre = 'joven' ORDER BY id;
SELECT orm.update_where('Usuario', '{"where": {"id": {"$": "quien"}}}', '{"edad": {"$": "cual"}, "nombre": "x"}', '{"quien": 9, "cual": 99}');
SELECT orm.update_where('Usuario', '{"where": {"edad": null}}', '{"edad": 0}', options => '{"expect": 2}');
SELECT orm.update_where('Usuario', '{"where": {"id": 0}}', '{"edad": 0}', '{}', '{"expect": 0}');
SELECT id, nombre, edad FROM usuarios ORDER BY id;
SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": null}');
SELECT count(edad) FROM usuarios;
ROLLBACK;
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {"edad": {"gt": 0}}}', '{"edad": 1}', options => '{"expect": 2}')$$);
SELECT count(*) FROM usuarios WHERE edad = 1;
SELECT refused($$SELECT orm.update_where('Usuario', '{}', '{"edad": 1}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '[]')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"eda": 1}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"nombre": null}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": "x"}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": {"$": "n"}}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{"n": 1}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', '{"expec": 1}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', '{"return": false}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', '{"expect": "1"}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', '{"expect": -1}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', '{"expect": 1.5}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', '{"expect": 1e30}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', '{"expect": null}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', '[1]')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', NULL)$$);
SELECT refused($$SELECT orm.update_where('Usuario', NULL, '{"edad": 1}')$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', NULL)$$);
SELECT refused($$SELECT orm.update_where('Usuario', '{"where": {}}', '{"edad": 1}', '{}', NULL)$$);
SELECT refused($$SELECT orm.create('Usuario', '{}', '{"expect": 1}')$$);

-- delete_where
BEGIN;
SELECT orm.delete_where('Post', '{"where": {"id": {"gt": {"$": "n"}}}}', '{"n": 15}', '{"expect": 5}');
SELECT orm.delete_where('Post', '{"where": {"autor": {"nombre": "u2"}}}');
SELECT orm.delete_where('Post', '{"where": {}, "order_by": ["-id"], "limit": 2}');
SELECT array_agg(id ORDER BY id) FROM posts;
SELECT orm.delete_where('Post', '{"where": {"id": 0}}');
SELECT orm.delete_where('Post', '{"where": {}}');
SELECT orm.count('Post');
ROLLBACK;
SELECT refused($$SELECT orm.delete_where('Post', '{"where": {}}', options => '{"expect": 19}')$$);
SELECT orm.count('Post');
SELECT refused($$SELECT orm.delete_where('Post', '{}')$$);
SELECT refused($$SELECT orm.delete_where('Post', '{"limit": 1}')$$);
SELECT refused($$SELECT orm.delete_where('Usuario', '{"where": {"id": 1}}')$$);
SELECT refused($$SELECT orm.delete_where('Post', '{"where": {"tituo": "x"}}')$$);

-- sql: the statements, the root's first; explain: their plans
SELECT orm.sql('Usuario', '{"where": {"edad": {"gt": 20}}, "order_by": ["nombre"], "load": ["posts"]}');
SELECT s FROM orm.sql('Usuario', '{"where": {"edad": {"gt": {"$": "n"}}}}', '{"n": 1}', 'count') s;
SELECT count(*) > 1 AS lines, bool_and(explain NOT LIKE E'%\n%') AS each_a_line FROM orm.explain('Usuario', '{"load": ["posts"]}');
SELECT refused($$SELECT orm.sql('Usuario', verb => 'al')$$);
SELECT refused($$SELECT orm.sql('Usuario', verb => 'delete_where')$$);
SELECT refused($$SELECT orm.sql('Usuario', verb => NULL)$$);
SELECT refused($$SELECT orm.explain('Usuario', '{"load": ["post"]}')$$);

-- Wrong arguments, of all that take (model, query, params)
CREATE FUNCTION answers(arguments text) RETURNS TABLE (functions text, answer text) LANGUAGE sql AS $$
    SELECT string_agg(name, ', '), a
      FROM (SELECT name, query_read.refused(format('SELECT orm.%s(%s)', name, arguments)) AS a
              FROM unnest('{all,first,one,one_or_none,count,exists,aggregate,page,each,sql,explain}'::text[]) name) x
     GROUP BY a ORDER BY 1 $$;
SELECT * FROM answers($$NULL$$);
SELECT * FROM answers($$'Usuari'$$);
SELECT * FROM answers($$''$$);
SELECT * FROM answers($$'Usuario', NULL$$);
SELECT * FROM answers($$'Usuario', '{}', NULL$$);
SELECT * FROM answers($$'Usuario', '[1]'$$);
SELECT * FROM answers($$'Usuario', '"x"'$$);
SELECT * FROM answers($$'Usuario', 'x'$$);
SELECT * FROM answers($$'Usuario', '{}', '[1]'$$);
SELECT * FROM answers($$'Usuario', '{}', '{"n": 1}'$$);
SELECT * FROM answers($$'Usuario', '{"where": {"id": {"$": "n"}}}'$$);
SELECT * FROM answers($$'Usuario', '{"where": {"id": {"$": "n"}}}', '{"m": 1}'$$);
SELECT * FROM answers($$'Usuario', '{"where": {"id": {"$": "n"}}}', '{"n": 1, "n": 2}'$$);
SELECT * FROM answers($$'Usuario', '{"where": {"id": {"$": "n"}}}', '{"n": "x"}'$$);
SELECT * FROM answers($$'Usuario', '{"wher": {}}'$$);
SELECT * FROM answers($$'Usuario', '{"where": null}'$$);

-- Rights are the caller's
CREATE ROLE regress_query_read;
GRANT USAGE ON SCHEMA query_read TO regress_query_read;
GRANT SELECT (id) ON usuarios TO regress_query_read;
SET ROLE regress_query_read;
SELECT orm.count('Usuario'), orm.all('Usuario', '{"select": ["id"], "where": {"id": 1}}');
SELECT orm.all('Usuario');
SELECT orm.rows(NULL::usuarios);
SELECT orm.each('Usuario');
SELECT orm.all('Usuario', '{"select": ["id"], "load": ["posts"]}');
SELECT orm.aggregate('Usuario', '{"aggregate": {"nombre": {"max": "id"}}}') IS NOT NULL AS "named like an attribute";
SELECT orm.update_where('Usuario', '{"where": {"id": 1}}', '{"nombre": "x"}');
SELECT orm.delete_where('Usuario', '{"where": {"id": 1}}');
RESET ROLE;

-- In a read-only transaction
BEGIN READ ONLY;
SELECT orm.count('Usuario'), orm.exists('Post'), orm.first('Usuario', '{"order_by": ["id"], "load": ["posts"]}') ->> 'id' AS id;
SELECT count(*) FROM orm.rows(NULL::usuarios);
SELECT count(*) FROM orm.each('Usuario');
SELECT orm.delete_where('Post', '{"where": {}}');
ROLLBACK;

-- Seen is what this transaction wrote, by the same statement what it wrote through the extension
BEGIN;
SELECT orm.create('Usuario', '{"id": 11, "nombre": "nuevo"}') ->> 'nombre' AS nombre, orm.count('Usuario'),
       orm.update_where('Usuario', '{"where": {"nombre": "nuevo"}}', '{"edad": 1}'), orm.exists('Usuario', '{"where": {"edad": 1}}');
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA query_read CASCADE;
DROP ROLE regress_query_read;
SELECT * FROM orm.models WHERE schema = 'query_read';
