-- LANGUAGE orm: functions whose body is a verb, a model and a query: results
-- of every kind, parameters, and what is refused when they are created.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA query_language;
SET search_path = query_language;

CREATE TYPE punto AS (x int, y int);
CREATE DOMAIN anios AS int CHECK (VALUE >= 0);
SELECT orm.model('Usuario', 'usuarios',
    orm.column('id', 'integer', primary_key => true),
    orm.column('nombre', 'text', nullable => false),
    orm.column('edad', 'anios'),
    orm.column('activo', 'boolean', server_default => 'true'),
    orm.column('datos', 'jsonb'),
    orm.column('sitio', 'punto'),
    orm.column('marcas', 'text[]'),
    orm.has_many('posts', 'Post', back_populates => 'autor'));
SELECT orm.model('Post', 'posts',
    orm.column('id', 'bigint', primary_key => true),
    orm.column('titulo', 'text'),
    orm.belongs_to('autor', 'Usuario', back_populates => 'posts'));
SELECT count(*) FROM orm.create_all();
INSERT INTO usuarios SELECT i, 'u' || i, CASE WHEN i < 5 THEN 20 + i END, i <> 3, jsonb_build_object('i', i), ROW(i, -i)::punto, ARRAY['m' || i]
  FROM generate_series(1, 5) i;
INSERT INTO posts SELECT i, 'p' || i, 1 + i % 3 FROM generate_series(1, 9) i;

-- The two functions of the manual
CREATE FUNCTION adultos(desde integer) RETURNS SETOF usuarios LANGUAGE orm STABLE
AS 'all Usuario {"where": {"edad": {"ge": {"$": "desde"}}}, "order_by": ["nombre"]}';
SELECT id, nombre, edad FROM adultos(23);
CREATE FUNCTION ficha(id integer) RETURNS json LANGUAGE orm STABLE
AS 'one Usuario {"where": {"id": {"$": "id"}}, "select": ["nombre"], "load": {"posts": {"limit": 2, "order_by": ["id"], "select": ["titulo"]}}}';
SELECT ficha(2);
SELECT ficha(99);
\sf ficha

-- Results: objects
CREATE FUNCTION todos() RETURNS json LANGUAGE orm STABLE AS 'all Usuario {"select": ["id"], "order_by": ["-id"]}';
SELECT todos();
CREATE FUNCTION cada_uno(hasta int) RETURNS SETOF json LANGUAGE orm STABLE AS $$
    all Usuario {
        "select": ["id"],
        "where": {"id": {"le": {"$": "hasta"}}},
        "order_by": ["id"],
        "load": {"posts": {"select": ["id"], "order_by": ["id"]}}
    }
$$;
SELECT * FROM cada_uno(2);
SELECT cada_uno(1);
SELECT count(*) FROM cada_uno(0);
CREATE FUNCTION el_primero() RETURNS json LANGUAGE orm STABLE AS 'first Usuario {"order_by": ["-id"], "select": ["id", "nombre"]}';
SELECT el_primero();
CREATE FUNCTION nada() RETURNS json LANGUAGE orm STABLE AS 'first Usuario {"where": {"or": []}}';
SELECT nada();
CREATE FUNCTION con_clave(id int) RETURNS json LANGUAGE orm STABLE AS 'get Usuario {"select": ["nombre"], "load": ["posts"]}';
SELECT con_clave(1), con_clave(99), con_clave(NULL);
CREATE FUNCTION con_clave_text(n bigint, id text) RETURNS json LANGUAGE orm STABLE
AS 'get Usuario {"select": ["nombre"], "load": {"posts": {"where": {"id": {"lt": {"$": "n"}}}, "select": ["id"], "order_by": ["id"]}}}';
SELECT con_clave_text(5, '1'), con_clave_text(5, NULL);
SELECT con_clave_text(5, 'x1');
CREATE FUNCTION solo_clave(id int) RETURNS usuarios LANGUAGE orm STABLE AS 'get Usuario';
SELECT (solo_clave(1)).nombre, solo_clave(99) IS NULL AS ninguno;

