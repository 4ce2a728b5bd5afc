-- After any ALTER TABLE by anybody, bodies and rows follow at once; arguments
-- follow with orm.sync.
\set SHOW_CONTEXT never
CREATE SCHEMA ddl_follow;
SET search_path = ddl_follow;

SELECT orm.model('Usuario', 'usuarios',
    orm.column('id', 'integer', primary_key => true),
    orm.column('nombre', 'text', nullable => false),
    orm.column('edad', 'integer', server_default => '18'),
    orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts',
    orm.column('id', 'integer', primary_key => true),
    orm.column('titulo', 'text'),
    orm.belongs_to('autor', 'Usuario'),
    orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags',
    orm.column('id', 'integer', primary_key => true),
    orm.column('nombre', 'text'),
    orm.many_to_many('posts', 'Post'));
SELECT count(*) FROM orm.create_all();
SELECT count(*) FROM usuario_create('Ana'), post_create('p', 1), tag_create('t');
INSERT INTO posts_tags VALUES (1, 1);

-- Calls everything, and says what came of it
CREATE FUNCTION todo() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    call text;
    result text;
BEGIN
    FOREACH call IN ARRAY ARRAY[
        'usuario_create(nombre => ''nuevo'') x', 'usuario_find(1) x', 'usuario_all() x WHERE nombre = ''Ana''',
        'usuario_filter_by(nombre => ''Ana'') x', 'usuario_find_by(nombre => ''Ana'') x',
        'usuario_update(1, nombre => ''Ana'') x', 'usuario_find(1) u, usuario_save(u) x',
        'post_find(1) p, autor(p) x', 'usuario_find(1) u, posts(u) x', 'post_find(1) p, tags(p) x',
        'usuario_delete((SELECT count(*) FROM usuario_all())::int) x']
    LOOP
        BEGIN
            EXECUTE format('SELECT x::text FROM %s', call) INTO result;
        EXCEPTION WHEN OTHERS THEN
            result := SQLSTATE || ' ' || SQLERRM;
        END;
        RETURN NEXT call || ': ' || coalesce(result, 'NULL');
    END LOOP;
END $$;
PREPARE por_nombre AS SELECT id, nombre FROM usuario_filter_by(nombre => 'Ana');
PREPARE encontrar AS SELECT id, nombre FROM usuario_find(1);
PREPARE sus_posts AS SELECT u.nombre, p.titulo FROM usuario_all() u, posts(u) p;
PREPARE anadir(text) AS SELECT nombre FROM usuario_create(nombre => $1);
SELECT * FROM todo();
EXECUTE por_nombre; EXECUTE encontrar; EXECUTE sus_posts; EXECUTE anadir('uno');

-- ADD COLUMN
ALTER TABLE usuarios ADD COLUMN nota text DEFAULT 'n';
SELECT * FROM todo();
EXECUTE por_nombre; EXECUTE encontrar; EXECUTE sus_posts; EXECUTE anadir('otro');
\set VERBOSITY sqlstate
SELECT * FROM usuario_create('con nota', nota => 'x');
\set VERBOSITY default
SELECT action, identity FROM orm.sync('Usuario');
SELECT action, identity FROM orm.sync('Usuario');
SELECT nombre, edad, nota FROM usuario_create('con nota', nota => 'x');

-- DROP COLUMN: rows keep the hole, an argument of that name is an error only when it is given
ALTER TABLE usuarios DROP COLUMN edad;
SELECT * FROM todo();
EXECUTE por_nombre; EXECUTE encontrar; EXECUTE sus_posts; EXECUTE anadir('otro');
SELECT * FROM usuario_create('sin edad', edad => 5);
SELECT * FROM usuario_filter_by(edad => 5);
SELECT * FROM usuario_filter_by(nombre => 'con nota') WHERE nota = 'x';
SELECT usuario_find_by(nombre => 'con nota');
SELECT s.nombre, s.nota FROM usuarios u, LATERAL usuario_save(u) s WHERE u.nombre = 'con nota';
ALTER TABLE usuarios ADD COLUMN alta date DEFAULT '2026-01-01';
SELECT nombre, nota, alta FROM usuario_filter_by(nombre => 'con nota');
SELECT u.* FROM posts p, autor(p) u;
SELECT action, identity FROM orm.sync('Usuario');
SELECT * FROM usuario_update(1, alta => '2026-02-02');

-- RENAME COLUMN: the attribute, and bodies in SQL with it
ALTER TABLE usuarios RENAME COLUMN nota TO apunte;
SELECT * FROM todo();
EXECUTE por_nombre; EXECUTE encontrar; EXECUTE sus_posts; EXECUTE anadir('otro');
SELECT * FROM usuario_create('renombrada', nota => 'x');
SELECT * FROM usuario_update(1, nota => 'x');
SELECT action, identity FROM orm.sync('Usuario');
SELECT nombre, apunte FROM usuario_update(1, apunte => 'x');
ALTER TABLE usuarios RENAME COLUMN id TO numero;
SELECT * FROM usuario_find(1);
SELECT p.* FROM usuario_all() u, posts(u) p;
SELECT u.* FROM posts p, autor(p) u;
SELECT * FROM usuario_update(1, apunte => 'y');
SELECT usuario_delete(1);
SELECT action, identity FROM orm.sync('Usuario');
SELECT * FROM usuario_update(numero => 1, apunte => 'y');
ALTER TABLE usuarios RENAME COLUMN numero TO id;
SELECT count(*) > 0 AS hecho FROM orm.sync('Usuario');
ALTER TABLE posts RENAME COLUMN autor_id TO escrito_por;
ALTER TABLE posts_tags RENAME COLUMN tag_id TO etiqueta;
SELECT p.* FROM usuario_find(1) u, posts(u) p;
SELECT u.nombre FROM post_find(1) p, autor(p) u;
SELECT t.* FROM post_find(1) p, tags(p) t;
SELECT p.* FROM tag_find(1) t, posts(t) p;

