-- The functions of relationships, and how find, all and they are inlined.
\set SHOW_CONTEXT never
CREATE SCHEMA relationships;
SET search_path = relationships;

SELECT orm.model('Autor', 'autores',
    orm.column('id', 'integer', primary_key => true),
    orm.column('nombre', 'text'),
    orm.has_many('posts', 'Post'),
    orm.has_one('perfil', 'Perfil'));
SELECT orm.model('Perfil', 'perfiles',
    orm.column('bio', 'text'),
    orm.belongs_to('autor', 'Autor', nullable => false),
    orm.primary_key('autor_id'));
SELECT orm.model('Post', 'posts',
    orm.column('id', 'integer', primary_key => true),
    orm.column('titulo', 'text'),
    orm.belongs_to('autor', 'Autor'),
    orm.belongs_to('parent', 'Post'),
    orm.has_many('children', 'Post'),
    orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags',
    orm.column('nombre', 'varchar(20)', primary_key => true),
    orm.many_to_many('posts', 'Post'));
SELECT count(*) > 0 AS hecho FROM orm.create_all();
SELECT proname, pg_get_function_arguments(oid) AS arguments, pg_get_function_result(oid) AS result, prorows AS rows,
    provolatile AS volatile, proparallel AS parallel, prosrc AS body, obj_description(oid, 'pg_proc') AS comment
FROM pg_proc WHERE pronamespace = 'relationships'::regnamespace AND prolang = 14 AND NOT proname ~ '_(find|all)$' ORDER BY oid;

INSERT INTO autores (nombre) SELECT 'autor ' || g FROM generate_series(1, 2000) g;
INSERT INTO perfiles (autor_id, bio) SELECT g, 'bio ' || g FROM generate_series(1, 1000) g;
INSERT INTO posts (titulo, autor_id, parent_id)
SELECT 'post ' || g, 1 + g % 2000, CASE WHEN g > 2000 THEN g - 2000 END FROM generate_series(1, 6000) g;
INSERT INTO tags SELECT 't' || g FROM generate_series(1, 10) g;
INSERT INTO posts_tags SELECT g, 't' || (1 + g % 10) FROM generate_series(1, 6000) g;
ANALYZE autores, perfiles, posts, tags, posts_tags;

SELECT p.* FROM autor_find(7) a, posts(a) p ORDER BY p.id;
SELECT a.*, f.bio FROM autor_all() a, perfil(a) f WHERE a.id = 8;
SELECT a.nombre, f.bio FROM autor_all() a LEFT JOIN LATERAL perfil(a) f ON true WHERE a.id IN (1000, 1001) ORDER BY a.id;
SELECT x.nombre FROM post_find(6) p, autor(p) x;
SELECT h.id, h.titulo FROM post_find(1) p, children(p) h ORDER BY h.id;
SELECT m.id, m.titulo FROM post_find(2001) p, parent(p) m;
SELECT t.nombre FROM post_find(3) p, tags(p) t;
SELECT count(*) FROM tag_find('t4') t, posts(t) p;
SELECT p.tags FROM posts p WHERE id = 3;
SELECT a.perfil FROM autores a WHERE id = 3;

-- The same as the joins they stand for
SELECT count(*) FROM (
    SELECT a.id, p.id FROM autor_all() a, posts(a) p WHERE a.nombre LIKE '%7'
    EXCEPT SELECT a.id, p.id FROM autores a JOIN posts p ON p.autor_id = a.id WHERE a.nombre LIKE '%7') d;
SELECT (SELECT count(*) FROM autor_all() a, posts(a) p, tags(p) t WHERE t.nombre = 't3') =
    (SELECT count(*) FROM posts_tags WHERE tag_id = 't3') AS igual;

-- Inlined: indexes are used (plan text differs between versions, counters do not)
CREATE FUNCTION scans(query text, relation regclass, OUT seq bigint, OUT index boolean) LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
    indexes oid[] := (SELECT array_agg(indexrelid) FROM pg_index WHERE indrelid = relation);
