-- The typed functions of a model: what they do, what they return, and when an
-- argument counts as given.
\set SHOW_CONTEXT never
CREATE SCHEMA accessors;
SET search_path = accessors;

SELECT orm.model('Usuario', 'usuarios',
    orm.column('id',     'integer', primary_key => true),
    orm.column('nombre', 'text',    nullable => false),
    orm.column('edad',   'integer', server_default => '18'),
    orm.column('nota',   'text'));
SELECT identity FROM orm.create_all();

-- create: left out is the default, NULL is NULL
SELECT * FROM usuario_create(nombre => 'Juan', edad => 25);
SELECT * FROM usuario_create('Ana');
SELECT * FROM usuario_create('Luz', NULL);
SELECT * FROM usuario_create('Eva', 40, 'x', 10);
SELECT * FROM usuario_create(id => 11, nombre => 'Max', edad => NULL);
SELECT * FROM usuario_create();
SELECT * FROM usuario_create(NULL);
SELECT (usuario_create('Uno')).nombre;

-- find, all
SELECT * FROM usuario_find(1);
SELECT * FROM usuario_find(id => 99);
SELECT * FROM usuario_find(NULL);
SELECT * FROM usuario_all() ORDER BY id;
SELECT count(*) FROM usuario_all() WHERE edad > 20;

-- filter_by, find_by: only what is given takes part, NULL is IS NULL
SELECT * FROM usuario_filter_by() ORDER BY id;
SELECT * FROM usuario_filter_by(nombre => 'Juan');
SELECT * FROM usuario_filter_by(edad => NULL) ORDER BY id;
SELECT * FROM usuario_filter_by(edad => 18, nota => NULL) ORDER BY id;
SELECT * FROM usuario_filter_by(nombre => 'nadie');
SELECT usuario_filter_by(edad => NULL) ORDER BY 1;
SELECT * FROM usuario_find_by(nombre => 'Ana');
SELECT * FROM usuario_find_by(nombre => 'nadie');
SELECT count(*) FROM usuario_find_by(edad => 18);
SELECT count(*) FROM usuario_find_by();
SELECT g, u.nombre FROM generate_series(1, 3) g LEFT JOIN LATERAL usuario_filter_by(id => g) u ON true ORDER BY g;

-- update: only what is given changes
SELECT * FROM usuario_update(1, edad => 30);
SELECT * FROM usuario_update(1, nota => 'n', nombre => 'Juana');
SELECT * FROM usuario_update(1, nota => NULL);
SELECT * FROM usuario_update(1);
SELECT * FROM usuario_update(1, nombre => NULL);
SELECT * FROM usuario_update(99, edad => 1);
SELECT * FROM usuario_update(NULL, edad => 1);

-- save: by primary key; NULL where none may be takes the default
SELECT * FROM usuario_save((1, 'Juan', 31, NULL));
SELECT * FROM usuario_save(ROW(NULL, 'Sol', NULL, 's')::usuarios);
SELECT * FROM usuario_save((SELECT u FROM usuario_find(2) u));
SELECT * FROM usuario_save(NULL);
SELECT * FROM usuario_save((99, 'nadie', NULL, NULL));
SELECT * FROM usuario_save((NULL, NULL, NULL, NULL));

-- delete
SELECT usuario_delete(11);
SELECT usuario_delete(11);
SELECT usuario_delete(NULL);
SELECT usuario_delete(id => 10);

-- Given or not, in every kind of call
PREPARE anadir(text, int) AS SELECT nombre, edad, nota FROM usuario_create($1, $2);
EXECUTE anadir('p1', NULL);
SET plan_cache_mode = force_generic_plan;
EXECUTE anadir('p2', 5);
PREPARE cambiar(int, text) AS SELECT edad, nota FROM usuario_update($1, nota => $2);
EXECUTE cambiar(1, 'por prepare');
EXECUTE cambiar(1, NULL);
SET plan_cache_mode = force_custom_plan;
EXECUTE cambiar(1, 'custom');
EXECUTE cambiar(1, NULL);
RESET plan_cache_mode;
DEALLOCATE ALL;

CREATE FUNCTION por_plpgsql(quien text, cuantos int) RETURNS SETOF usuarios LANGUAGE plpgsql AS $$
DECLARE u usuarios;
BEGIN
    u := usuario_create(quien);
    RETURN NEXT u;
    u := usuario_update(u.id, edad => cuantos);
    RETURN NEXT u;
    RETURN QUERY SELECT * FROM usuario_filter_by(nombre => quien, edad => cuantos);
    EXECUTE 'SELECT * FROM accessors.usuario_update($1, nota => $2)' INTO u USING u.id, NULL::text;
    RETURN NEXT u;
