-- The registry and the model cache: declare, declare again, create, drop, map,
-- unmap, and what becomes of models in transactions and after plain DDL.
\set SHOW_CONTEXT never
CREATE SCHEMA registry;
SET search_path = registry;
\pset null <null>

-- What there is.
CREATE VIEW made AS
SELECT m.model, m.state, m.schema || '.' || m.table_name AS table_name, c.oid IS NOT NULL AS there,
       (SELECT count(*) FROM pg_proc p WHERE p.pronamespace = 'registry'::regnamespace AND p.proname LIKE lower(m.model) || '\_%' AND p.proname NOT LIKE '%\_model') AS accessors
  FROM orm.models m LEFT JOIN pg_class c ON c.relname = m.table_name AND c.relnamespace = 'registry'::regnamespace
 ORDER BY 1;
-- Models with a table whose function does not depend on it alone: always none.
CREATE VIEW inconsistent AS
SELECT m.model FROM orm.models m
 WHERE m.state <> 'declared' AND 1 <> (SELECT count(*) FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'a'
    JOIN pg_class c ON c.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
 WHERE p.prosrc LIKE 'model ' || m.model || ' {%' AND c.relname = m.table_name AND c.relnamespace::regnamespace::text = quote_ident(m.schema));

-- Declared: nothing is made, and nothing but documents can use it
SELECT orm.model('Autor', 'autores', orm.column('id', 'integer', primary_key => true), orm.column('nombre', 'text', nullable => false));
SELECT * FROM made;
SELECT orm.describe('Autor');
SELECT orm.get('Autor', 1);
SELECT orm.create('Autor', '{}');
SELECT orm.sync('Autor');
SELECT orm.drop_table('Autor');
SELECT orm.get('autor', 1);

-- Declared again: the last one counts
SELECT orm.model('Autor', 'autores', orm.column('id', 'integer', primary_key => true), orm.column('nombre', 'text', nullable => false),
    orm.has_many('libros', 'Libro'));
SELECT orm.model('Libro', 'libros', orm.column('id', 'integer', primary_key => true), orm.column('titulo', 'text'),
    orm.belongs_to('autor', 'Autor', nullable => false));
SELECT orm.describe('Autor');

-- Made: in the order of dependency, then never again
SELECT orm.create_table('Libro');
SELECT action, kind, identity FROM orm.create_all() WHERE kind = 'table';
SELECT * FROM orm.create_all();
SELECT * FROM orm.create_table('Autor');
SELECT * FROM made;
SELECT * FROM inconsistent;
-- the function says what was declared, and by which columns relationships are joined
SELECT autor_model(), libro_model();
SELECT prosrc FROM pg_proc WHERE oid = 'libro_model'::regproc;

-- Used, in every way
SELECT orm.create('Autor', '{"nombre": "Ana"}');
SELECT * FROM libro_create(titulo => 'Uno', autor_id => 1);
SELECT l.titulo FROM autor_find(1) a, libros(a) l;
SELECT orm.describe('Libro');

-- Declared once more while the table stands: it stays in force, accessors follow
SELECT orm.model('Libro', 'libros', orm.column('id', 'integer', primary_key => true), orm.column('titulo', 'text'),
    orm.belongs_to('autor', 'Autor', nullable => false), orm.accessors(include => '{all,find}'));
SELECT * FROM made;
SELECT * FROM inconsistent;
SELECT orm.get('Libro', 1);
SELECT l.titulo FROM autor_find(1) a, libros(a) l;
SELECT action, kind, identity FROM orm.create_all();
SELECT * FROM made;
SELECT orm.get('Libro', 1);
SELECT l.titulo FROM autor_find(1) a, libros(a) l;
-- one that does not fit
SELECT orm.model('Libro', 'libros', orm.column('id', 'integer', primary_key => true), orm.column('titulo', 'text'), orm.column('paginas', 'integer'),
    orm.belongs_to('autor', 'Autor', nullable => false));
