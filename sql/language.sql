-- LANGUAGE orm: functions of one's own, what the validator refuses, and that
-- the handler refuses it too.
\set SHOW_CONTEXT never
CREATE SCHEMA language;
SET search_path = language;

SELECT orm.model('Usuario', 'usuarios',
    orm.column('id', 'integer', primary_key => true),
    orm.column('nombre', 'text', nullable => false),
    orm.column('edad', 'bigint', server_default => '18'),
    orm.column('siempre', 'integer', generated => '5'),
    orm.column('datos', 'json'));
SELECT count(*) FROM orm.create_all();

SELECT lanname, lanpltrusted, laninline, lanplcallfoid::regproc, lanvalidator::regproc FROM pg_language WHERE lanname = 'orm';

-- Results: the row, json, nothing; a set, or the first of it
CREATE FUNCTION alta(nombre text) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
SELECT * FROM alta('Ana');
CREATE FUNCTION alta_json(nombre text, edad bigint DEFAULT orm.unset(NULL::bigint), datos json DEFAULT NULL) RETURNS json
LANGUAGE orm AS $$
    create   "Usuario"
$$;
SELECT alta_json('Luz "x"'), alta_json('Sol', 3, '{"a": [1]}');
CREATE FUNCTION alta_muda(nombre text) RETURNS void LANGUAGE orm AS 'create Usuario';
SELECT alta_muda('Eva');
CREATE FUNCTION por_edad(edad bigint) RETURNS SETOF usuarios LANGUAGE orm STABLE AS 'filter_by Usuario';
SELECT * FROM por_edad(18) ORDER BY id;
SELECT (por_edad(3)).nombre;
CREATE FUNCTION uno(nombre text) RETURNS usuarios LANGUAGE orm STABLE AS 'find_by Usuario';
SELECT * FROM uno('Ana');
SELECT uno('nadie') IS NULL AS nulo;
CREATE FUNCTION cambia(edad bigint, id int) RETURNS json LANGUAGE orm AS 'update Usuario';
SELECT cambia(50, 1);
SELECT cambia(50, 99);
CREATE FUNCTION guarda(id int, nombre text DEFAULT orm.unset(NULL::text)) RETURNS usuarios LANGUAGE orm AS 'save Usuario';
SELECT * FROM guarda(1, 'Anita');
SELECT * FROM guarda(NULL, 'Nueva');
SELECT * FROM guarda(1);
CREATE FUNCTION guarda_fila(u usuarios) RETURNS json LANGUAGE orm AS 'save Usuario';
SELECT guarda_fila(u) FROM usuarios u WHERE id = 1;
CREATE FUNCTION borra(id int) RETURNS boolean LANGUAGE orm AS 'delete Usuario';
SELECT borra(2), borra(2);

-- Arguments of another type: an assignment's cast, else from text; domains check
CREATE DOMAIN corto AS text CHECK (length(VALUE) < 6);
CREATE FUNCTION de_otro(nombre varchar, edad text, datos jsonb DEFAULT '{}') RETURNS usuarios LANGUAGE orm AS 'create Usuario';
SELECT nombre, edad, datos FROM de_otro('tipo', '41');
SELECT nombre, edad, datos FROM de_otro('tipo', NULL, NULL);
SELECT nombre, edad FROM de_otro('tipo', 'x');
CREATE FUNCTION de_numeric(nombre corto, edad numeric) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
SELECT nombre, edad FROM de_numeric('num', 41.6);
SELECT nombre, edad FROM de_numeric('num', 1e30);
CREATE FUNCTION de_fecha(nombre text, edad date) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE TYPE grados AS (g int);
CREATE FUNCTION a_bigint(grados) RETURNS bigint LANGUAGE sql AS 'SELECT $1.g::bigint * 2';
CREATE CAST (grados AS bigint) WITH FUNCTION a_bigint(grados) AS ASSIGNMENT;
CREATE FUNCTION de_grados(nombre text, edad grados) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
SELECT nombre, edad FROM de_grados('grados', ROW(21));
DROP CAST (grados AS bigint);
SELECT nombre, edad FROM de_grados('grados', ROW(21));
CREATE TABLE matrices (id int PRIMARY KEY, n bigint[], d corto);
SELECT count(*) FROM orm.map('matrices', 'Matriz');
CREATE FUNCTION matriz(id int, n int[], d text) RETURNS matrices LANGUAGE orm AS 'create Matriz';
SELECT * FROM matriz(1, '{1,2}', 'corto');
SELECT * FROM matriz(2, '{}', 'largo, muy largo');

-- The body
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS '';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS '  "Usuario"';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'create';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'create ""';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'create "Usuario';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'create Usuario; DROP TABLE usuarios';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'create Usuario {}';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'creat Usuario';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'CREATE Usuario';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'create usuario';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'create "no hay"';

