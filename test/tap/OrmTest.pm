# OrmTest.pm - what the TAP tests have in common: a server, a database with
# models of every kind in it, and questions to ask of it.

package OrmTest;

use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(server start_server kill_backend fails sample consistent answers dump same);

# The superuser of all servers, whoever runs the tests.
$ENV{PGUSER} = 'postgres';

# A server that runs, and roles that may log in.
sub server
{
	my ($name, @roles) = @_;
	return start_server(PostgreSQL::Test::Cluster->new($name), @roles);
}

# The same for one that is not initialized yet.
sub start_server
{
	my ($node, @roles) = @_;

	$node->init(extra => [ '--encoding=UTF8', '--locale=C', '--username=postgres' ], allows_streaming => 'logical');
	# what a newer server's library writes
	$node->adjust_conf('postgresql.conf', 'autovacuum_worker_slots', undef) if $node->pg_version < 18;
	$node->append_conf('postgresql.conf', "fsync = off\nmax_prepared_transactions = 5\n");
	$node->start;
	$node->safe_psql('postgres', "CREATE ROLE $_ LOGIN") for @roles;
	return $node;
}

# Kills a backend, and waits for the server to have seen it and to be there again.
sub kill_backend
{
	my ($node, $pid) = @_;
	my $offset = -s $node->logfile;

	kill 9, $pid;
	$node->wait_for_log(qr/all server processes terminated/, $offset);
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server does not come back';
	return;
}

# A statement fails with that SQLSTATE, and a message like this; as a role, in a database.
sub fails
{
	my ($node, $database, $role, $sql, $state, $message, $what) = @_;
	my ($status, $out, $error) = $node->psql($database, "\\set VERBOSITY verbose\n$sql",
		extra_params => [ '-U', $role ], on_error_stop => 1);

	isnt($status, 0, "$what fails");
	like($error, qr/ERROR:  \Q$state\E: .*$message/, "$what: $state");
	return;
}