-- ... rows
CREATE FUNCTION unica(nombre text) RETURNS usuarios LANGUAGE orm STABLE AS 'one_or_none Usuario {"where": {"nombre": {"$": "nombre"}}}';
SELECT id, nombre, sitio FROM unica('u2');
SELECT * FROM unica('nadie');
CREATE FUNCTION exacta(edad int) RETURNS usuarios LANGUAGE orm STABLE AS 'one Usuario {"where": {"edad": {"gt": {"$": "edad"}}}}';
SELECT (exacta(23)).id;
SELECT exacta(22);
SELECT exacta(99);
CREATE FUNCTION ultima() RETURNS usuarios LANGUAGE orm STABLE AS 'first Usuario {"order_by": ["-id"]}';
SELECT ultima();
CREATE FUNCTION todas() RETURNS SETOF usuarios LANGUAGE orm STABLE AS 'all Usuario';
SELECT count(*), sum(id) FROM todas();
SELECT (todas()).id ORDER BY 1 LIMIT 2;
SELECT u.nombre, p.titulo FROM todas() u JOIN posts p ON p.autor_id = u.id WHERE p.id < 3 ORDER BY p.id;

-- ... numbers and yes or no
CREATE FUNCTION cuantos(de int) RETURNS bigint LANGUAGE orm STABLE AS 'count Usuario {"where": {"edad": {"gt": {"$": "de"}}}}';
CREATE FUNCTION hay(de int) RETURNS boolean LANGUAGE orm STABLE AS 'exists Usuario {"where": {"edad": {"gt": {"$": "de"}}}}';
SELECT cuantos(21), hay(21), cuantos(99), hay(99);
CREATE FUNCTION total() RETURNS bigint LANGUAGE orm STABLE AS 'count "Usuario"';
SELECT total();

-- ... values of one attribute
CREATE FUNCTION nombre_de(id int) RETURNS text LANGUAGE orm STABLE AS 'first Usuario {"where": {"id": {"$": "id"}}, "select": ["nombre"]}';
SELECT nombre_de(3), nombre_de(33);
CREATE FUNCTION nombres() RETURNS SETOF text LANGUAGE orm STABLE AS 'all Usuario {"select": ["nombre"], "order_by": ["-id"]}';
SELECT * FROM nombres();
SELECT n, length(n) FROM nombres() n WHERE n > 'u3';
SELECT nombres() LIMIT 1;
CREATE FUNCTION edad_de(id int) RETURNS anios LANGUAGE orm STABLE AS 'one Usuario {"where": {"id": {"$": "id"}}, "select": ["edad"]}';
CREATE FUNCTION edad_int(id int) RETURNS int LANGUAGE orm STABLE AS 'one Usuario {"where": {"id": {"$": "id"}}, "select": ["edad"]}';
SELECT edad_de(1), edad_int(2), edad_int(5);
SELECT edad_int(9);
CREATE FUNCTION activo(id int) RETURNS boolean LANGUAGE orm STABLE AS 'get Usuario {"select": ["activo"]}';
SELECT activo(1), activo(3), activo(9);
CREATE FUNCTION datos(id int) RETURNS jsonb LANGUAGE orm STABLE AS 'get Usuario {"select": ["datos"]}';
SELECT datos(1) -> 'i';
CREATE FUNCTION sitio(id int) RETURNS punto LANGUAGE orm STABLE AS 'get Usuario {"select": ["sitio"]}';
SELECT sitio(1), (sitio(2)).y;
UPDATE usuarios SET sitio = NULL WHERE id = 5;
CREATE FUNCTION sitios() RETURNS SETOF punto LANGUAGE orm STABLE AS 'all Usuario {"select": ["sitio"], "order_by": ["id"]}';
SELECT * FROM sitios();
SELECT sitios();
CREATE FUNCTION marcas() RETURNS SETOF text[] LANGUAGE orm STABLE AS 'all Usuario {"select": ["marcas"], "order_by": ["id"]}';
SELECT marcas();
CREATE FUNCTION clave_post(titulo text) RETURNS bigint LANGUAGE orm STABLE AS 'first Post {"where": {"titulo": {"$": "titulo"}}, "select": ["id"]}';
SELECT clave_post('p4');

