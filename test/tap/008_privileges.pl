# Who may what: privileges and row-level security of the table decide, models
# belong to somebody, and text of one role never runs with the rights of another.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main', qw(carol bob app eve));
my $database = 'shop';

# Runs statements as a role.
sub as
{
	my ($role, $sql) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', $role ]);
}

# A statement of a role fails with a SQLSTATE and a message.
sub refused
{
	my ($role, $sql, $state, $message) = @_;
	return fails($node, $database, $role, $sql, $state, $message, "$role: $sql");
}

my $boss = 'postgres';
$node->safe_psql('postgres', "CREATE DATABASE $database OWNER carol TEMPLATE template0");
as('carol', <<'END');
CREATE EXTENSION orm;
SELECT orm.model('Autor', 'autores', orm.column('id', 'integer', primary_key => true), orm.column('nombre', 'text', is_unique => true), orm.column('edad', 'integer'),
    orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('titulo', 'text'), orm.belongs_to('autor', 'Autor'), orm.column('de', 'name', server_default => 'current_user'));
SELECT orm.create_all();
SELECT orm.create('Autor', '[{"nombre": "Ana"}, {"nombre": "Luz"}]', '{"return": false}');
END

# ---------------------------------------------------------------------------
# Without rights: PostgreSQL's own error, on every way to the table
# ---------------------------------------------------------------------------

my @ways = (
	q{SELECT orm.get('Autor', 1)}, q{SELECT orm.get('Autor', '1'::text)}, q{SELECT orm.create('Autor', '{"nombre": "x"}')}, q{SELECT orm.create('Autor', '[{}, {}]', '{"return": false}')},
	q{SELECT orm.save('Autor', '{"id": 1, "edad": 1}')}, q{SELECT orm.upsert('Autor', '{"nombre": "Ana"}', '{nombre}')}, q{SELECT orm.update('Autor', 1, '{"edad": 1}')}, q{SELECT orm.update('Autor', '1'::text, '{"edad": 1}', '{"return": false}')},
	q{SELECT orm.delete('Autor', 1)}, q{SELECT * FROM autor_create('x')}, q{SELECT * FROM autor_find(1)}, q{SELECT * FROM autor_all()}, q{SELECT * FROM autor_filter_by(edad => 1)},
	q{SELECT * FROM autor_find_by(edad => 1)}, q{SELECT * FROM autor_update(1, edad => 1)}, q{SELECT autor_save((1, 'x', 1)::autores)}, q{SELECT autor_delete(1)}, q{SELECT * FROM posts((1, 'x', 1)::autores)});
refused('eve', $_, '42501', 'permission denied for table (autores|posts)') for @ways;
is(as('eve', q{SELECT count(*) FROM orm.models}), '2', 'models are known to all');
like(as('eve', q{SELECT orm.describe('Autor')}), qr/autores/, 'and what they are');
refused('eve', q{SELECT orm.model('M', 'm')}, '42501', 'permission denied for function model');
refused('eve', q{SELECT orm.model('{"model": "M", "table": "m"}')}, '42501', 'permission denied for function model');
refused('eve', q{SELECT orm.map('autores', 'M')}, '42501', 'permission denied for function map');
refused('eve', qq{SELECT orm.$_('Autor')}, '42501', 'must be owner of model "Autor"') for qw(unmap drop_table sync);
is(as('eve', q{SELECT * FROM orm.create_all(); SELECT * FROM orm.drop_all(); SELECT * FROM orm.create_table('Autor')}), '', 'tools find no models of hers');
refused('eve', qq{SELECT orm.$_('carol')}, '42501', 'must be member of role "carol"') for qw(create_all drop_all);
as('carol', 'REVOKE EXECUTE ON FUNCTION autor_all FROM PUBLIC; GRANT SELECT ON autores TO eve');
refused('eve', q{SELECT * FROM autor_all()}, '42501', 'permission denied for function autor_all');
is(as('eve', q{SELECT nombre FROM autor_find(1)}), 'Ana', 'a right that is there is enough');
as('carol', 'REVOKE ALL ON autores FROM eve; GRANT EXECUTE ON FUNCTION autor_all TO PUBLIC');
refused('eve', q{SELECT * FROM autor_find(1)}, '42501', 'permission denied for table autores');

