-- The golden path: what must always work exactly so.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA golden_path;
SET search_path = golden_path;

SELECT orm.model('Usuario', 'usuarios',
    orm.column('id',     'integer', primary_key => true),
    orm.column('nombre', 'text',    nullable => false),
    orm.column('edad',   'integer'));
SELECT model_name, action, kind, identity FROM orm.create_all();

SELECT * FROM usuario_create(nombre => 'Juan', edad => 25);   -- id | nombre | edad
SELECT * FROM usuario_all();
SELECT * FROM usuario_filter_by(nombre => 'Juan');
SELECT * FROM usuario_update(1, edad => 30);                  -- nombre untouched
SELECT usuario_delete(1);                                     -- true

BEGIN;                                                        -- unit of work
SELECT orm.add('Usuario', '{"nombre": "Ana", "edad": 31}');
SELECT orm.add('Usuario', '{"nombre": "Luz", "edad": 22}');
COMMIT;                                                       -- one multi-row INSERT: same columns

SELECT orm.all('Usuario', '{"where": {"edad": {"gt": 20}}, "order_by": ["-edad"]}');

-- named queries
CREATE FUNCTION adultos(desde integer) RETURNS SETOF usuarios LANGUAGE orm STABLE
AS 'all Usuario {"where": {"edad": {"ge": {"$": "desde"}}}, "order_by": ["nombre"]}';
CREATE FUNCTION ficha(id integer) RETURNS json LANGUAGE orm STABLE
AS 'one Usuario {"where": {"id": {"$": "id"}}}';
SELECT * FROM adultos(22);
SELECT ficha(2);
SELECT ficha(9);

DROP SCHEMA golden_path CASCADE;