-- ... groups and pages
CREATE FUNCTION por_autor(minimo bigint) RETURNS json LANGUAGE orm STABLE
AS 'aggregate Post {"group_by": ["autor.nombre"], "aggregate": {"n": {"count": "*"}}, "having": {"n": {"ge": {"$": "minimo"}}}, "order_by": ["autor.nombre"]}';
SELECT por_autor(1), por_autor(4);
CREATE FUNCTION pagina(cursor_de text DEFAULT NULL, tam int DEFAULT 2) RETURNS json LANGUAGE orm STABLE
AS 'page Post {"order_by": ["id"], "select": ["id"], "after": {"$": "cursor_de"}, "limit": {"$": "tam"}}';
SELECT pagina() -> 'items' AS primera, pagina(pagina() ->> 'next') -> 'items' AS segunda, pagina(pagina() ->> 'next', 4) -> 'items' AS de_cuatro;

-- Parameters: cast to what they are compared with; arrays; null
CREATE FUNCTION de_texto(id text) RETURNS SETOF text LANGUAGE orm STABLE AS 'all Usuario {"where": {"id": {"$": "id"}}, "select": ["nombre"]}';
SELECT de_texto('3');
SELECT de_texto('x');
CREATE FUNCTION de_lista(ids int[]) RETURNS SETOF text LANGUAGE orm STABLE
AS 'all Usuario {"where": {"id": {"in": {"$": "ids"}}}, "select": ["nombre"], "order_by": ["id"]}';
SELECT de_lista('{1,3}'), count(*) OVER ();
SELECT count(*) FROM de_lista('{}');
SELECT * FROM de_lista(ARRAY[2, NULL]);
CREATE FUNCTION de_edad(edad int) RETURNS SETOF text LANGUAGE orm STABLE AS 'all Usuario {"where": {"edad": {"$": "edad"}}, "select": ["nombre"]}';
SELECT * FROM de_edad(21);
SELECT * FROM de_edad(NULL);
CREATE FUNCTION dos_veces(t text) RETURNS bigint LANGUAGE orm STABLE
AS 'count Usuario {"where": {"or": [{"nombre": {"$": "t"}}, {"posts": {"any": {"titulo": {"$": "t"}}}}]}}';
SELECT dos_veces('u1'), dos_veces('p1'), dos_veces('x');
CREATE FUNCTION unos(n int, desde bigint DEFAULT 0) RETURNS SETOF bigint LANGUAGE orm STABLE
AS 'all Post {"order_by": ["id"], "limit": {"$": "n"}, "offset": {"$": "desde"}, "select": ["id"]}';
SELECT unos(2), unos(2, 3);
SELECT unos(-1);
CREATE FUNCTION nunca_nulo(n int) RETURNS bigint LANGUAGE orm STABLE STRICT AS 'count Usuario {"where": {"id": {"lt": {"$": "n"}}}}';
SELECT nunca_nulo(3), nunca_nulo(NULL);

-- Optional parameters take their condition away
CREATE FUNCTION informe(nombre text DEFAULT orm.unset(NULL::text), edad int DEFAULT orm.unset(NULL::int),
                        de int DEFAULT orm.unset(NULL::int), ids int[] DEFAULT orm.unset(NULL::int[]))
RETURNS SETOF int LANGUAGE orm STABLE AS $$
    all Usuario {"where": {"nombre": {"$": "nombre"}, "edad": {"$": "edad"},
                           "or": [{"id": {"ge": {"$": "de"}}}, {"not": {"id": {"in": {"$": "ids"}}}}]},
                 "select": ["id"], "order_by": ["id"]}
$$;
SELECT array_agg(i) FROM informe() i;
SELECT array_agg(i) FROM informe('u2') i;
SELECT array_agg(i) FROM informe(edad => NULL) i;
SELECT array_agg(i) FROM informe(de => 4) i;
SELECT array_agg(i) FROM informe(ids => '{1,2}') i;
SELECT array_agg(i) FROM informe(de => 2, ids => '{1,2,3,4,5}', edad => 23) i;
CREATE FUNCTION informe_json(desde int DEFAULT orm.unset(NULL::int)) RETURNS json LANGUAGE orm STABLE
AS 'aggregate Usuario {"where": {"edad": {"ge": {"$": "desde"}, "lt": 24}}, "aggregate": {"n": {"count": "*"}}}';
SELECT informe_json(), informe_json(22);
PREPARE opcional (int) AS SELECT informe_json(), informe_json($1);
EXECUTE opcional(23);
EXECUTE opcional(22);
DEALLOCATE opcional;