# The registry is written by the extension only.
for my $role (qw(eve bob carol))
{
	refused($role, $_, '42501', 'permission denied for table') for q{INSERT INTO orm.binding SELECT * FROM orm.binding},
		q{UPDATE orm.binding SET relation = 1}, q{DELETE FROM orm.binding}, q{TRUNCATE orm.binding};
}
as('carol', 'GRANT CREATE ON SCHEMA public TO eve');
refused('eve', q{CREATE FUNCTION m_model() RETURNS json LANGUAGE orm STABLE AS 'model M {"table": "m"}'}, '42501', 'permission denied for function orm.model');
# in a restore it is let in, inert, and neither counts nor holds up anybody
as('eve', q{SET check_function_bodies = off; CREATE FUNCTION m_model() RETURNS json LANGUAGE orm STABLE AS 'model M {"table": "m"}'});
refused('carol', q{SELECT orm.get('M', 1)}, '42501', 'model "M" is not in force');
is(as('carol', q{SELECT count(*) FROM orm.models WHERE model = 'M'}), '0', 'an inert function is no model');
as('eve', 'DROP FUNCTION m_model(); CREATE FUNCTION pg_temp.autor_model() RETURNS json LANGUAGE sql STABLE AS $$ SELECT NULL::json $$');
as('carol', 'REVOKE CREATE ON SCHEMA public FROM eve');
refused($_, 'CREATE TABLE orm.t ()', '42501', 'permission denied for schema orm') for qw(eve carol);
refused('carol', $_, '42501', 'must be owner of') for 'DROP TABLE orm.binding', 'ALTER TABLE orm.binding DISABLE TRIGGER ALL', 'DROP FUNCTION orm.create_all', 'DROP EVENT TRIGGER orm_follow_ddl', 'ALTER EVENT TRIGGER orm_follow_ddl DISABLE';

# ---------------------------------------------------------------------------
# Single columns
# ---------------------------------------------------------------------------

as('carol', 'GRANT INSERT (nombre), UPDATE (edad), SELECT (id, nombre) ON autores TO app; GRANT DELETE ON autores TO app');
is(as('app', q{SELECT orm.create('Autor', '{"nombre": "Eva"}')}), '{"id":3,"nombre":"Eva"}', 'what may be read comes back');
is(as('app', q{SELECT orm.create('Autor', '[{"nombre": "a"}, {"nombre": "b"}]')}), '[{"id":4,"nombre":"a"},{"id":5,"nombre":"b"}]', 'of many too; keys need no right to the sequence');
is(as('app', q{SELECT * FROM autor_create('Pía')}), '6|Pía|', 'of functions the rest is NULL');
is(as('app', q{SELECT orm.update('Autor', 3, '{"edad": 7}')}), '{"id":3,"nombre":"Eva"}', 'an update');
is(as('app', q{SELECT * FROM autor_update(3, edad => 8)}), '3|Eva|', 'a typed one');
is(as('app', q{SELECT orm.delete('Autor', 4), autor_delete(5)}), 't|t', 'a delete needs the key only');
refused('app', q{SELECT orm.get('Autor', 3)}, '42501', 'permission denied for (table autores|column "edad")');
refused('app', q{SELECT * FROM autor_filter_by(nombre => 'Eva')}, '42501', 'permission denied for (table autores|column "edad")');
refused('app', q{SELECT orm.create('Autor', '{"edad": 1}')}, '42501', 'permission denied for table autores');
refused('app', q{SELECT orm.create('Autor', '{"id": 9, "nombre": "x"}')}, '42501', 'permission denied for table autores');
refused('app', q{SELECT orm.update('Autor', 3, '{"nombre": "x"}')}, '42501', 'permission denied for table autores');
refused('app', q{SELECT * FROM autor_update(3, nombre => 'x')}, '42501', 'permission denied for table autores');
refused('app', q{SELECT orm.save('Autor', '{"id": 3, "nombre": "x"}')}, '42501', 'permission denied for table autores');
as('carol', 'REVOKE ALL ON autores FROM app; REVOKE ALL (id, nombre, edad) ON autores FROM app; GRANT INSERT ON autores TO app');
is(as('app', q{SELECT orm.create('Autor', '{"nombre": "sin leer"}', '{"return": false}')}), '', 'INSERT alone writes what nobody reads');
is(as('app', q{SELECT orm.create('Autor', '{"nombre": "sin leer 2"}')}), '{}', 'and nothing comes back');
as('carol', q{DELETE FROM autores WHERE nombre LIKE 'sin leer%' OR id > 3; REVOKE ALL ON autores FROM app});

