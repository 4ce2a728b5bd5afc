-- A first session, in Spanish: from CREATE EXTENSION to delete,
-- in a database of its own, as somebody has it who begins.
\set regression :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_tutorial;
CREATE DATABASE regress_orm_tutorial TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_tutorial
SET lc_messages = 'C';
\set SHOW_CONTEXT never

-- 1. La extensión
CREATE EXTENSION orm;

-- 2. Un modelo
SELECT orm.model('Usuario', 'usuarios',
    orm.column('id',     'integer', primary_key => true),
    orm.column('nombre', 'text',    nullable => false),
    orm.column('edad',   'integer'));
SELECT orm.create_all();
\d usuarios

-- 3. Crear, leer, cambiar, borrar
SELECT * FROM usuario_create(nombre => 'Juan', edad => 25);   -- id | nombre | edad
SELECT * FROM usuario_all();
SELECT * FROM usuario_filter_by(nombre => 'Juan');
SELECT * FROM usuario_update(1, edad => 30);                  -- nombre no cambia
SELECT usuario_delete(1);                                     -- true
SELECT usuario_delete(1);                                     -- ya no está
SELECT * FROM usuario_all();

-- 4. Omitir no es lo mismo que NULL
SELECT * FROM usuario_create(nombre => 'Ana', edad => 31);
SELECT * FROM usuario_create('Luz');
SELECT * FROM usuario_update(2);
SELECT * FROM usuario_update(2, edad => NULL);
SELECT * FROM usuario_filter_by(edad => NULL) ORDER BY id;
SELECT * FROM usuario_filter_by() ORDER BY id;
SELECT * FROM usuario_create(edad => 40);

-- 5. Buscar
SELECT * FROM usuario_find(2);
SELECT * FROM usuario_find(99);
SELECT * FROM usuario_find_by(nombre => 'Luz');
SELECT nombre, edad FROM usuario_all() WHERE edad > 20 ORDER BY nombre;

-- 6. Guardar una fila
SELECT * FROM usuario_save((2, 'Ana', 32));
SELECT * FROM usuario_save((NULL, 'Eva', 19));
SELECT * FROM usuario_update(99, edad => 1);

-- 7. Documentos
SELECT orm.create('Usuario', '{"nombre": "Sol", "edad": 27}');
SELECT orm.get('Usuario', 3);
SELECT orm.get('Usuario', 99) IS NULL AS no_hay;
SELECT orm.update('Usuario', 3, '{"edad": 23}');
SELECT orm.create('Usuario', '[{"nombre": "Max", "edad": 50}, {"nombre": "Noé", "edad": null}]');
SELECT orm.save('Usuario', '{"id": 3, "nombre": "Lucía"}');
SELECT orm.delete('Usuario', 3);
SELECT orm.create('Usuario', '{"nombre": "Pía", "edda": 40}');
SELECT orm.create('Usuario', '[{"nombre": "Pía"}, {"nombre": "Leo", "edad": "muchos"}]');
SELECT * FROM usuario_filter_by(nombre => 'Pía');

-- 8. Relaciones
SELECT orm.model('Usuario', 'usuarios',
    orm.column('id',     'integer', primary_key => true),
    orm.column('nombre', 'text',    nullable => false),
    orm.column('edad',   'integer'),
    orm.has_many('articulos', 'Articulo', back_populates => 'autor'));
SELECT orm.model('Articulo', 'articulos',
    orm.column('id',     'bigint', primary_key => true),
    orm.column('titulo', 'text',   nullable => false),
    orm.column('fecha',  'date',   server_default => $$'2026-01-01'$$),
    orm.belongs_to('autor', 'Usuario', nullable => false, back_populates => 'articulos'),
    orm.many_to_many('etiquetas', 'Etiqueta', back_populates => 'articulos'));
SELECT orm.model('Etiqueta', 'etiquetas',
    orm.column('id',     'integer', primary_key => true),
    orm.column('nombre', 'text',    nullable => false, is_unique => true),
    orm.many_to_many('articulos', 'Articulo', back_populates => 'etiquetas'));
SELECT * FROM orm.create_all();
\d articulos
SELECT * FROM articulo_create(titulo => 'Árboles', autor_id => 2);
SELECT * FROM articulo_create(titulo => 'Índices', autor_id => 2, fecha => '2026-02-03');
SELECT orm.create('Etiqueta', '[{"nombre": "sql"}, {"nombre": "datos"}]', '{"return": false}');
INSERT INTO articulos_etiquetas (articulo_id, etiqueta_id) VALUES (1, 1), (1, 2), (2, 2);
SELECT u.nombre, a.titulo FROM usuario_all() u, articulos(u) a ORDER BY a.id;
SELECT a.titulo, e.nombre FROM articulo_all() a, etiquetas(a) e ORDER BY a.id, e.nombre;
SELECT u.nombre FROM articulo_find(1) a, autor(a) u;
SELECT count(*) FROM usuario_all() u LEFT JOIN LATERAL articulos(u) a ON true WHERE a IS NULL;

-- 9. La tabla cambia
ALTER TABLE usuarios ADD COLUMN correo text;
SELECT * FROM usuario_find(2);
SELECT orm.update('Usuario', 2, '{"correo": "ana@example.com"}');
SELECT * FROM orm.sync('Usuario');
SELECT * FROM usuario_update(2, correo => NULL);
ALTER TABLE usuarios RENAME COLUMN correo TO email;
SELECT orm.update('Usuario', 2, '{"email": "ana@example.org"}');
SELECT orm.update('Usuario', 2, '{"correo": "ana@example.org"}');

-- 10. Funciones propias
CREATE FUNCTION usuarios_de_edad(edad integer) RETURNS SETOF usuarios
LANGUAGE orm STABLE AS 'filter_by Usuario';
SELECT nombre, edad FROM usuarios_de_edad(50);
CREATE FUNCTION mal(eddad integer) RETURNS SETOF usuarios LANGUAGE orm STABLE AS 'filter_by Usuario';
DROP FUNCTION usuarios_de_edad;

-- 11. Saber qué hay
SELECT * FROM orm.models ORDER BY model;
SELECT attribute, type, nullable, in_primary_key, has_default FROM orm.attributes WHERE model = 'Usuario' ORDER BY ordinal;
SELECT model, relationship, kind, target, foreign_key, through FROM orm.relationships ORDER BY model, relationship;
SELECT e FROM json_array_elements(orm.describe('Etiqueta') -> 'elements') e;

-- 12. Deshacer
SELECT action, kind, identity FROM orm.drop_all() WHERE kind <> 'function';
SELECT model, state FROM orm.models ORDER BY model;
SELECT count(*) FROM orm.create_all();
SELECT * FROM usuario_all();

\c :regression
DROP DATABASE regress_orm_tutorial;