-- Writing by a query
CREATE FUNCTION cumple(quien text, suma int) RETURNS bigint LANGUAGE orm
AS 'update_where Usuario {"where": {"nombre": {"$": "quien"}}} {"edad": {"$": "suma"}}';
SELECT cumple('u5', 50), cumple('nadie', 1);
CREATE FUNCTION borra_hasta(n bigint) RETURNS bigint LANGUAGE orm
AS $$ delete_where Post {"where": {"id": {"le": {"$": "n"}}}}
                        {"expect": 2} $$;
SELECT borra_hasta(1);
SELECT borra_hasta(9);
CREATE FUNCTION callada(n bigint) RETURNS void LANGUAGE orm
AS 'update_where Post {"where": {"id": {"$": "n"}}} {"titulo": "{\"}"} {"expect": 1}';
SELECT callada(5);
SELECT titulo FROM posts WHERE id = 5;

-- Locks
CREATE FUNCTION toma(id int) RETURNS usuarios LANGUAGE orm AS 'one Usuario {"where": {"id": {"$": "id"}}, "lock": "update nowait"}';
SELECT (toma(1)).nombre;
CREATE FUNCTION mal(id int) RETURNS usuarios LANGUAGE orm STABLE AS 'one Usuario {"where": {"id": {"$": "id"}}, "lock": "update"}';
CREATE FUNCTION mal(id int) RETURNS usuarios LANGUAGE orm PARALLEL RESTRICTED AS 'one Usuario {"where": {"id": {"$": "id"}}, "lock": "update"}';
ALTER FUNCTION toma(int) STABLE;
SELECT (toma(1)).nombre;
ALTER FUNCTION toma(int) VOLATILE PARALLEL SAFE;
SELECT (toma(1)).nombre;
ALTER FUNCTION toma(int) PARALLEL UNSAFE;
SELECT (toma(1)).nombre;
CREATE FUNCTION paralela() RETURNS bigint LANGUAGE orm STABLE PARALLEL SAFE AS 'count Usuario';
SELECT paralela();

-- Refused when they are created: the body
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"nombre": "}"}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"where": ]}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {where: 1}';
\set SHOW_CONTEXT always
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm AS 'update_where Usuario {"where": {}} {"edad": }';
\set SHOW_CONTEXT never
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario [1]';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario "x"';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {}; DROP TABLE usuarios';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {} {}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {} {} {} {}';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm AS 'update_where Usuario {"where": {}}';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm AS 'delete_where Usuario';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm AS 'delete_where Usuario {}';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm AS 'delete_where Usuario {"where": {}} {"expec": 1}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'alll Usuario {}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS '{} Usuario';
CREATE FUNCTION bien() RETURNS json LANGUAGE orm AS 'first Usuario{"where":{"nombre":"\"}{"}}';
SELECT bien();

-- ... the query
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuari {}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"wher": {}}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edda": 1}}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edad": {"gtt": 1}}}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"load": ["post"]}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'get Usuario {"where": {}}';
CREATE FUNCTION mal(id int) RETURNS json LANGUAGE orm AS 'get Usuario {"where": {}}';
CREATE FUNCTION mal(id int DEFAULT orm.unset(NULL::int)) RETURNS json LANGUAGE orm AS 'get Usuario';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm AS 'update_where Usuario {"where": {}} {"edda": 1}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'page Usuario {"distinct": ["id"]}';