# ---------------------------------------------------------------------------
# Row-level security, through the same plans of one session
# ---------------------------------------------------------------------------

as('carol', <<'END');
GRANT ALL ON posts TO bob, app, eve;
GRANT ALL ON SEQUENCE posts_id_seq TO bob, app, eve;
GRANT SELECT ON autores TO bob, app, eve;
SELECT orm.create('Post', '[{"titulo": "b1", "de": "bob", "autor_id": 1}, {"titulo": "a1", "de": "app", "autor_id": 1}, {"titulo": "b2", "de": "bob", "autor_id": 2}]', '{"return": false}');
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON posts USING (de = current_user);
END
my $session = $node->background_psql($database, on_error_stop => 0);
for my $round (1 .. 3)
{
	for my $of ([ 'bob', 'b1,b2', '1', '' ], [ 'app', 'a1', '', '2' ], [ 'eve', '', '', '' ], [ 'carol', 'b1,a1,b2', '1', '2' ], [ $boss, 'b1,a1,b2', '1', '2' ])
	{
		my ($role, $all, $one, $two) = @$of;
		my $q = sub { my ($sql) = @_; return $session->query_safe($sql) };
		$session->query_safe("SET ROLE $role");
		is($q->(q{SELECT string_agg(titulo, ',' ORDER BY id) FROM post_all()}), $all, "round $round, $role: all");
		is($q->(q{SELECT orm.get('Post', 1) ->> 'id'}), $one, "round $round, $role: get 1");
		is($q->(q{SELECT orm.get('Post', 2) ->> 'id'}), $two, "round $round, $role: get 2");
		is($q->(q{SELECT id FROM post_filter_by(titulo => 'b1')}), $one, "round $round, $role: filter_by");
		is($q->(q{SELECT id FROM post_find(2)}), $two, "round $round, $role: find");
		is($q->(q{SELECT string_agg(p.titulo, ',' ORDER BY p.id) FROM autor_all() a, posts(a) p}), $all, "round $round, $role: a relationship");
		is($q->(q{BEGIN; SELECT orm.delete('Post', 1), post_delete(2); ROLLBACK}), ($one ? 't' : 'f') . '|' . ($two ? 't' : 'f'), "round $round, $role: delete");
		is($q->(q{BEGIN; SELECT orm.update('Post', 1, '{"titulo": "z"}') ->> 'titulo'; ROLLBACK}), $one ? 'z' : '', "round $round, $role: update") if $one;
		is($q->(q{BEGIN; SELECT (orm.create('Post', '{"titulo": "n"}') ->> 'de') = current_user, (post_create(titulo => 'n')).de = current_user; ROLLBACK}), 't|t', "round $round, $role: create");
		$session->query_safe('RESET ROLE');
	}
}
refused('bob', q{SELECT orm.create('Post', '{"de": "app"}')}, '42501', 'new row violates row-level security policy');
refused('bob', q{SELECT post_create(de => 'app')}, '42501', 'new row violates row-level security policy');
refused('bob', q{SELECT orm.update('Post', 2, '{"titulo": "x"}')}, 'P0002', 'no object of model "Post" has the key id = 2');
refused('bob', q{SET row_security = off; SELECT orm.get('Post', 1)}, '42501', 'query would be affected by row-level security policy');
# a policy that changes under the plans
is($session->query_safe(q{SET ROLE app; SELECT count(*) FROM post_filter_by(de => 'bob')}), '0', 'before a policy changes');
as('carol', 'ALTER POLICY own ON posts USING (true)');
is($session->query_safe(q{SELECT count(*) FROM post_filter_by(de => 'bob')}), '2', 'after it has');
as('carol', 'ALTER TABLE posts FORCE ROW LEVEL SECURITY; ALTER POLICY own ON posts USING (de = current_user)');
is($session->query_safe(q{SELECT count(*) FROM post_filter_by(de => 'bob')}), '0', 'and again');
is($session->query_safe(q{SET ROLE carol; SELECT count(*) FROM post_all()}), '0', 'forced on the owner');
as('carol', 'ALTER TABLE posts NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY');
is($session->query_safe(q{SET ROLE app; SELECT orm.get('Post', 1) ->> 'id'}), '1', 'security off');
# a right that goes under the plans
as('carol', 'REVOKE SELECT ON posts FROM app');
refused('app', q{SELECT orm.get('Post', 1)}, '42501', 'permission denied for table posts');
is($session->query_safe(q{DO $$ BEGIN PERFORM orm.get('Post', 1); EXCEPTION WHEN insufficient_privilege THEN PERFORM set_config('my.result', 'refused', false); END $$; SELECT current_setting('my.result')}),
	'refused', 'in that session as well');