BEGIN
    seq := pg_stat_get_xact_numscans(relation);
    before := (SELECT sum(pg_stat_get_xact_numscans(i)) FROM unnest(indexes) i);
    EXECUTE query;
    seq := pg_stat_get_xact_numscans(relation) - seq;
    index := (SELECT sum(pg_stat_get_xact_numscans(i)) FROM unnest(indexes) i) > before;
END $$;
SELECT * FROM scans('SELECT FROM autor_find(5)', 'autores');
SELECT * FROM scans('SELECT FROM autor_all() WHERE id = 5', 'autores');
SELECT * FROM scans('SELECT FROM autor_all()', 'autores');
SELECT * FROM scans('SELECT FROM autor_find(5) a, posts(a) p', 'posts');
SELECT * FROM scans('SELECT FROM post_find(5) p, autor(p) a', 'autores');
SELECT * FROM scans('SELECT FROM post_find(5) p, tags(p) t', 'posts_tags');
SELECT * FROM scans('SELECT FROM post_filter_by(id => 5)', 'posts');
SELECT * FROM scans('SELECT FROM post_filter_by(autor_id => 5)', 'posts');

-- Parallel: a query over them is planned as one over the table
CREATE FUNCTION goes_parallel(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json, COSTS off) ' || query INTO plan;
    RETURN plan::text LIKE '%"Workers Planned"%';
END $$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT goes_parallel('SELECT count(*) FROM post_all()');
SELECT goes_parallel('SELECT count(*) FROM autor_all() a, posts(a) p');
SELECT goes_parallel('SELECT count(*) FROM post_filter_by()');
SELECT count(*) FROM post_all();
SELECT count(*) FROM autor_all() a, posts(a) p, tags(p) t;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- Not inlined, and right all the same
SELECT (posts(a)).titulo FROM autores a WHERE id = 2 ORDER BY 1;
SELECT * FROM posts((SELECT a FROM autores a WHERE id = 2)) WITH ORDINALITY AS p ORDER BY p.id;
SELECT titulo FROM posts(autor_create('nuevo'));
SELECT * FROM posts(NULL::autores);
SELECT * FROM autor(ROW(1, 'suelto', NULL, NULL)::posts);

-- A hostile operator in a schema of the path is not found (D1)
CREATE SCHEMA relationships_mal;
CREATE FUNCTION relationships_mal.igual(varchar, varchar) RETURNS boolean LANGUAGE plpgsql
AS $$ BEGIN RAISE WARNING 'codigo ajeno'; RETURN true; END $$;
CREATE FUNCTION relationships_mal.igual(integer, integer) RETURNS boolean LANGUAGE plpgsql
AS $$ BEGIN RAISE WARNING 'codigo ajeno'; RETURN true; END $$;
CREATE OPERATOR relationships_mal.= (FUNCTION = relationships_mal.igual, LEFTARG = varchar, RIGHTARG = varchar);
CREATE OPERATOR relationships_mal.= (FUNCTION = relationships_mal.igual, LEFTARG = integer, RIGHTARG = integer);
CREATE FUNCTION relationships_mal.unset(anyelement) RETURNS anyelement LANGUAGE plpgsql
AS $$ BEGIN RAISE WARNING 'codigo ajeno'; RETURN $1; END $$;
CREATE TABLE relationships_mal.autores (id int, nombre text);
SET search_path = relationships_mal, pg_catalog, relationships;
SELECT count(*) FROM relationships.tag_find('t4');
SELECT count(*) FROM relationships.tag_filter_by(nombre => 't4');
SELECT t.nombre FROM relationships.post_find(3) p, relationships.tags(p) t;
SELECT count(*) FROM relationships.autor_find(7) a, relationships.posts(a) p;
SELECT nombre FROM relationships.autor_update(7, nombre => 'siete');
SELECT nombre FROM relationships.tag_save(ROW('t4')::relationships.tags);
SET search_path = relationships;
SET client_min_messages = warning;
DROP SCHEMA relationships_mal CASCADE;
RESET client_min_messages;