# Models of every kind, with data, as one role that is no superuser, in a
# database of hers.  "reader" is another role.
sub sample
{
	my ($node, $database, $owner, $reader) = @_;

	$node->safe_psql($database, <<"END", extra_params => [ '-U', $owner ]);
CREATE SCHEMA app;
CREATE SCHEMA "Otro ""esquema""";
SET search_path = app;

-- made by the extension: relationships of all kinds
SELECT orm.model('Autor', 'app.autores', orm.column('id', 'integer', primary_key => true),
    orm.column('nombre', 'text', nullable => false, is_unique => true, comment => 'como se llama; "así"'),
    orm.column('alta', 'timestamptz', server_default => 'now()'),
    orm.column('edad', 'integer', check_expr => 'edad > 0', attribute => 'años'),
    orm.has_many('posts', 'Post', back_populates => 'autor'), orm.has_one('perfil', 'Perfil'), orm.belongs_to('maestro', 'Autor'));
SELECT orm.model('Post', 'app.posts', orm.column('id', 'bigint', primary_key => true), orm.column('titulo', 'varchar(50)', server_default => '''sin título'''),
    orm.column('mayus', 'text', generated => 'upper(titulo)'), orm.belongs_to('autor', 'Autor', nullable => false, on_delete => 'cascade'),
    orm.many_to_many('tags', 'Tag'), orm.index('titulo', where_expr => 'titulo <> '''''));
SELECT orm.model('Tag', 'app.tags', orm.column('nombre', 'text', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT orm.model('Perfil', 'app.perfiles', orm.column('bio', 'text'), orm.belongs_to('autor', 'Autor', nullable => false), orm.primary_key('autor_id'));
-- quoted names, composite keys, and accessors elsewhere
SELECT orm.model('Línea "x"', '"Otro ""esquema""".líneas; --', orm.column('Pedido Nº', 'integer'), orm.column('nº', 'integer'), orm.column('select', 'text'),
    orm.primary_key(ARRAY['Pedido Nº', 'nº'], 'la clave'), orm.accessors('línea', 'app', '{create,find,all,update,save,delete,relationships}'::text[]),
    orm.belongs_to('el "autor"', 'Autor', foreign_key => 'quién'));
SELECT count(*) FROM orm.create_all();
-- tables that were there before, a view, partitions
CREATE TYPE color AS ENUM ('rojo', 'verde');
CREATE TABLE casas (id integer PRIMARY KEY, dueno integer REFERENCES autores, color color, "and" text);
CREATE VIEW rojas AS SELECT id, dueno FROM casas WHERE color = 'rojo';
CREATE TABLE medidas (id integer, dia date, valor numeric, PRIMARY KEY (id, dia)) PARTITION BY RANGE (dia);
CREATE TABLE medidas_1 PARTITION OF medidas FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
SELECT count(*) FROM orm.map('casas', 'Casa', orm.belongs_to('dueño', 'Autor', foreign_key => 'dueno'), orm.has_many('nadie', 'Nadie'));
SELECT count(*) FROM orm.map('casas', 'Casa2', orm.column('color', attribute => 'colour'), orm.accessors(include => '{}'));
SELECT count(*) FROM orm.map('rojas', 'Roja', orm.primary_key('id'), orm.belongs_to('dueño', 'Autor', foreign_key => 'dueno'));
SELECT count(*) FROM orm.map('medidas', 'Medida');
-- declared, and no more
SELECT orm.model('Idea', 'app.ideas', orm.column('id', 'integer', primary_key => true), orm.column('texto', 'text', server_default => '''it''''s "new"; --''', check_expr => 'texto <> '''''),
    orm.column('n', 'numeric(5,2)', nullable => false), orm.belongs_to('autor', 'Autor'), orm.check('la comprobación', 'n > 0'));
SELECT orm.model('Idea 2', 'ideas2', orm.column('id', 'integer', primary_key => true), orm.belongs_to('lejos', 'No hay'));
-- privileges, comments, and what a user builds on accessors
REVOKE EXECUTE ON FUNCTION autor_create FROM PUBLIC;
GRANT EXECUTE ON FUNCTION autor_create TO $reader WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION autor_all FROM PUBLIC;
GRANT USAGE ON SCHEMA app TO $reader;
GRANT SELECT ON autores TO $reader;
COMMENT ON FUNCTION autor_find IS 'busca a un autor; ''con'' "comillas"';
CREATE FUNCTION nuevo(nombre text, "años" integer DEFAULT orm.unset(NULL::integer)) RETURNS autores LANGUAGE orm AS 'create Autor';
CREATE FUNCTION guardar(autores) RETURNS json LANGUAGE orm AS 'save "Autor"';
CREATE VIEW jovenes AS SELECT a.nombre, p.titulo FROM autor_filter_by("años" => 30) a, posts(a) p;
CREATE MATERIALIZED VIEW resumen AS SELECT a.nombre, count(p.id) AS n FROM autor_all() a LEFT JOIN LATERAL posts(a) p ON true GROUP BY a.nombre;
CREATE TABLE documentos (d orm.document DEFAULT '{"a": 1}');
INSERT INTO documentos VALUES (DEFAULT), ('[1, "x"]');
-- data
SELECT autor_create('Ana', "años" => 30), nuevo('Luz'), autor_create('Eva', "maestro_id" => 1);
SELECT orm.create('Post', '[{"titulo": "uno", "autor_id": 1}, {"autor_id": 1}, {"titulo": "tres", "autor_id": 3}]');
SELECT tag_create('sql'), tag_create('c');
INSERT INTO posts_tags (post_id, tag_id) VALUES (1, 'sql'), (1, 'c'), (3, 'c');
SELECT perfil_create('bio', 1), línea_create(1, 1, 'x', 2), orm.create('Casa', '{"id": 1, "dueno": 2, "color": "rojo", "and_": "y"}'), medida_create(1, '2026-05-05', 1.5);
REFRESH MATERIALIZED VIEW resumen;
-- one that was renamed after it was made
ALTER TABLE perfiles RENAME COLUMN bio TO biografia;
ALTER TABLE tags RENAME TO etiquetas;
END
	return;
}

# The questions: each kind of accessor and document, on all kinds of models.
my @questions = (
	q{SELECT nombre, "años" FROM app.autor_filter_by(nombre => 'Ana') AS f(id, nombre, alta, "años", maestro_id)},
	q{SELECT p.titulo, p.mayus FROM app.autor_find(1) a, app.posts(a) p ORDER BY p.id},
	q{SELECT a.nombre FROM app.post_find(3) p, app.autor(p) a},
	q{SELECT m.nombre FROM app.autor_find(3) a, app.maestro(a) m},
	q{SELECT f.biografia FROM app.autor_find(1) a, app.perfil(a) f},
	q{SELECT t.nombre FROM app.post_find(1) p, app.tags(p) t ORDER BY 1},
	q{SELECT p.titulo FROM app.tag_find('c') t, app.posts(t) p ORDER BY 1},
	q{SELECT "select" FROM app.línea_find(1, 1)},
	q{SELECT a.nombre FROM app.línea_all() l, app."el ""autor"""(l) a},
	q{SELECT a.nombre FROM app.casa_find(1) c, app."dueño"(c) a},
	q{SELECT a.nombre FROM app.roja_all() c, app."dueño"(c) a},
	q{SELECT valor FROM app.medida_filter_by(dia => '2026-05-05')},
	q{SELECT * FROM app.jovenes ORDER BY 1, 2},
	q{SELECT * FROM app.resumen ORDER BY 1},
	q{SELECT d FROM app.documentos},
	q{SELECT orm.get('Post', 1)},
	q{SELECT orm.get('Casa', 1), orm.get('Casa2', 1), orm.get('Roja', 1)},
	q{SELECT orm.get('Línea "x"', '{"Pedido Nº": 1, "nº": 1}'::json)},
	q{SELECT orm.get('Medida', '(1,2026-05-05)')},
	q{BEGIN; SELECT orm.update('Autor', 1, '{"años": 31}')::jsonb - 'alta', orm.delete('Tag', 'c'), (app.autor_update(2, nombre => 'Luzía')).nombre; ROLLBACK},
	q{BEGIN; SELECT app.post_delete(1), (app.nuevo('Otro')).id, app.guardar(a)::jsonb - 'alta' FROM app.autores a WHERE id = 1; ROLLBACK},
	q{SELECT model, schema, table_name, owner, state FROM orm.models ORDER BY 1},
	q{SELECT * FROM orm.attributes ORDER BY 1, ordinal},
	q{SELECT * FROM orm.relationships ORDER BY 1, 2},
	q{SELECT model, orm.describe(model) FROM orm.models ORDER BY 1},
	q{BEGIN; SELECT m.model, a.* FROM orm.models m, orm.sync(m.model) a WHERE state <> 'declared' ORDER BY 1, 5; ROLLBACK},
	q{SELECT p.oid::regprocedure, p.proacl, obj_description(p.oid, 'pg_proc'), l.lanname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
       WHERE p.pronamespace IN ('app'::regnamespace, '"Otro ""esquema"""'::regnamespace) ORDER BY p.oid::regprocedure::text},
	q{BEGIN; SELECT model_name, kind, identity FROM orm.create_table('Idea'); ROLLBACK});

# The answers, as one text; of a role, in a database.
sub answers
{
	my ($node, $database, $role) = @_;
	return join "\n", map {
		my (undef, $out, $error) = $node->psql($database, $_, extra_params => [ '-U', $role ]);
		# the identities that writes take differ from run to run
		$out =~ s/^(t\|)\d+(\|)/$1N$2/gm;
		"-- $_\n$out\n$error"
	} @questions;
}

# Every model with a table depends on it, and no other, and stands beside it.
sub consistent
{
	my ($node, $database, $what) = @_;
	is($node->safe_psql($database, <<'END'), '', "$what: models and catalogs agree");
SELECT m.model, m.schema, m.table_name, m.state FROM orm.models m
 WHERE m.state <> 'declared' AND 1 <> (SELECT count(*) FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'a'
       JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
 WHERE p.prorettype = 'json'::regtype AND p.pronargs = 0 AND (p.prosrc LIKE 'model ' || m.model || ' {%' OR p.prosrc LIKE 'model "' || replace(m.model, '"', '""') || '" {%')
   AND c.relname = m.table_name AND c.relnamespace::regnamespace = quote_ident(m.schema)::regnamespace)
END
	return;
}

# A dump as text, without what differs by chance.
sub dump
{
	my ($node, $database, $role, @options) = @_;
	my ($out, $error) = run_command([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-U', $role, @options, $database ]);

	is($error, '', "pg_dump of $database by $role says nothing");
	$out =~ s/^(?:\\(?:un)?restrict|-- Dumped (?:from|by)) .*\n//gm;
	return $out;
}

# Two texts are the same; shows where they differ first.
sub same
{
	my ($one, $other, $what) = @_;

	if (!ok($one eq $other, $what))
	{
		my @one = split /\n/, $one;
		my @other = split /\n/, $other;
		my ($i) = grep { ($one[$_] // '') ne ($other[$_] // '') } 0 .. ($#one > $#other ? $#one : $#other);
		diag("line $i: <" . ($one[$i] // '') . '> and <' . ($other[$i] // '') . '>');
	}
	return;
}

1;