$session->quit;

# ---------------------------------------------------------------------------
# Whose models
# ---------------------------------------------------------------------------

as('carol', <<'END');
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]), orm.model(orm.document), orm.map(regclass, text, orm.document[]) TO bob;
GRANT CREATE, USAGE ON SCHEMA public TO bob;
END
as('bob', q{SELECT orm.model('Nota', 'public.notas', orm.column('id', 'integer', primary_key => true), orm.column('texto', 'text'), orm.belongs_to('autor', 'Autor'))});
refused('bob', q{SELECT orm.model('Autor', 'mios')}, '42501', 'must be owner of model "Autor"');
refused('bob', q{SELECT orm.map('autores', 'Mio')}, '42501', 'must be owner of table autores');
refused('bob', q{SELECT orm.map('orm.binding', 'Mio')}, '42501', 'must be owner of table binding');
refused('bob', q{SELECT orm.model('Mio', 'autores', orm.column('id', 'integer', primary_key => true))}, '42501', 'must be owner of table autores');
is(as('carol', q{SELECT * FROM orm.create_all()}), '', 'the owner of the database: her create_all leaves models of others alone');
refused('carol', q{SELECT orm.create_table('Nota')}, '42501', 'must be member of role "bob"');
refused('carol', q{SELECT orm.create_all('bob')}, '42501', 'must be member of role "bob"');
is(as($boss, q{SELECT * FROM orm.create_all()}), '', 'a superuser: so does his');
refused('bob', q{SELECT orm.create_all()}, '42501', 'permission denied for table autores');
as('carol', 'GRANT REFERENCES ON autores TO bob');
is(as($boss, q{SET search_path = pg_catalog; SELECT kind, identity FROM orm.create_all('bob') WHERE kind = 'table'}), 'table|public.notas', 'unless he says whose');
is(as($boss, q{SELECT c.relowner::regrole, p.proowner::regrole FROM pg_class c, pg_proc p WHERE c.relname = 'notas' AND p.proname = 'nota_create'}), 'bob|bob', 'what is made is bob\'s');
is(as($boss, q{SELECT * FROM orm.drop_all()}), '', 'and his drop_all does not drop it');
is(as('bob', q{SELECT orm.create('Nota', '{"texto": "x", "autor_id": 1}'); SELECT a.nombre FROM nota_all() n, autor(n) a}), "{\"id\":1,\"texto\":\"x\",\"autor_id\":1}\nAna", 'bob uses it');
# members act for a role
$node->safe_psql('postgres', 'CREATE ROLE team; GRANT team TO app, bob');
as('carol', 'GRANT CREATE ON SCHEMA public TO team; GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO team');
as('app', q{SET ROLE team; SELECT orm.model('Comun', 'public.comunes', orm.column('id', 'integer', primary_key => true))});
is(as('app', q{SELECT model_name, kind FROM orm.create_all() WHERE kind = 'table'}), 'Comun|table', 'a member makes tables of the role');
is(as('bob', q{SELECT owner FROM orm.models WHERE model = 'Comun'; SELECT orm.create('Comun', '{}'); SELECT count(*) > 0 FROM orm.unmap('Comun')}), "team\n{\"id\":1}\nt", 'another one forgets them');
# the database's owner frees names, and nobody else does
refused('bob', q{SELECT orm.unmap('Autor')}, '42501', 'must be owner of model "Autor"');
is(as('carol', q{SELECT count(*) > 0 FROM orm.unmap('Nota')}), 't', 'the owner of the database forgets a model of somebody');
is(as('bob', q{SELECT texto FROM notas; SELECT count(*) FROM orm.map('notas', 'Nota', orm.belongs_to('autor', 'Autor'))}), "x\n9", 'whose table stays his');
# a name is free with its table
as('bob', 'DROP TABLE notas CASCADE');
is(as('carol', q{SELECT orm.model('Nota', 'public.notas', orm.column('id', 'integer', primary_key => true)); SELECT owner FROM orm.models WHERE model = 'Nota'; SELECT orm.unmap('Nota')}), "Nota: declared\ncarol", 'a dropped table frees the name');