-- Where a type's operators are in another schema than pg_catalog, one there that fits a domain better is not taken
CREATE SCHEMA relationships_ext;
CREATE TYPE relationships_ext.clave AS (v text);
DO $$
DECLARE
    name text;
    op text;
BEGIN
    FOR name, op IN VALUES ('lt', '<'), ('le', '<='), ('eq', '='), ('ge', '>='), ('gt', '>') LOOP
        EXECUTE format('CREATE FUNCTION relationships_ext.%s(relationships_ext.clave, relationships_ext.clave) RETURNS boolean
            LANGUAGE sql IMMUTABLE STRICT AS ''SELECT $1.v OPERATOR(pg_catalog.%s) $2.v''', name, op);
        EXECUTE format('CREATE OPERATOR relationships_ext.%s (FUNCTION = relationships_ext.%s,
            LEFTARG = relationships_ext.clave, RIGHTARG = relationships_ext.clave)', op, name);
    END LOOP;
END $$;
CREATE FUNCTION relationships_ext.cmp(relationships_ext.clave, relationships_ext.clave) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT AS 'SELECT bttextcmp($1.v, $2.v)';
CREATE OPERATOR CLASS relationships_ext.clave_ops DEFAULT FOR TYPE relationships_ext.clave USING btree AS
    OPERATOR 1 relationships_ext.<, OPERATOR 2 relationships_ext.<=, OPERATOR 3 relationships_ext.=,
    OPERATOR 4 relationships_ext.>=, OPERATOR 5 relationships_ext.>,
    FUNCTION 1 relationships_ext.cmp(relationships_ext.clave, relationships_ext.clave);
CREATE DOMAIN relationships_ext.codigo AS relationships_ext.clave;
CREATE TABLE codigos (c relationships_ext.codigo PRIMARY KEY);
CREATE TABLE usos (id int PRIMARY KEY, c relationships_ext.codigo REFERENCES codigos);
CREATE FUNCTION relationships_ext.igual(relationships_ext.codigo, relationships_ext.codigo) RETURNS boolean LANGUAGE plpgsql
AS $$ BEGIN RAISE WARNING 'codigo ajeno'; RETURN true; END $$;
CREATE OPERATOR relationships_ext.= (FUNCTION = relationships_ext.igual,
    LEFTARG = relationships_ext.codigo, RIGHTARG = relationships_ext.codigo);
SELECT count(*) FROM orm.map('codigos', 'Codigo', orm.has_many('usos', 'Uso'));
SELECT count(*) FROM orm.map('usos', 'Uso', orm.belongs_to('codigo', 'Codigo', foreign_key => 'c'));
INSERT INTO codigos VALUES ('(a)'), ('(b)');
INSERT INTO usos VALUES (1, '(a)'), (2, '(b)'), (3, NULL);
SELECT u.id FROM codigo_find('(b)') x, usos(x) u;
SELECT u.id, x.c FROM uso_all() u LEFT JOIN LATERAL codigo(u) x ON true ORDER BY u.id;
SELECT prosrc FROM pg_proc WHERE oid IN ('codigo_find'::regproc, 'codigo'::regproc) ORDER BY oid;

-- Keys of several columns, and of different types on the two sides
CREATE TABLE paises (c char(2), n bigint, nombre text, PRIMARY KEY (n, c));
CREATE TABLE ciudades (id int PRIMARY KEY, pc char(2), pn integer, FOREIGN KEY (pc, pn) REFERENCES paises (c, n));
SELECT count(*) FROM orm.map('paises', 'Pais', orm.has_many('ciudades', 'Ciudad'));
SELECT count(*) FROM orm.map('ciudades', 'Ciudad', orm.belongs_to('pais', 'Pais', foreign_key => ARRAY['pc', 'pn']));
INSERT INTO paises VALUES ('ES', 1, 'España'), ('PT', 1, 'Portugal'), ('ES', 2, 'Otra');
INSERT INTO ciudades VALUES (1, 'ES', 1), (2, 'PT', 1), (3, 'ES', 2), (4, NULL, 1);
SELECT * FROM pais_find(1, 'ES');
SELECT c.id, p.nombre FROM ciudad_all() c, pais(c) p ORDER BY c.id;
SELECT p.nombre, c.id FROM pais_all() p, ciudades(p) c ORDER BY c.id;
SELECT prosrc FROM pg_proc WHERE oid IN ('pais'::regproc, 'ciudades'::regproc, 'pais_find'::regproc) ORDER BY oid;

-- Names that would take the place of something else
CREATE TABLE casas (id int PRIMARY KEY, autor_id int REFERENCES autores, puertas int);
SELECT orm.map('casas', 'Casa', orm.belongs_to('puertas', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('count', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('to_json', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('concat', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('row_to_json', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('text', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('name', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('ctid', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('casa_all', 'Autor'));
SELECT orm.map('casas', 'Casa', orm.belongs_to('path', 'Autor'));
INSERT INTO casas VALUES (1, 1, 2);
SELECT count(c), json_agg(to_json(c)), max(c::text) FROM casas c;
SELECT orm.unmap('Casa') IS NOT NULL AS quitada LIMIT 1;
CREATE FUNCTION dueño(casas) RETURNS text LANGUAGE sql AS 'SELECT ''mio''::text';
SELECT orm.map('casas', 'Casa', orm.belongs_to('dueño', 'Autor', foreign_key => 'autor_id'));
SELECT dueño(c) FROM (SELECT ROW(1, 1, 1)::casas AS c) x;

-- The owner's ALTER FUNCTION is kept when a table is renamed; a partition's row goes to its parent's function
CREATE TABLE eventos (id int, autor_id int REFERENCES autores, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE eventos_1 PARTITION OF eventos FOR VALUES FROM (0) TO (10);
CREATE TABLE eventos_2 PARTITION OF eventos FOR VALUES FROM (10) TO (20);
SELECT count(*) FROM orm.map('eventos', 'Evento', orm.belongs_to('autor', 'Autor'));
SELECT * FROM evento_create(3, 3);
SELECT * FROM evento_create(13, 4);
SELECT e.id, a.nombre FROM evento_all() e, autor(e) a ORDER BY e.id;
SELECT e.id, a.nombre FROM eventos_2 e, autor(e) a;
SELECT * FROM evento_update(13, autor_id => 5);

-- A view over accessors checks the caller; row security holds within
CREATE ROLE regress_relationships_low;
CREATE VIEW vista AS SELECT p.titulo FROM autor_all() a, posts(a) p WHERE a.id = 7;
GRANT USAGE ON SCHEMA relationships TO regress_relationships_low;
GRANT SELECT ON vista TO regress_relationships_low;
SET ROLE regress_relationships_low;
SELECT count(*) FROM vista;
RESET ROLE;
GRANT SELECT ON autores, posts TO regress_relationships_low;
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
CREATE POLICY uno ON posts USING (id = 6);
SET ROLE regress_relationships_low;
SELECT p.id FROM autor_find(7) a, posts(a) p;
RESET ROLE;

-- columns of different collations: compared under that of the referenced one, as the foreign key is
CREATE TABLE places (name text COLLATE "C" PRIMARY KEY);
CREATE TABLE trips (id integer PRIMARY KEY, place text COLLATE "POSIX" REFERENCES places);
SELECT count(*) > 0 AS mapped FROM orm.map('relationships.places', 'Place', orm.has_many('trips', 'Trip'));
SELECT count(*) > 0 AS mapped FROM orm.map('relationships.trips', 'Trip', orm.belongs_to('to_place', 'Place', foreign_key => 'place'));
INSERT INTO places VALUES ('Quito');
INSERT INTO trips VALUES (1, 'Quito');
SELECT t.id, p.name FROM trips t, to_place(t) p;
SELECT p.name, t.id FROM places p, trips(p) t;
SELECT orm.all('Place', '{"where": {"trips": {"any": {"to_place": {"name": "Quito"}}}}, "load": ["trips"]}');

SET client_min_messages = warning;
DROP SCHEMA relationships CASCADE;
DROP SCHEMA relationships_ext CASCADE;
DROP ROLE regress_relationships_low;
SELECT * FROM orm.models WHERE schema = 'relationships';