SELECT orm.create_all();
ALTER TABLE libros ADD COLUMN paginas integer;
SELECT action, kind, identity FROM orm.create_all() WHERE kind = 'table';
SELECT orm.update('Libro', 1, '{"paginas": 100}');
-- to another table: the old one stays as it is, without accessors
SELECT orm.model('Autor', 'autores2', orm.column('id', 'integer', primary_key => true), orm.column('nombre', 'text'));
SELECT * FROM made;
SELECT action, kind, identity FROM orm.create_all();
SELECT * FROM autor_all();
SELECT * FROM autores;
SELECT orm.describe('Libro');
SELECT orm.model('Autor', 'autores', orm.column('id', 'integer', primary_key => true), orm.column('nombre', 'text', nullable => false), orm.has_many('libros', 'Libro'));
SELECT action, kind, identity FROM orm.create_all() WHERE kind = 'table';
DROP TABLE autores2;
SELECT * FROM inconsistent;

-- Dropped: the declaration is written back whole, and makes the same again
CREATE TABLE descriptions AS SELECT model, orm.describe(model)::text AS document FROM orm.models;
SELECT action, kind, identity FROM orm.drop_all();
SELECT * FROM made;
SELECT * FROM orm.drop_all();
SELECT model, orm.describe(model)::text = document AS same FROM descriptions ORDER BY 1;
SELECT count(*) FROM orm.create_all();
SELECT model, orm.describe(model)::text = document AS same FROM descriptions ORDER BY 1;
SELECT count(*) FROM orm.create_all();
SELECT * FROM libro_all();
-- and so does what orm.describe said
SELECT count(*) FROM orm.drop_all();
SELECT orm.unmap(model) FROM orm.models;
SELECT orm.model(document) FROM descriptions;
SELECT count(*) FROM orm.create_all();
SELECT model, orm.describe(model)::text = document AS same FROM descriptions ORDER BY 1;
-- one at a time
SELECT orm.drop_table('Autor');
SELECT kind, identity FROM orm.drop_table('Libro') WHERE kind = 'table';
SELECT kind, identity FROM orm.drop_table('Autor') WHERE kind = 'table';
SELECT orm.create_table('Libro');
SELECT kind, identity FROM orm.create_table('Autor') WHERE kind = 'table';
SELECT kind, identity FROM orm.create_table('Libro');
SELECT * FROM inconsistent;

-- Cycles of keys, tables that refer to themselves, join tables
SELECT orm.model('Huevo', 'huevos', orm.column('id', 'integer', primary_key => true), orm.belongs_to('gallina', 'Gallina', back_populates => 'huevos'),
    orm.many_to_many('cestas', 'Cesta'));
SELECT orm.model('Gallina', 'gallinas', orm.column('id', 'integer', primary_key => true), orm.belongs_to('origen', 'Huevo', nullable => false),
    orm.has_many('huevos', 'Huevo', back_populates => 'gallina'), orm.belongs_to('madre', 'Gallina'), orm.has_many('hijas', 'Gallina', foreign_key => 'madre_id'));