END $$;
SELECT nombre, edad, nota FROM por_plpgsql('pl', 7);
SELECT nombre, edad, nota FROM por_plpgsql('pl2', NULL);

DO $$
BEGIN
    PERFORM accessors.usuario_create('do', nota => NULL);
    PERFORM accessors.usuario_update(id, edad => NULL) FROM accessors.usuarios WHERE nombre = 'do';
END $$;
SELECT nombre, edad, nota FROM usuario_filter_by(nombre => 'do');

CREATE PROCEDURE por_call(quien text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accessors.usuario_create(quien, NULL);
END $$;
CALL por_call('call');
SELECT nombre, edad, nota FROM usuario_filter_by(nombre => 'call');

CREATE VIEW jovenes AS SELECT u.nombre, u.edad FROM usuario_filter_by(edad => 18) u;
SELECT * FROM jovenes ORDER BY nombre;

CREATE FUNCTION definidor(quien text) RETURNS usuarios LANGUAGE sql SECURITY DEFINER SET search_path = accessors
AS 'SELECT * FROM usuario_create(quien, nota => NULL)';
SELECT nombre, edad, nota FROM definidor('definidor');
ALTER FUNCTION usuario_create SET work_mem = '1MB';
SELECT nombre, edad, nota FROM usuario_create('con set');
SELECT nombre, edad, nota FROM usuario_create('con set', NULL);
ALTER FUNCTION usuario_create RESET ALL;

CREATE TABLE por_defecto (n text DEFAULT (usuario_create('columna')).nombre,
    e int CHECK (e IS DISTINCT FROM (usuario_update(1, nota => 'check')).id));
INSERT INTO por_defecto (e) VALUES (5) RETURNING n;
SELECT edad, nota FROM usuario_find(1);
INSERT INTO por_defecto (e) VALUES (1);
DROP TABLE por_defecto;

-- many rows through one call site
SELECT count((usuario_create('fila ' || g)).id) FROM generate_series(1, 100) g;
SELECT count(DISTINCT u.nombre), min(u.edad), max(u.edad) FROM usuario_all() u WHERE u.nombre LIKE 'fila %';
SELECT sum(n) FROM (SELECT (SELECT count(*) FROM usuario_filter_by(nombre => 'fila ' || g)) AS n FROM generate_series(1, 100) g) s;

-- An operator made of an accessor: its call expression is no function call, so everything is given
CREATE FUNCTION edad_de(nombre text, edad int DEFAULT orm.unset(NULL::int)) RETURNS usuarios
LANGUAGE orm AS 'find_by Usuario';
CREATE OPERATOR <~> (FUNCTION = edad_de, LEFTARG = text, RIGHTARG = int);
SELECT ('fila 1' <~> 18).nombre;
SELECT ('fila 1' <~> NULL::int).nombre;
SELECT (edad_de('fila 1')).nombre;
SELECT (edad_de('fila 1', NULL)).nombre;
DROP OPERATOR <~> (text, int);

-- The same in a trigger's WHEN, and in the workers of a parallel query where the owner says it may run there
CREATE TABLE otros (nombre text);
CREATE FUNCTION avisa() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'conocido: %', NEW.nombre; RETURN NEW; END $$;
CREATE TRIGGER avisa BEFORE INSERT ON otros FOR EACH ROW
WHEN ((edad_de(NEW.nombre)).id IS NOT NULL AND (edad_de(NEW.nombre, NULL)).id IS NULL) EXECUTE FUNCTION avisa();
INSERT INTO otros VALUES ('fila 1'), ('nadie'), ('Luz');
ALTER FUNCTION edad_de STABLE PARALLEL SAFE;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT count((edad_de(nombre)).id), count((edad_de(nombre, NULL)).id) FROM usuarios;
DO $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) SELECT count((accessors.edad_de(nombre)).id) FROM accessors.usuarios' INTO plan;
    ASSERT plan::text LIKE '%"Workers Planned"%', 'not parallel';
END $$;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- A wrapper that forwards: inlined, the marker goes through; not inlined, it is a NULL
CREATE FUNCTION envuelta(a text, b text DEFAULT orm.unset(NULL::text)) RETURNS SETOF usuarios LANGUAGE sql STABLE
AS 'SELECT * FROM accessors.usuario_filter_by(nombre => a, nota => b)';
CREATE FUNCTION cerrada(a text, b text DEFAULT orm.unset(NULL::text)) RETURNS SETOF usuarios LANGUAGE sql STABLE
SET work_mem = '1MB' AS 'SELECT * FROM accessors.usuario_filter_by(nombre => a, nota => b)';
SELECT usuario_update(1, nota => 'algo') IS NOT NULL AS listo;
SELECT count(*) FROM envuelta('Juan');
SELECT count(*) FROM cerrada('Juan');