-- Arguments
CREATE FUNCTION mal(nombr text) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(text) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(nombre text, text) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(nombre text, OUT edad int) LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(INOUT nombre text) LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(nombre anyelement) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(VARIADIC "any") RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(siempre int) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(datos json) RETURNS SETOF usuarios LANGUAGE orm AS 'filter_by Usuario';
CREATE FUNCTION mal(nombre text) RETURNS usuarios LANGUAGE orm AS 'update Usuario';
CREATE FUNCTION mal(id int DEFAULT orm.unset(NULL::int)) RETURNS usuarios LANGUAGE orm AS 'update Usuario';
CREATE FUNCTION mal(id int, nombre text) RETURNS boolean LANGUAGE orm AS 'delete Usuario';
CREATE FUNCTION mal() RETURNS boolean LANGUAGE orm AS 'delete Usuario';
CREATE FUNCTION mal(nombre text DEFAULT orm.unset(NULL::text) || 'x') RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(nombre text DEFAULT orm.unset(NULL::text)) RETURNS usuarios LANGUAGE orm STRICT AS 'create Usuario';
CREATE FUNCTION mal(edad int DEFAULT orm.unset(NULL::bigint)) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(nombre varchar DEFAULT orm.unset(NULL::text)) RETURNS SETOF usuarios LANGUAGE orm AS 'filter_by Usuario';
CREATE FUNCTION bien(nombre varchar DEFAULT orm.unset(NULL::varchar)) RETURNS SETOF usuarios LANGUAGE orm AS 'filter_by Usuario';
SELECT (SELECT count(*) FROM bien()) = count(*) FROM usuarios;
CREATE TABLE sin_clave (v text);
SELECT count(*) FROM orm.map('sin_clave', 'SinClave');
CREATE FUNCTION mal(sin_clave) RETURNS sin_clave LANGUAGE orm AS 'save SinClave';
CREATE FUNCTION mal(v text) RETURNS sin_clave LANGUAGE orm AS 'update SinClave';

-- Results and markings
CREATE FUNCTION mal() RETURNS trigger LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS event_trigger LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS record LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS anyelement LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS integer LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS SETOF usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS SETOF json LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS matrices LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS jsonb LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal() RETURNS usuarios LANGUAGE orm AS 'filter_by Usuario';
CREATE FUNCTION mal() RETURNS TABLE (id int, nombre text) LANGUAGE orm AS 'filter_by Usuario';
CREATE FUNCTION mal(id int) RETURNS usuarios LANGUAGE orm AS 'delete Usuario';
CREATE FUNCTION mal(nombre text) RETURNS usuarios LANGUAGE orm STABLE AS 'create Usuario';
CREATE FUNCTION mal(nombre text) RETURNS usuarios LANGUAGE orm PARALLEL SAFE AS 'create Usuario';
CREATE FUNCTION mal(nombre text) RETURNS SETOF usuarios LANGUAGE orm IMMUTABLE AS 'filter_by Usuario';
CREATE PROCEDURE mal(nombre text) LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION mal(nombre text) RETURNS usuarios LANGUAGE orm WINDOW AS 'create Usuario';
DO LANGUAGE orm 'create Usuario';

-- The handler repeats it: ALTER FUNCTION calls no validator
ALTER FUNCTION alta(text) IMMUTABLE;
SELECT alta('x');
ALTER FUNCTION alta(text) STABLE;
SELECT alta('x');
ALTER FUNCTION alta(text) VOLATILE PARALLEL SAFE;
SELECT alta('x');
ALTER FUNCTION alta(text) PARALLEL UNSAFE;
SELECT nombre FROM alta('otra vez');