# Functions that come by themselves, as in a restore, are in force only with the rights of their owner.
my $off = 'SET check_function_bodies = off';
as('bob', 'CREATE TABLE de_bob (id integer PRIMARY KEY); GRANT ALL ON de_bob TO carol');
as('carol', qq{$off; CREATE FUNCTION plant_model() RETURNS json LANGUAGE orm STABLE AS 'model Plant {"table": "de_bob", "map": true}'});
refused('carol', q{SELECT orm.get('Plant', 1)}, '42501', 'model "Plant" is not in force');
refused('carol', q{SELECT orm.model('Plant', 'plants', orm.column('id', 'integer'))}, '42710', 'model "Plant" already exists');
as('carol', q{DROP FUNCTION plant_model()});
refused('carol', qq{$off; CREATE FUNCTION s2_model() RETURNS json LANGUAGE orm STABLE AS 'model Autor {"table": "autores"}'; SELECT orm.get('Autor', 1) IS NULL; CREATE SCHEMA s2; CREATE FUNCTION s2.autor_model() RETURNS json LANGUAGE orm STABLE AS 'model Autor {"table": "autores"}'}, '42710', 'model "Autor" already exists');
as('carol', q{DROP FUNCTION s2_model(); DROP SCHEMA s2});
as('carol', qq{$off; CREATE FUNCTION plant_model() RETURNS json LANGUAGE orm STABLE AS 'model Plant {"table": "x", "elements": [{"column": {"name": "id", "type": "integer", "check_expr": "true); ALTER ROLE carol SUPERUSER; --"}}]}'});
refused('carol', q{SELECT orm.create_table('Plant')}, '42601', 'syntax error');
as('carol', q{SELECT orm.unmap('Plant')});
consistent($node, $database, 'after all this');

# ---------------------------------------------------------------------------
# Text of one role and the rights of another
# ---------------------------------------------------------------------------

# bob's text, as it is read and folded when a superuser makes bob's tables: it
# runs as bob, and what it leaves behind does not run later as somebody else.
as('bob', <<'END');
CREATE TABLE public.seen (who name, session name);
GRANT INSERT ON public.seen TO PUBLIC;
CREATE FUNCTION public.escalate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE 'ALTER ROLE bob SUPERUSER';
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
    INSERT INTO public.seen VALUES (current_user, session_user);
    RETURN NULL;