-- orm.unset itself
SELECT orm.unset(5), orm.unset('x'::text), orm.unset(ARRAY[1]);
SELECT provolatile, proparallel, proisstrict FROM pg_proc WHERE oid = 'orm.unset'::regproc;

-- Reading functions read under the caller's snapshot, and see what the same command wrote before them
BEGIN;
SELECT count(*) AS antes FROM usuario_filter_by(nombre => 'visto') \gset
DO $$
DECLARE n int;
BEGIN
    PERFORM accessors.usuario_create('visto');
    SELECT count(*) INTO n FROM accessors.usuario_filter_by(nombre => 'visto');
    RAISE NOTICE 'visto: %', n;
END $$;
ROLLBACK;
BEGIN READ ONLY;
SELECT nombre FROM usuario_find_by(nombre => 'Juan');
SELECT nombre FROM usuario_create('no');
ROLLBACK;

-- An error leaves nothing behind, and the next call works
BEGIN;
SAVEPOINT s;
SELECT usuario_create('a medias', id => 1);
ROLLBACK TO s;
SELECT nombre FROM usuario_create('entera');
ROLLBACK;
SELECT count(*) FROM usuario_filter_by(nombre => 'entera');

-- A trigger that calls accessors of its own table, and of the same function
CREATE FUNCTION eco() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF length(NEW.nombre) < 8 THEN
        PERFORM accessors.usuario_create(NEW.nombre || '+');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER eco AFTER INSERT ON usuarios FOR EACH ROW WHEN (NEW.nombre LIKE 'eco%') EXECUTE FUNCTION eco();
SELECT nombre FROM usuario_create('eco');
SELECT nombre FROM usuario_all() WHERE nombre LIKE 'eco%' ORDER BY nombre;

-- BEFORE triggers: what is returned is what is stored; a row that is not stored is NULL
CREATE FUNCTION antes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.nombre = 'nunca' THEN
        RETURN NULL;
    END IF;
    NEW.nota := upper(NEW.nombre);
    RETURN NEW;
END $$;
CREATE TRIGGER antes BEFORE INSERT ON usuarios FOR EACH ROW EXECUTE FUNCTION antes();
SELECT nombre, nota FROM usuario_create('alto');
SELECT usuario_create('nunca') IS NULL AS nulo;

-- Privileges are those of the statements; what may not be read comes back NULL
CREATE ROLE regress_accessors_low;
GRANT USAGE ON SCHEMA accessors TO regress_accessors_low;
SET ROLE regress_accessors_low;
SELECT * FROM usuario_find(1);
SELECT * FROM usuario_filter_by(id => 1);
SELECT * FROM usuario_create('bajo');
SELECT usuario_delete(1);
RESET ROLE;
GRANT INSERT ON usuarios TO regress_accessors_low;
GRANT SELECT (nombre, edad) ON usuarios TO regress_accessors_low;
SET ROLE regress_accessors_low;
SELECT nombre, edad, id IS NULL AS id_oculto, nota FROM usuario_create('bajo');
SELECT * FROM usuario_filter_by(nombre => 'bajo');
RESET ROLE;
REVOKE ALL ON usuarios FROM regress_accessors_low;
GRANT SELECT, INSERT, UPDATE ON usuarios TO regress_accessors_low;
CREATE POLICY propios ON usuarios USING (nombre = 'bajo') WITH CHECK (nombre LIKE 'bajo%');
ALTER TABLE usuarios ENABLE ROW LEVEL SECURITY;
SELECT count(*) > 5 AS todos FROM usuario_filter_by();
SET ROLE regress_accessors_low;
SELECT nombre FROM usuario_filter_by();
SELECT nombre FROM usuario_all();
SELECT nombre FROM usuario_update(1, edad => 3);
SELECT nombre FROM usuario_create('alto');
RESET ROLE;
SELECT count(*) > 5 AS todos FROM usuario_filter_by();

-- a row of nulls is not NULL: as in a where
CREATE TYPE punto AS (x int, y int);
CREATE TABLE sitios (id int PRIMARY KEY, lugar punto);
SELECT count(*) > 0 FROM orm.map('accessors.sitios', 'Sitio');
INSERT INTO sitios VALUES (1, NULL), (2, ROW(NULL, NULL)), (3, ROW(1, NULL));
SELECT * FROM sitio_filter_by(lugar => NULL);
SELECT orm.all('Sitio', '{"where": {"lugar": null}}');
SELECT * FROM sitio_filter_by(lugar => ROW(NULL, NULL)::punto);

SET client_min_messages = warning;
DROP SCHEMA accessors CASCADE;
DROP ROLE regress_accessors_low;
SELECT * FROM orm.models WHERE schema = 'accessors';