-- A restore creates functions unchecked; calling a bad one says what is wrong
SET check_function_bodies = off;
CREATE FUNCTION sin_sintaxis() RETURNS usuarios LANGUAGE orm AS 'create';
CREATE FUNCTION sin_verbo() RETURNS usuarios LANGUAGE orm AS 'crear Usuario';
CREATE FUNCTION sin_modelo() RETURNS usuarios LANGUAGE orm AS 'create Usuari';
CREATE FUNCTION sin_resultado(nombre text) RETURNS integer LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION sin_atributo(nombr text, nombre text) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION sin_nombre(text) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION sin_tipo(nombre text, edad date) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION sin_permiso(siempre int) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION sin_igualdad(datos json) RETURNS SETOF usuarios LANGUAGE orm AS 'filter_by Usuario';
CREATE FUNCTION sin_clave_sola(id int, nombre text) RETURNS boolean LANGUAGE orm AS 'delete Usuario';
CREATE FUNCTION sin_volatil(nombre text) RETURNS usuarios LANGUAGE orm IMMUTABLE AS 'create Usuario';
CREATE FUNCTION sin_salida(nombre text, OUT edad int) LANGUAGE orm AS 'create Usuario';
CREATE FUNCTION de_disparo() RETURNS trigger LANGUAGE orm AS 'create Usuario';
CREATE PROCEDURE de_llamada(nombre text) LANGUAGE orm AS 'create Usuario';
RESET check_function_bodies;
SELECT sin_modelo();
SELECT sin_resultado('x');
SELECT sin_atributo('x', 'y');
SELECT sin_nombre('x');
SELECT sin_tipo('x', now()::date);
SELECT sin_permiso(1);
SELECT sin_igualdad('{}');
SELECT sin_clave_sola(1, 'x');
SELECT sin_volatil('x');
SELECT sin_salida('x');
CALL de_llamada('x');
CREATE TRIGGER t BEFORE INSERT ON matrices FOR EACH ROW EXECUTE FUNCTION de_disparo();
INSERT INTO matrices VALUES (9);
DROP TRIGGER t ON matrices;
SELECT count(*) FROM usuarios WHERE nombre = 'x';

-- A function follows CREATE OR REPLACE, also in the middle of a transaction
BEGIN;
SELECT nombre FROM alta('antes');
CREATE OR REPLACE FUNCTION alta(nombre text) RETURNS usuarios LANGUAGE orm AS 'find_by Usuario';
SELECT nombre FROM alta('antes');
ROLLBACK;
SELECT nombre FROM alta('despues');
-- and its model: forgotten, made anew
CREATE FUNCTION otra(v text) RETURNS SETOF sin_clave LANGUAGE orm STABLE AS 'filter_by SinClave';
SELECT count(*) FROM otra('v');
SELECT count(*) FROM orm.unmap('SinClave');
SELECT count(*) FROM otra('v');
SELECT count(*) FROM orm.map('sin_clave', 'SinClave');
SELECT count(*) FROM otra('v');

-- The handler and the validator called by hand
SELECT orm.language_handler();
SELECT orm.language_validator('alta'::regproc);
SELECT orm.language_validator(0);
SELECT orm.language_validator(NULL);
DO $$ BEGIN PERFORM orm.language_validator('now'::regproc); EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'refused'; END $$;

-- Sets where a set cannot be
SELECT count(*) FROM usuarios WHERE por_edad(1) IS NULL;
SELECT CASE WHEN true THEN por_edad(1) END;
SELECT count(*) FROM ROWS FROM (por_edad(18), generate_series(1, 3)) WITH ORDINALITY;
DECLARE c CURSOR WITH HOLD FOR SELECT nombre FROM por_edad(3);
BEGIN;
FETCH ALL FROM c;
DECLARE d SCROLL CURSOR FOR SELECT nombre FROM por_edad(18);
FETCH LAST FROM d;
FETCH FIRST FROM d;
COMMIT;
CLOSE c;

-- Anybody may write functions in a trusted language; they act with his rights
CREATE ROLE regress_language_low;
GRANT USAGE, CREATE ON SCHEMA language TO regress_language_low;
SET ROLE regress_language_low;
CREATE FUNCTION suya(nombre text) RETURNS usuarios LANGUAGE orm AS 'create Usuario';
SELECT suya('x');
RESET ROLE;
ALTER FUNCTION suya SECURITY DEFINER;
SELECT suya('x');
GRANT INSERT, SELECT ON usuarios TO regress_language_low;
SELECT nombre FROM suya('definidor');

-- A small plan cache: what is in use is not thrown away
SET orm.plan_cache_size = 10;
CREATE FUNCTION otros() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM language.por_edad(1), language.uno('x'), language.borra(-1), language.otra('v'), language.bien('x');
    PERFORM language.matriz(10 + NEW.id, NULL, NULL), language.guarda_fila(u) FROM language.usuarios u WHERE nombre = 'Ana';
    PERFORM language.alta_muda('dentro') WHERE NEW.nombre = 'fuera';
    RETURN NEW;
END $$;
CREATE TRIGGER otros BEFORE INSERT ON usuarios FOR EACH ROW EXECUTE FUNCTION otros();
SELECT a.nombre, (SELECT count(*) FROM por_edad(18)) > 1 AS varios FROM alta('fuera') a;
SELECT alta_json('json') IS NOT NULL, borra(-1), cambia(1, 1) IS NOT NULL;
RESET orm.plan_cache_size;

SET client_min_messages = warning;
DROP SCHEMA language CASCADE;
DROP ROLE regress_language_low;
SELECT * FROM orm.models WHERE schema = 'language';