END $$;
CREATE TABLE public.later (id integer);
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON public.later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.escalate();
CREATE FUNCTION public.does(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    INSERT INTO public.seen VALUES (current_user, session_user);
EXCEPTION WHEN OTHERS THEN
    INSERT INTO public.seen VALUES (current_user, left(SQLERRM, 60));
END $$;
CREATE FUNCTION public.innocent(what text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM public.does(what);
    RETURN 'x';
END $$;
END
my $number = 0;
for my $attack (q{ALTER ROLE bob SUPERUSER}, q{INSERT INTO public.later VALUES (1)}, qq{SET ROLE $boss}, qq{SET SESSION AUTHORIZATION $boss}, q{RESET ROLE}, q{RESET SESSION AUTHORIZATION},
	q{SELECT set_config('search_path', 'evil', false)}, q{CREATE TEMP TABLE t (id integer)}, q{SET session_replication_role = replica},
	q{DECLARE c CURSOR WITH HOLD FOR SELECT public.does('ALTER ROLE bob SUPERUSER')}, q{SET CONSTRAINTS ALL IMMEDIATE})
{
	my $quoted = $attack =~ s/'/''/gr;
	my $expression = "public.innocent('$quoted')" =~ s/'/''/gr;
	$number++;
	as('bob', qq{SELECT orm.model('Attack', 'public.attack_$number', orm.column('id', 'integer', primary_key => true), orm.column('t', 'text', generated => '$expression'),
		orm.column('u', 'text', server_default => '$expression', check_expr => 'u <> $expression'), orm.index('t', where_expr => 't <> $expression'))});
	is(as($boss, q{SET search_path = public; SELECT count(*) > 0 FROM orm.create_all('bob'); SHOW search_path; SELECT current_user, session_user}),
		"t\npublic\n$boss|$boss", "by a superuser for bob: $attack");
	is(as($boss, q{SELECT count(*) FROM public.seen WHERE who <> 'bob'}), '0', 'it ran as bob');
	is(as($boss, q{SELECT rolsuper FROM pg_roles WHERE rolname = 'bob'}), 'f', 'and made him nothing');
	as('bob', qq{SELECT orm.drop_table('Attack'); SELECT orm.unmap('Attack'); DELETE FROM public.later});
}
cmp_ok(as($boss, 'SELECT count(*) FROM public.seen'), '>', 0, 'the attacks took place');

# Fragments that would be more than one expression are no declaration at all.
for my $place ('check_expr', 'server_default', 'generated')
{
	refused('bob', qq{SELECT orm.model('Attack', 'public.attack', orm.column('id', 'integer', primary_key => true), orm.column('t', 'boolean', $place => '$_'))}, '42601', '(syntax error|one expression)')
		for 'true); ALTER ROLE bob SUPERUSER; --', 'true; ALTER ROLE bob SUPERUSER', 'true, u text', 'true FROM pg_authid', '';
}

# Operators and functions that look alike, in a schema of the caller's path.
as('carol', <<'END');
CREATE SCHEMA trap;
GRANT ALL ON SCHEMA trap TO bob;
SELECT orm.model('Pais', 'paises', orm.column('codigo', 'varchar(3)', primary_key => true), orm.column('nombre', 'varchar', is_unique => true), orm.has_many('ciudades', 'Ciudad'), orm.many_to_many('lenguas', 'Lengua'));
SELECT orm.model('Ciudad', 'ciudades', orm.column('id', 'integer', primary_key => true), orm.belongs_to('pais', 'Pais'));
SELECT orm.model('Lengua', 'lenguas', orm.column('codigo', 'varchar(3)', primary_key => true), orm.many_to_many('paises', 'Pais'));
SELECT orm.create_all();
SELECT orm.create('Pais', '[{"codigo": "es", "nombre": "España"}, {"codigo": "pt", "nombre": "Portugal"}]', '{"return": false}'), orm.create('Ciudad', '{"pais_id": "es"}'), orm.create('Lengua', '{"codigo": "es"}');
INSERT INTO lenguas_paises SELECT 'es', 'es';
END
as('bob', <<'END');
CREATE FUNCTION trap.eq(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.seen VALUES (current_user, 'trap');
    RETURN true;
END $$;
CREATE OPERATOR trap.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = trap.eq);
CREATE FUNCTION trap.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.eq($1::varchar, $2::varchar)';
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.eq);
CREATE FUNCTION trap.nextval(regclass) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.eq('', ''); RETURN 1; END $$;
CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.eq('', ''); RETURN NULL; END $$;
CREATE FUNCTION trap.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.eq('', ''); END $$;
CREATE FUNCTION trap.array_agg(anyelement) RETURNS anyarray LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.eq('', ''); RETURN NULL; END $$;
CREATE DOMAIN trap.text AS pg_catalog.text CHECK (trap.eq('', ''));
CREATE DOMAIN trap.int4 AS pg_catalog.int4 CHECK (trap.eq('', ''));
CREATE TABLE trap.paises (codigo varchar, nombre varchar);
CREATE TABLE trap.model (name text);
GRANT ALL ON ALL TABLES IN SCHEMA trap TO PUBLIC;
END
my $path = 'SET search_path = trap, pg_catalog, public';
is(as($boss, "$path; SELECT 'a'::pg_catalog.varchar = 'b'::pg_catalog.varchar; SELECT count(*) > 0 FROM public.seen WHERE session OPERATOR(pg_catalog.=) 'trap'; DELETE FROM public.seen"), "t\nt",
	'the trap is open');
is(as($boss, "$path; $_->[0]"), $_->[1], "look-alikes in the path: $_->[0]") for (
	[ q{SELECT orm.get('Pais', 'es') ->> 'codigo'}, 'es' ], [ q{SELECT codigo FROM pais_find('pt')}, 'pt' ], [ q{SELECT codigo FROM pais_filter_by(nombre => 'Portugal')}, 'pt' ], [ q{SELECT codigo FROM pais_find_by(nombre => 'Portugal')}, 'pt' ],
	[ q{SELECT count(*) FROM pais_find('pt') p, ciudades(p) c}, '0' ], [ q{SELECT p.codigo FROM ciudad_all() c, pais(c) p}, 'es' ], [ q{SELECT l.codigo FROM pais_all() p, lenguas(p) l}, 'es' ],
	[ q{SELECT orm.update('Pais', 'pt', '{"nombre": "PT"}') ->> 'nombre', (pais_update('pt', nombre => 'Portugal')).nombre}, 'PT|Portugal' ],
	[ q{SELECT orm.save('Pais', '[{"codigo": "pt", "nombre": "Portugal"}, {"codigo": "fr", "nombre": "Francia"}]') -> 1 ->> 'codigo'}, 'fr' ],
	[ q{SELECT orm.upsert('Pais', '{"codigo": "f2", "nombre": "Francia"}', '{nombre}') ->> 'codigo'}, 'fr' ], [ q{SELECT orm.create('Ciudad', '[{"pais_id": "es"}, {"pais_id": "fr"}]') -> 1 ->> 'pais_id'}, 'fr' ],
	[ q{SELECT orm.delete('Pais', 'pt'), (ciudad_create('es')).pais_id}, 't|es' ], [ q{SELECT count(*) FROM orm.models}, '5' ], [ q{SELECT count(*) FROM orm.attributes WHERE model OPERATOR(pg_catalog.=) 'Pais'}, '2' ],
	[ q{SELECT count(*) FROM orm.sync('Pais')}, '0' ], [ q{SELECT orm.describe('Pais') ->> 'model'}, 'Pais' ],
	[ q{SELECT count(*) FROM orm.model('T', 'trap.ts', orm.column('id', 'int4', primary_key => true), orm.column('t', 'text'))}, '1' ]);
as($boss, "$path; SELECT orm.create_table('T'); SELECT orm.create('T', '{\"t\": \"x\"}'); ALTER TABLE trap.ts RENAME TO tz; DROP TABLE trap.tz CASCADE; CREATE FUNCTION public.z_model() RETURNS pg_catalog.json LANGUAGE orm STABLE AS 'model Z {\"table\": \"ciudades\", \"map\": true}'; SELECT orm.unmap('Z')");
is(as($boss, 'SELECT count(*) FROM public.seen'), '0', 'none of them ran');
is(as($boss, 'SELECT count(*) FROM trap.paises'), '0', 'nor was a table taken for another');

# ---------------------------------------------------------------------------
# Models of several owners beside each other
# ---------------------------------------------------------------------------

as('carol', 'GRANT SELECT ON paises TO bob; GRANT REFERENCES ON paises TO bob');
as('bob', q{SELECT orm.model('Guia', 'public.guias', orm.column('id', 'integer', primary_key => true), orm.belongs_to('pais', 'Pais')); SELECT orm.create_all(); SELECT orm.create('Guia', '{"pais_id": "es"}')});
as('carol', q{SELECT orm.map('paises', 'Pais', orm.has_many('guias', 'Guia'), orm.has_many('ciudades', 'Ciudad'), orm.many_to_many('lenguas', 'Lengua', through => 'public.lenguas_paises'))});
as('bob', 'GRANT SELECT ON guias TO carol');
is(as('carol', q{SELECT g.id FROM pais_find('es') p, guias(p) g}), '1', 'a relationship to a model of another owner');
my (undef, undef, $said) = $node->psql($database, 'ALTER TABLE guias RENAME COLUMN pais_id TO p; ALTER TABLE guias RENAME TO libros', extra_params => [ '-U', 'bob' ]);
is($said, '', 'which is renamed by him');
is(as('carol', q{SELECT g.id FROM pais_find('es') p, guias(p) g}), '1', 'follows');
($said) = ($node->psql($database, 'CREATE TABLE nada (id integer); ALTER TABLE nada RENAME TO nada2; DROP TABLE nada2', extra_params => [ '-U', 'bob' ]))[2];
is($said, '', 'tables of no model are nobody\'s business');
($said) = ($node->psql($database, 'SET client_min_messages = warning; DROP TABLE libros CASCADE', extra_params => [ '-U', 'bob' ]))[2];
is($said, '', 'a table that others relate to is dropped');
is(as('carol', q{SELECT relationship, resolved FROM orm.relationships WHERE model = 'Pais' AND relationship = 'guias'}), 'guias|f', 'and the relationship is pending');
consistent($node, $database, 'at the end');
unlike(slurp_file($node->logfile), qr/XX000|could not follow|could not forget/, 'nothing was left undone');

done_testing();