-- ALTER TYPE: the stored type counts, the old argument is cast
ALTER TABLE usuarios ALTER COLUMN apunte TYPE varchar(3);
SELECT nombre, apunte FROM usuario_update(1, apunte => 'abc');
SELECT nombre, apunte FROM usuario_update(1, apunte => 'abcd');
ALTER TABLE usuarios ADD COLUMN puntos integer DEFAULT 7;
SELECT count(*) FROM orm.sync('Usuario');
ALTER TABLE usuarios ALTER COLUMN puntos TYPE numeric(10,1);
SELECT puntos FROM usuario_update(1, puntos => 12);
SELECT puntos FROM usuario_filter_by(puntos => 12);
ALTER TABLE usuarios ALTER COLUMN puntos DROP DEFAULT, ALTER COLUMN puntos TYPE date USING '2026-01-01'::date + puntos::int;
SELECT puntos FROM usuario_find(1);
SELECT puntos FROM usuario_update(1, puntos => 12);
SELECT nombre FROM usuario_update(1, nombre => 'Ana');
SELECT action, identity FROM orm.sync('Usuario');
SELECT puntos FROM usuario_update(1, puntos => '2026-03-03');
ALTER TABLE posts DROP CONSTRAINT posts_autor_id_fkey;
ALTER TABLE usuarios ALTER COLUMN id TYPE bigint;
SELECT id FROM usuario_find(1);
SELECT id FROM usuario_update(1, nombre => 'Ana');
SELECT usuario_delete(999);
SELECT action, identity FROM orm.sync('Usuario');
SELECT pg_get_function_arguments('usuario_find'::regproc);
ALTER TABLE posts ADD FOREIGN KEY (escrito_por) REFERENCES usuarios;
SELECT p.id FROM usuario_find(1) u, posts(u) p;

-- RENAME TO, SET SCHEMA
ALTER TABLE usuarios RENAME TO personas;
SELECT nombre FROM usuario_find(1);
SELECT nombre FROM usuario_filter_by(id => 1);
SELECT u.nombre FROM post_find(1) p, autor(p) u;
SELECT p.id FROM personas u, posts(u) p;
CREATE SCHEMA ddl_follow_2;
ALTER TABLE personas SET SCHEMA ddl_follow_2;
SELECT nombre FROM usuario_find(1);
SELECT nombre FROM usuario_update(1, nombre => 'Ana');
SELECT u.nombre FROM post_find(1) p, autor(p) u;
SELECT action, identity FROM orm.sync('Usuario');
SELECT nombre FROM ddl_follow_2.usuario_find(1);
\set VERBOSITY sqlstate
SELECT usuario_find(1);
\set VERBOSITY default
ALTER SCHEMA ddl_follow_2 RENAME TO ddl_follow_3;
SELECT nombre FROM ddl_follow_3.usuario_find(1);
SELECT nombre FROM ddl_follow_3.usuario_filter_by(id => 1);

-- sync keeps owner, privileges and comment, and stops at what depends on a function
ALTER TABLE ddl_follow_3.personas SET SCHEMA ddl_follow;
SELECT count(*) > 0 AS hecho FROM orm.sync('Usuario');
CREATE ROLE regress_ddl_follow;
REVOKE EXECUTE ON FUNCTION usuario_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usuario_create TO regress_ddl_follow;
COMMENT ON FUNCTION usuario_create IS 'mío';
ALTER TABLE personas ADD COLUMN extra text;
SELECT count(*) > 0 AS hecho FROM orm.sync('Usuario');
SELECT obj_description('usuario_create'::regproc, 'pg_proc'),
    has_function_privilege('regress_ddl_follow', 'usuario_create'::regproc::oid, 'EXECUTE') AS low,
    has_function_privilege('public', 'usuario_create'::regproc::oid, 'EXECUTE') AS todos;
CREATE VIEW encima AS SELECT nombre FROM usuario_filter_by(extra => NULL);
ALTER TABLE personas ADD COLUMN extra2 text;
SELECT * FROM orm.sync('Usuario');
DROP VIEW encima;
SELECT count(*) > 0 AS hecho FROM orm.sync('Usuario');
-- an altered function is put right
ALTER FUNCTION usuario_filter_by VOLATILE;
SELECT action, identity FROM orm.sync('Usuario');

-- In one transaction, and back
BEGIN;
ALTER TABLE personas RENAME COLUMN nombre TO name;
SELECT name FROM usuario_find(1);
SELECT usuario_create(nombre => 'x');
ROLLBACK;
SELECT nombre FROM usuario_update(1, nombre => 'Ana');
SELECT nombre FROM usuario_find(1);

-- A column added later that shadows a relationship is reported
ALTER TABLE personas ADD COLUMN posts text;
SELECT * FROM orm.sync('Usuario');
ALTER TABLE personas DROP COLUMN posts;

-- The target goes: its relationship's function is not made, the rest works
SET client_min_messages = warning;
DROP TABLE tags CASCADE;
RESET client_min_messages;
SELECT titulo FROM post_find(1);
\set VERBOSITY sqlstate
SELECT t.* FROM post_find(1) p, tags(p) t;
\set VERBOSITY default
SELECT action, identity FROM orm.sync('Post');

SET client_min_messages = warning;
DROP SCHEMA ddl_follow CASCADE;
DROP SCHEMA ddl_follow_3 CASCADE;
DROP ROLE regress_ddl_follow;
SELECT * FROM orm.models WHERE schema LIKE 'ddl_follow%';