-- ... the values in it
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edad": "x"}}';
CREATE FUNCTION mal(n int DEFAULT orm.unset(NULL::int)) RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"or": [{"id": {"$": "n"}}, {"id": {"in": [1, 2.5]}}]}}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"load": {"posts": {"where": {"titulo": {"contains": 5}}}}}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"limit": -1}';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm AS 'update_where Usuario {"where": {}} {"activo": "perhaps"}';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'page Usuario {"where": {"activo": 1}, "total": true}';
SET check_function_bodies = off;
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edad": "x"}}';
RESET check_function_bodies;
SELECT mal();
DROP FUNCTION mal();

-- ... the parameters
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edad": {"$": "n"}}}';
CREATE FUNCTION mal(n int) RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edad": {"$": "m"}}}';
CREATE FUNCTION mal(n int) RETURNS json LANGUAGE orm AS 'all Usuario';
CREATE FUNCTION mal(int) RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edad": {"$": "1"}}}';
CREATE FUNCTION mal(n punto) RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edad": {"$": "n"}}}';
CREATE FUNCTION mal(n int) RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"id": {"in": {"$": "n"}}}}';
CREATE FUNCTION mal(n anyelement) RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"id": {"$": "n"}}}';
CREATE FUNCTION mal(n int DEFAULT orm.unset(NULL::int)) RETURNS bigint LANGUAGE orm AS 'delete_where Usuario {"where": {"id": {"$": "n"}}}';
CREATE FUNCTION mal(n int DEFAULT orm.unset(NULL::int)) RETURNS json LANGUAGE orm STRICT AS 'all Usuario {"where": {"id": {"$": "n"}}}';
CREATE FUNCTION mal(n int DEFAULT orm.unset(NULL::int)) RETURNS json LANGUAGE orm AS 'all Usuario {"limit": {"$": "n"}}';

-- ... the result
CREATE FUNCTION mal() RETURNS text LANGUAGE orm AS 'all Usuario';
CREATE FUNCTION mal() RETURNS text LANGUAGE orm AS 'first Usuario';
CREATE FUNCTION mal() RETURNS text LANGUAGE orm AS 'first Usuario {"select": ["nombre", "id"]}';
CREATE FUNCTION mal() RETURNS varchar LANGUAGE orm AS 'first Usuario {"select": ["nombre"]}';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm AS 'first Usuario {"select": ["id"]}';
CREATE FUNCTION mal() RETURNS text LANGUAGE orm AS 'first Usuario {"select": ["nombr"]}';
CREATE FUNCTION mal() RETURNS text LANGUAGE orm AS 'first Usuario {"select": ["*"]}';
CREATE FUNCTION mal() RETURNS text LANGUAGE orm AS 'first Usuario {"select": ["nombre"], "load": ["posts"]}';
CREATE FUNCTION mal() RETURNS SETOF text LANGUAGE orm AS 'first Usuario {"select": ["nombre"]}';
CREATE FUNCTION mal() RETURNS SETOF usuarios LANGUAGE orm AS 'first Usuario';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'all Usuario';
CREATE FUNCTION mal() RETURNS SETOF usuarios LANGUAGE orm AS 'all Usuario {"select": ["id"]}';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'first Usuario {"load": ["posts"]}';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'one Usuario {"compute": {"n": {"count": "posts"}}}';
CREATE FUNCTION mal() RETURNS posts LANGUAGE orm AS 'first Usuario';
CREATE FUNCTION mal() RETURNS jsonb LANGUAGE orm AS 'all Usuario';
CREATE FUNCTION mal() RETURNS integer LANGUAGE orm AS 'count Usuario';
CREATE FUNCTION mal() RETURNS json LANGUAGE orm AS 'exists Usuario';
CREATE FUNCTION mal() RETURNS SETOF json LANGUAGE orm AS 'aggregate Usuario {"aggregate": {"n": {"count": "*"}}}';
CREATE FUNCTION mal() RETURNS SETOF json LANGUAGE orm AS 'page Usuario';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'update_where Usuario {"where": {}} {"edad": 1}';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm STABLE AS 'update_where Usuario {"where": {}} {"edad": 1}';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm STABLE AS 'delete_where Usuario {"where": {}}';
CREATE FUNCTION mal() RETURNS bigint LANGUAGE orm IMMUTABLE AS 'count Usuario';

