-- The signatures of the typed functions: which, in what order, of what types,
-- under what names; and every kind of type through them.
\set SHOW_CONTEXT never
CREATE SCHEMA signatures;
SET search_path = signatures;

-- What there is, as psql would show it
CREATE VIEW functions AS
SELECT p.oid, p.proname AS name, pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result,
    l.lanname AS language, p.provolatile AS volatile, p.proparallel AS parallel, p.prorows AS rows, p.proisstrict AS strict,
    p.prosrc AS body, obj_description(p.oid, 'pg_proc') AS comment
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'signatures'::regnamespace;

-- Order: keys that the database fills come last in create; the key comes first in update
SELECT orm.model('Usuario', 'usuarios',
    orm.column('id', 'integer', primary_key => true),
    orm.column('nombre', 'varchar(20)', nullable => false),
    orm.column('edad', 'numeric(5,1)'),
    orm.column('doble', 'numeric', generated => 'edad * 2'),
    orm.column('datos', 'json'));
SELECT orm.model('Serie', 'series',
    orm.column('nota', 'text'),
    orm.column('b', 'text'),
    orm.column('a', 'uuid', server_default => 'gen_random_uuid()'),
    orm.column('n', 'bigint', identity => 'always'),
    orm.primary_key('b', 'a'));
SELECT orm.model('SoloClave', 'solo_clave',
    orm.column('x', 'integer', identity => 'by default'),
    orm.column('y', 'integer'),
    orm.primary_key('y', 'x'));
CREATE TABLE sin_clave (j json, t text);
SELECT count(*) FROM orm.map('sin_clave', 'SinClave');
CREATE TABLE vacia ();
SELECT count(*) FROM orm.map('vacia', 'Vacia');
SELECT identity FROM orm.create_all();
SELECT name, result, argument FROM functions LEFT JOIN LATERAL string_to_table(arguments, ', ') WITH ORDINALITY a (argument, n) ON true
ORDER BY oid, n;
SELECT name, language, volatile, parallel, rows, strict, body FROM functions WHERE name LIKE 'usuario%' ORDER BY oid;
SELECT name, comment FROM functions WHERE name LIKE 'usuario%' ORDER BY oid;
SELECT * FROM solo_clave_create(2, x => 1);
SELECT * FROM solo_clave_save((1, 2));
SELECT * FROM solo_clave_find(2, 1);
SELECT * FROM solo_clave_find(y => 2, x => 1);
SELECT solo_clave_delete(y => 2, x => 1);
CREATE OPERATOR ## (FUNCTION = solo_clave_delete, LEFTARG = bigint, RIGHTARG = bigint);
SELECT x, y FROM solo_clave_create(2, x => 3);
SELECT 2::bigint ## ANY (ARRAY[7, 3]::bigint[]), 2::bigint ## ANY (ARRAY[7, 3]::bigint[]);
DROP OPERATOR ## (bigint, bigint);
SELECT nota, b, n FROM serie_create('n', b => 'b') WHERE a IS NOT NULL;
SELECT u.* IS NOT DISTINCT FROM s.* AS igual FROM series s, LATERAL serie_save(s) u;
SELECT u.nota, u.b, u.n FROM series s, LATERAL serie_update(s.b, s.a, nota => 'otra') u;
SELECT nota, b, n FROM serie_filter_by(n => 1);
SELECT serie_delete(b, a) FROM series;
SELECT * FROM sin_clave_create('{"a": 1}');
SELECT * FROM sin_clave_filter_by('x');
SELECT * FROM sin_clave_filter_by(t => NULL);
SELECT * FROM vacia_create();
SELECT count(*) FROM vacia_all();

-- Names: exact, quoted where they must be, snake case for the functions, a body that reads back
CREATE TYPE "Un Tipo" AS ENUM ('a"b', 'c''d');
SELECT orm.model('Order Line"s', 'Tabla "Rara"',
    orm.column('select', 'integer', primary_key => true),
    orm.column('Nombre', 'text'),
    orm.column('nombre', '"Un Tipo"'),
    orm.column('año; DROP TABLE x; --', 'text'),
    orm.column('$1', 'text', attribute => 'uno'));
SELECT identity FROM orm.create_all();
SELECT name, body, argument FROM functions LEFT JOIN LATERAL string_to_table(arguments, ', ') WITH ORDINALITY a (argument, n) ON true
WHERE name LIKE 'order%' ORDER BY oid, n;
SELECT * FROM order_line_s_create("Nombre" => 'A', "nombre" => 'a"b', "año; DROP TABLE x; --" => 'b', uno => 'c');
SELECT * FROM order_line_s_update("select" => 1, uno => 'd');
SELECT * FROM order_line_s_filter_by(nombre => 'a"b');
SELECT * FROM order_line_s_find(1);
SELECT order_line_s_delete(1);