SELECT orm.model('Cesta', 'cestas', orm.column('id', 'integer', primary_key => true), orm.many_to_many('huevos', 'Huevo'));
SELECT model_name, action, kind, identity FROM orm.create_all() WHERE kind <> 'function';
SELECT conrelid::regclass, conname FROM pg_constraint WHERE connamespace = 'registry'::regnamespace AND contype = 'f' ORDER BY 2;
SELECT orm.create('Huevo', '{}'), orm.create('Gallina', '{"origen_id": 1}'), orm.update('Huevo', 1, '{"gallina_id": 1}'), orm.create('Cesta', '{}');
INSERT INTO cestas_huevos (cesta_id, huevo_id) VALUES (1, 1);
SELECT c.id, h.id, g.id FROM cesta_all() c, huevos(c) h, gallina(h) g;
SELECT * FROM orm.create_all();
SELECT model_name, action, kind, identity FROM orm.drop_all() WHERE kind <> 'function';
SELECT relname FROM pg_class WHERE relnamespace = 'registry'::regnamespace AND relkind = 'r' ORDER BY 1;
SELECT count(*) FROM orm.create_all() WHERE kind <> 'function';
SELECT relname FROM pg_class WHERE relnamespace = 'registry'::regnamespace AND relkind = 'r' ORDER BY 1;
SELECT count(*) > 0 FROM orm.drop_all();
SELECT orm.unmap(m) FROM unnest('{Huevo,Gallina,Cesta}'::text[]) m;
-- an unknown target is allowed until tables are made
SELECT orm.model('Suelto', 'sueltos', orm.column('id', 'integer', primary_key => true), orm.belongs_to('nadie', 'Nadie'));
SELECT orm.create_all();
SELECT orm.create_table('Suelto');
SELECT orm.unmap('Suelto');
-- inverses that do not fit
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B', back_populates => 'a'));
SELECT orm.model('B', 'bs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('otra', 'A', back_populates => 'nada'));
SELECT orm.model('B', 'bs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('otra', 'A', back_populates => 'bs'));
SELECT orm.model('B', 'bs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('otra', 'A'));
SELECT orm.create_all();
-- two candidate keys
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B'));
SELECT orm.model('B', 'bs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('una', 'A'), orm.belongs_to('otra', 'A'));
SELECT orm.create_all();
SELECT orm.model('A', 'as', orm.column('id', 'integer', primary_key => true), orm.has_many('bs', 'B', foreign_key => 'otra_id'));
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
SELECT orm.create('A', '{}'), orm.create('A', '{}'), orm.create('B', '{"una_id": 1, "otra_id": 2}');
SELECT a.id, b.id FROM a_all() a, bs(a) b;
SELECT count(*) > 0 FROM orm.drop_all();
SELECT orm.unmap('A'), orm.unmap('B');

-- Mapped: the table is somebody's; dropping all leaves it alone
CREATE TABLE clientes (id integer PRIMARY KEY, nombre text, "and" text);
CREATE TABLE pedidos (id integer PRIMARY KEY, cliente_id integer REFERENCES clientes, total numeric);
SELECT action, kind, identity FROM orm.map('pedidos', 'Pedido', orm.belongs_to('cliente', 'Cliente'));
SELECT relationship, resolved FROM orm.relationships;
SELECT action, kind, identity FROM orm.map('clientes', 'Cliente', orm.has_many('pedidos', 'Pedido'), orm.column('nombre', attribute => 'name'));
SELECT relationship, resolved FROM orm.relationships;
SELECT * FROM made;
SELECT orm.create('Cliente', '{"id": 1, "name": "x", "and_": "y"}');
SELECT * FROM orm.drop_all();
SELECT orm.describe('Cliente');
-- a second model on the table
SELECT action, kind, identity FROM orm.map('clientes', 'Cliente2');
SELECT orm.get('Cliente2', 1);
SELECT orm.map('clientes', 'Cliente3', orm.accessors('c3'));
SELECT * FROM made;
-- mapped again, with less
SELECT action, kind, identity FROM orm.map('clientes', 'Cliente');
SELECT orm.create('Cliente', '{"id": 2, "nombre": "z"}');
SELECT orm.create('Cliente2', '{"id": 3, "and_": "z"}');
-- forgotten
SELECT action, kind, identity FROM orm.unmap('Cliente');
SELECT orm.get('Cliente', 1);
SELECT orm.get('Cliente2', 1);
SELECT orm.unmap('Cliente'), orm.unmap('Cliente2');
SELECT * FROM made;
SELECT * FROM clientes;
-- something depends on an accessor
CREATE VIEW encima AS SELECT * FROM pedido_filter_by(total => 1);
SELECT orm.unmap('Pedido');
SELECT orm.drop_table('Pedido');
DROP VIEW encima;
SELECT count(*) FROM orm.unmap('Pedido');
-- what cannot be mapped
CREATE TEMPORARY TABLE temporal (id integer PRIMARY KEY);
CREATE INDEX indice ON pedidos (total);
CREATE SEQUENCE secuencia;
CREATE TYPE compuesto AS (a integer);
CREATE VIEW vista AS SELECT * FROM clientes;
SELECT orm.map('temporal', 'X');
SELECT orm.map('indice', 'X');
SELECT orm.map('secuencia', 'X');
SELECT orm.map('compuesto', 'X');
SELECT orm.map('pg_class', 'X');
SELECT orm.map(0, 'X');
SELECT count(*) FROM orm.map('vista', 'X', orm.primary_key('id'));
SELECT orm.get('X', 2);
SELECT orm.describe('X');
SELECT * FROM orm.drop_all();
SELECT kind, identity FROM orm.drop_table('X') WHERE kind = 'table';
SELECT orm.unmap('X');
SELECT orm.model('X', 'pg_temp.x', orm.column('id', 'integer', primary_key => true));
SELECT orm.create_all();
SELECT orm.unmap('X');
SELECT * FROM inconsistent;

-- A table without a schema is made where the model was declared
CREATE SCHEMA registry_b;
SELECT orm.model('X', 'xs', orm.column('id', 'integer', primary_key => true));
SET search_path = '';
SELECT orm.model('Y', 'ys');
SELECT identity FROM orm.create_all() WHERE kind = 'table';
SET search_path = registry_b, registry;
SELECT table_name, schema FROM orm.models WHERE model = 'X';
SELECT identity FROM orm.create_all() WHERE kind = 'table';
SELECT table_name, schema FROM orm.models WHERE model = 'X';
SET search_path = registry;
SELECT orm.create('X', '{}');
SELECT action, identity FROM orm.drop_table('X') WHERE kind = 'table';
SELECT table_name, schema FROM orm.models WHERE model = 'X';
SELECT orm.unmap('X');

-- A transaction that is undone undoes everything, and nothing stale is left in the cache
SELECT orm.model('T', 'ts', orm.column('id', 'integer', primary_key => true), orm.column('a', 'text'));
BEGIN;
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
SELECT orm.create('T', '{"a": "x"}');
ROLLBACK;
SELECT orm.get('T', 1);
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
SELECT orm.create('T', '{"a": "x"}');
BEGIN;
ALTER TABLE ts RENAME COLUMN a TO b;
SELECT orm.get('T', 1);
SAVEPOINT s;
ALTER TABLE ts DROP COLUMN b;
SELECT orm.get('T', 1);
SELECT * FROM t_find(1);
ROLLBACK TO s;
SELECT orm.get('T', 1);
SELECT b FROM t_find(1);
SELECT orm.update('T', 1, '{"b": "y"}');
ROLLBACK;
SELECT orm.get('T', 1);
BEGIN;
SELECT count(*) > 0 FROM orm.drop_all();
SELECT orm.get('T', 1);
ROLLBACK;
SELECT orm.get('T', 1);
BEGIN;
SELECT count(*) > 0 FROM orm.unmap('T');
SAVEPOINT s;
SELECT orm.get('T', 1);
ROLLBACK TO s;
CREATE TABLE ts2 (id integer PRIMARY KEY, c text);
SELECT count(*) FROM orm.map('ts2', 'T');
SELECT orm.create('T', '{"id": 1, "c": "c"}');
ROLLBACK;
SELECT orm.get('T', 1);
DO $$
BEGIN
    FOR i IN 1 .. 3 LOOP
        BEGIN
            PERFORM orm.unmap('T');
            EXECUTE 'DROP TABLE registry.ts';
            RAISE EXCEPTION 'undo';
        EXCEPTION WHEN raise_exception THEN
            RAISE NOTICE '%', orm.get('T', 1);
        END;
    END LOOP;
END $$;

-- Plain DDL: a dropped table is forgotten, at once and for good; undone it is back
SET client_min_messages = warning;
\set VERBOSITY terse
DROP TABLE ts;
\set VERBOSITY default
BEGIN;
DROP TABLE ts CASCADE;
SELECT orm.get('T', 1);
ROLLBACK;
SELECT orm.get('T', 1);
DROP TABLE ts CASCADE;
SELECT orm.get('T', 1);
SELECT * FROM made;
SELECT * FROM inconsistent;
SELECT model FROM orm.models ORDER BY 1;
-- the name is free, and an old one's cached model is not used for the new
SELECT orm.model('T', 'ts', orm.column('other', 'integer', primary_key => true));
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
SELECT orm.create('T', '{}');
-- renamed, moved
ALTER TABLE ts RENAME TO "New ""ts""";
SELECT table_name, schema FROM orm.models WHERE model = 'T';
SELECT prosrc FROM pg_proc WHERE oid = 't_model'::regproc;
SELECT orm.get('T', 1);
ALTER TABLE "New ""ts""" SET SCHEMA registry_b;
ALTER SCHEMA registry_b RENAME TO "registry C";
SELECT table_name, schema FROM orm.models WHERE model = 'T';
SELECT prosrc FROM pg_proc WHERE oid = '"registry C".t_model'::regproc;
SELECT orm.get('T', 1);
SELECT * FROM t_find(1);
-- declared again without a schema: for the table that would be made now
SELECT orm.model('T', 'New "ts"', orm.column('id', 'integer', primary_key => true));
SELECT identity FROM orm.create_all();
SELECT identity FROM orm.drop_table('T') WHERE kind = 'table';
SELECT orm.unmap('T');
SELECT count(*) FROM orm.map('"registry C"."New ""ts"""', 'T');
DROP SCHEMA "registry C" CASCADE;
SELECT * FROM orm.models WHERE model = 'T';
SELECT * FROM inconsistent;

-- Event triggers disabled: readers treat what is gone as absent, and the name can be taken
SELECT orm.model('T', 'ts', orm.column('id', 'integer', primary_key => true), orm.has_many('us', 'U'));
SELECT orm.model('U', 'us', orm.column('id', 'integer', primary_key => true), orm.belongs_to('t', 'T'));
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
ALTER EVENT TRIGGER orm_follow_ddl DISABLE;
DROP TABLE ts CASCADE;
SELECT model FROM orm.models WHERE model = 'T';
SELECT orm.get('T', 1);
SELECT orm.describe('T');
SELECT orm.sync('T');
SELECT orm.drop_table('T');
SELECT orm.unmap('T');
SELECT model FROM orm.models ORDER BY 1;
SELECT model, relationship, resolved FROM orm.relationships ORDER BY 1, 2;
SELECT DISTINCT model FROM orm.attributes ORDER BY 1;
SELECT orm.create('U', '{}');
SELECT * FROM orm.create_all();
-- names that nobody wrote down are followed all the same
ALTER TABLE us RENAME TO us2;
ALTER TABLE us2 RENAME COLUMN t_id TO otra_id;
SELECT orm.get('U', 1);
SELECT table_name FROM orm.models WHERE model = 'U';
SELECT orm.describe('U');
ALTER EVENT TRIGGER orm_follow_ddl ENABLE ALWAYS;
SELECT orm.model('T', 'ts', orm.column('id', 'integer', primary_key => true), orm.has_many('us', 'U'));
SELECT orm.create_all();
SELECT orm.model('T', 'ts', orm.column('id', 'integer', primary_key => true), orm.has_many('us', 'U', foreign_key => 'otra_id'));
SELECT kind, identity FROM orm.create_all();
SELECT orm.create('T', '{}'), orm.update('U', 1, '{"otra_id": 1}');
SELECT t.id, u.id FROM t_find(1) t, us(t) u;
SELECT * FROM inconsistent;
DROP TABLE ts CASCADE;
DROP TABLE us2 CASCADE;
SELECT * FROM inconsistent;

RESET client_min_messages;

-- Everything that comes with the extension has a comment
SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'orm'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL;

SET client_min_messages = error;
DROP SCHEMA registry CASCADE;
SELECT count(*) FROM orm.models;
SELECT count(*) FROM orm.binding b JOIN pg_proc p ON p.oid = b.function;