-- A restore creates functions unchecked, but for their syntax; calls say what is wrong
SET check_function_bodies = off;
CREATE FUNCTION sin_sintaxis() RETURNS json LANGUAGE orm AS 'all Usuario {';
CREATE FUNCTION sin_documento() RETURNS bigint LANGUAGE orm AS 'delete_where Usuario';
CREATE FUNCTION sin_opcion() RETURNS bigint LANGUAGE orm AS 'delete_where Usuario {"where": {}} {"expec": 1}';
CREATE FUNCTION sin_modelo() RETURNS json LANGUAGE orm AS 'all Aun_no {"where": {"x": 1}}';
CREATE FUNCTION sin_atributo() RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edda": 1}}';
CREATE FUNCTION sin_parametro(n int) RETURNS json LANGUAGE orm AS 'all Usuario';
CREATE FUNCTION sin_tipo(n punto) RETURNS json LANGUAGE orm AS 'all Usuario {"where": {"edad": {"$": "n"}}}';
CREATE FUNCTION sin_resultado() RETURNS text LANGUAGE orm AS 'first Usuario {"select": ["id"]}';
CREATE FUNCTION sin_sitio() RETURNS usuarios LANGUAGE orm AS 'first Usuario {"load": ["posts"]}';
CREATE FUNCTION sin_candado() RETURNS usuarios LANGUAGE orm STABLE AS 'first Usuario {"lock": "update"}';
CREATE FUNCTION sin_opcional(n int DEFAULT orm.unset(NULL::int)) RETURNS bigint LANGUAGE orm AS 'delete_where Post {"where": {"id": {"$": "n"}}}';
RESET check_function_bodies;
SELECT sin_modelo();
SELECT sin_atributo();
SELECT sin_parametro(1);
SELECT sin_tipo(ROW(1, 2));
SELECT sin_resultado();
SELECT sin_sitio();
SELECT sin_candado();
SELECT sin_opcional();
SELECT sin_opcional(0);

-- A function follows its table, also in the middle of a transaction; its result's type does not
BEGIN;
SELECT nombre_de(1), (ultima()).nombre;
ALTER TABLE usuarios RENAME nombre TO apodo;
SELECT nombre_de(1);
ROLLBACK;
SELECT nombre_de(1);
BEGIN;
ALTER TABLE usuarios ALTER nombre TYPE varchar;
SELECT nombre_de(1);
ROLLBACK;
BEGIN;
ALTER TABLE usuarios DROP activo, ADD alta date DEFAULT '2026-01-01';
SELECT ultima();
SELECT alta FROM adultos(24);
ROLLBACK;

-- Who may run it is said by GRANT; it acts with the rights of whoever calls it, or of its owner
CREATE ROLE regress_query_language;
GRANT USAGE ON SCHEMA query_language TO regress_query_language;
REVOKE EXECUTE ON FUNCTION total() FROM PUBLIC;
SET ROLE regress_query_language;
SELECT total();
SELECT nombre_de(1);
RESET ROLE;
ALTER FUNCTION nombre_de(int) SECURITY DEFINER;
GRANT EXECUTE ON FUNCTION total() TO regress_query_language;
SET ROLE regress_query_language;
SELECT total();
SELECT nombre_de(1);
RESET ROLE;

-- Sets where a set cannot be; cursors
SELECT CASE WHEN true THEN nombres() END;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT * FROM nombres();
FETCH LAST FROM c;
FETCH FIRST FROM c;
COMMIT;

-- In PL/pgSQL, and with a small plan cache
SET orm.plan_cache_size = 10;
DO $$
DECLARE
    u usuarios;
    n bigint := 0;
BEGIN
    FOR i IN 1..3 LOOP
        FOR u IN SELECT * FROM adultos(20 + i) LOOP
            n := n + cuantos(20) + dos_veces(u.nombre) + length(nombre_de(u.id)) + length(ficha(u.id)::text) * 0;
        END LOOP;
    END LOOP;
    RAISE NOTICE '%', n;
END $$;
RESET orm.plan_cache_size;

SET client_min_messages = warning;
DROP SCHEMA query_language CASCADE;
DROP ROLE regress_query_language;
SELECT * FROM orm.models WHERE schema = 'query_language';