-- A chosen prefix, schema and set
CREATE SCHEMA signatures_api;
CREATE TABLE elegida (id int PRIMARY KEY, v text);
SELECT identity FROM orm.map('elegida', 'Elegida',
    orm.accessors(prefix => 'e', schema => 'signatures_api', include => '{create,find,delete}'));
SELECT * FROM signatures_api.e_create(1, 'uno');
SELECT * FROM signatures_api.e_find(1);
SELECT signatures_api.e_delete(1);
CREATE TABLE ninguna (id int PRIMARY KEY);
SELECT identity FROM orm.map('ninguna', 'Ninguna', orm.accessors(include => '{}'));

-- A taken name: never replaced, by whatever kind of function
CREATE FUNCTION pago_all(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE pagos (id int PRIMARY KEY, v text);
SELECT orm.map('pagos', 'Pago');
SELECT pago_all(5);
DROP FUNCTION pago_all(integer);
CREATE FUNCTION pago_update(id int) RETURNS usuarios LANGUAGE orm AS 'update Usuario';
SELECT orm.map('pagos', 'Pago');
DROP FUNCTION pago_update(int);
CREATE FUNCTION pago_find(id int) RETURNS SETOF pagos LANGUAGE sql AS 'SELECT * FROM pagos WHERE id = $1';
SELECT orm.map('pagos', 'Pago');
DROP FUNCTION pago_find(int);
CREATE PROCEDURE pago_create() LANGUAGE sql AS 'SELECT 1';
SELECT orm.map('pagos', 'Pago');
DROP PROCEDURE pago_create();
CREATE AGGREGATE pago_delete(int) (SFUNC = int4pl, STYPE = int);
SELECT orm.map('pagos', 'Pago');
DROP AGGREGATE pago_delete(int);
SELECT count(*) FROM orm.map('pagos', 'Pago');
CREATE TABLE otros_pagos (id int PRIMARY KEY);
SELECT orm.map('otros_pagos', 'pago');
SELECT orm.map('otros_pagos', 'Pago2', orm.accessors(prefix => 'pago'));
SELECT count(*) FROM orm.map('otros_pagos', 'pago', orm.accessors(prefix => 'otro_pago'));

-- A prefix so long that it is cut, and the verbs stay whole
CREATE TABLE larga (id int PRIMARY KEY, v text);
SELECT orm.map('larga', 'Larga', orm.accessors(prefix => repeat('x', 60)));
SELECT count(*) FROM functions WHERE name LIKE 'xxx%';
SELECT identity FROM orm.map('larga', 'Larga', orm.accessors(prefix => repeat('ñ', 25)));
SELECT action, identity FROM orm.unmap('Larga');

-- More columns than a function may have arguments
DO $$
BEGIN
    EXECUTE 'CREATE TABLE signatures.ancha (id int PRIMARY KEY' ||
        (SELECT string_agg(format(', c%s int', g), '') FROM generate_series(1, 120) g) || ')';
END $$;
SELECT identity FROM orm.map('ancha', 'Ancha');
INSERT INTO ancha (id, c120) VALUES (1, 5);
SELECT c120 FROM ancha_find(1);
SELECT u.c119, u.c120 FROM ancha a, LATERAL (SELECT (ancha_save(a)).*) u;

-- Views: their key is declared, and what they can do the server decides
CREATE VIEW elegidas AS SELECT id, upper(v) AS v FROM elegida;
SELECT identity FROM orm.map('elegidas', 'Vista', orm.primary_key('id'));
SELECT * FROM vista_create(id => 7);
SELECT * FROM vista_find(7);
SELECT * FROM vista_filter_by(v => NULL);
SELECT * FROM vista_update(7, v => 'x');
SELECT * FROM vista_save((8, NULL));
SELECT vista_delete(7);
CREATE MATERIALIZED VIEW copia AS SELECT * FROM elegida;
SELECT identity FROM orm.map('copia', 'Copia', orm.primary_key('id'));

-- Types
CREATE DOMAIN dnn AS text NOT NULL;
CREATE DOMAIN dcheck AS integer CHECK (VALUE > 0 AND VALUE IS NOT NULL);
CREATE DOMAIN ddomain AS dcheck CHECK (VALUE < 100);
CREATE DOMAIN darray AS integer[] CHECK (array_length(VALUE, 1) < 3);
CREATE TYPE color AS ENUM ('rojo', 'verde');
CREATE TYPE punto AS (x integer, y numeric);
CREATE TYPE rango AS RANGE (SUBTYPE = float8);
CREATE TABLE tipos (
    id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    d1 dnn DEFAULT 'dnn', d2 dcheck DEFAULT 1, d3 ddomain DEFAULT 2, d4 darray, d5 dnn[],
    e color DEFAULT 'rojo', ea color[], p punto, pa punto[],
    v varchar(5), c char(4), bc "char", bp bpchar, b bit(3), vb varbit, n numeric(6,2), ia int[], ta text[][],
    f8 float8, f4 float4, s smallint, bo boolean, ts timestamp(0), tz timestamptz, da date, ti time, iv interval(0),
    by bytea, u uuid, j json, jb jsonb, x xml, r int4range, mr int4multirange, rg rango, inet inet, m money,
    na name, o oid, rc regclass, pt point, tv tsvector);
SELECT count(*) FROM orm.map('tipos', 'Tipo');
SELECT argument FROM functions, string_to_table(arguments, ', ') WITH ORDINALITY a (argument, n) WHERE name = 'tipo_create' ORDER BY n;
-- omitted everywhere: the defaults, NOT NULL domains included
SELECT id, d1, d2, d3, e FROM tipo_create();
SELECT id, d1, d2, d3, e FROM tipo_create(e => NULL);
SELECT tipo_create(d1 => NULL);
SELECT tipo_create(d2 => 0);
SELECT tipo_create(d3 => 100);
SELECT tipo_create(d4 => '{1,2,3}');
-- given everywhere
SELECT * FROM tipo_create(d1 => 'a', d2 => 5, d3 => 6, d4 => '{1,2}', d5 => '{a,b}', e => 'verde', ea => '{rojo,verde}',
    p => (1, 2.5), pa => ARRAY[(1, 2), NULL]::punto[], v => 'abcde', c => 'ab', bc => 'z', bp => 'bp  ', b => B'101', vb => B'1',
    n => 12.345, ia => '{1,NULL}', ta => '{{a,b},{c,d}}', f8 => 'NaN', f4 => 1.5, s => 3::smallint, bo => true,
    ts => '2026-01-02 03:04:05.6', tz => '2026-01-02 03:04:05+00', da => 'infinity', ti => '10:00', iv => '1 day 00:00:00.6',
    by => '\x00ff', u => '00000000-0000-0000-0000-000000000001', j => '{"a":  1}', jb => '{"a":  1}', x => '<a/>', r => '[1,5)',
    mr => '{[1,2),[5,6)}', rg => '[1.5,2.5]', inet => '10.0.0.1/8', m => 1.5::money, na => 'name', o => 1::oid,
    rc => 'tipos', pt => '(1,2)', tv => 'a b') \gx
SELECT tipo_create(v => 'demasiado');
SELECT id FROM tipo_filter_by(d1 => 'a', d2 => 5, d3 => 6, d4 => '{1,2}', d5 => '{a,b}', e => 'verde', ea => '{rojo,verde}',
    p => (1, 2.5), v => 'abcde', c => 'ab', b => B'101', n => 12.35, ia => '{1,NULL}', f8 => 'NaN', r => '[1,5)', jb => '{"a": 1}', m => 1.5::money);
SELECT id FROM tipo_filter_by(d4 => NULL, e => NULL);
SELECT d1, d2, d3, d4, e, n FROM tipo_update(1, d3 => 7, e => 'verde', n => 1.005);
SELECT d1, d2, d3, d4, e, n FROM tipo_update(1, d4 => '{9}', e => NULL);
SELECT tipo_update(1, d3 => 200);
SELECT u.d1, u.e, u.p, u.x FROM tipos t, LATERAL tipo_save(t) u WHERE t.v = 'abcde';

-- A row that came before a column was added, and large values kept out of line
CREATE TABLE grandes (id int PRIMARY KEY, t text);
ALTER TABLE grandes ALTER t SET STORAGE external;
SELECT count(*) FROM orm.map('grandes', 'Grande');
SELECT length(t), left(t, 3) FROM grande_create(1, repeat('abc', 100000));
SELECT length(t) FROM grande_update(1, t => repeat('xy', 100000));
SELECT length(t) FROM grande_filter_by(id => 1);
SELECT length((grande_find_by(id => 1)).t);
SELECT length(s.t) FROM grandes g, LATERAL grande_save(g) s;

SET client_min_messages = warning;
DROP SCHEMA signatures CASCADE;
DROP SCHEMA signatures_api CASCADE;
SELECT * FROM orm.models WHERE schema = 'signatures';
