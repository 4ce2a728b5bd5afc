# Restores of a part, by somebody else, or where roles are missing: models come as
# functions, and one whose table or rights are missing waits for them.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main', 'carol', 'reader', 'bob');
my $directory = PostgreSQL::Test::Utils::tempdir;
my $archive = "$directory/all.dump";

# A client program on a server, as a role.
sub client
{
	my ($server, $role, $program, @arguments) = @_;
	return run_command([ $program, '-h', $server->host, '-p', $server->port, '-U', $role, @arguments ]);
}

# What a restore says, without the lines around each message.  pg_restore says
# WARNINGs of the server with -v only.
sub said
{
	my ($text) = @_;
	return join "\n", map { s/^.*?((?:WARNING|ERROR):)/$1/r } grep { /WARNING:|ERROR:/ } split /\n/, $text;
}

sub names
{
	my ($server, $database) = @_;
	return $server->safe_psql($database, q{SELECT string_agg(model, ',' ORDER BY model) FROM orm.models WHERE model LIKE 'Idea%' OR state <> 'declared'});
}

sub make_database
{
	my ($server, $database, $owner) = @_;
	$server->safe_psql('postgres', "DROP DATABASE IF EXISTS $database");
	$server->safe_psql('postgres', "CREATE DATABASE $database OWNER $owner TEMPLATE template0");
	return;
}

make_database($node, 'source', 'carol');
$node->safe_psql('source', 'CREATE EXTENSION orm', extra_params => [ '-U', 'carol' ]);
sample($node, 'source', 'carol', 'reader');
my $all = names($node, 'source');
client($node, 'carol', 'pg_dump', '-Fc', '-f', $archive, 'source');

# Without one table: -T leaves it out of the dump, a list leaves it out of the restore.
client($node, 'carol', 'pg_dump', '-Fc', '-T', 'app.casas', '-T', 'app.rojas', '-f', "$directory/without.dump", 'source');
my ($list) = client($node, 'carol', 'pg_restore', '-l', $archive);
append_to_file("$directory/list", join "\n", grep { !/\b(?:casas|rojas)\b/ } split /\n/, $list);
for my $way ([ 'pg_dump -T', "$directory/without.dump" ], [ 'pg_restore -L', '-L', "$directory/list", $archive ])
{
	my ($what, @arguments) = @$way;
	make_database($node, 'target', 'carol');
	my ($out, $error) = client($node, 'carol', 'pg_restore', '-v', '-d', 'target', @arguments);
	my %said = map { $_ => 1 } grep { !/(?:type "?app\.(?:casas|rojas)"?|function app\.(?:casa|roja)_.*\)) does not exist/ } split /\n/, said($error);
	is(join("\n", sort keys %said), '', "$what: only functions of their rows fail");
	is(names($node, 'target'), join(',', grep { !/^(?:Casa2?|Roja)$/ } split /,/, $all), "$what: the other models are there");
	consistent($node, 'target', $what);
	is($node->safe_psql('target', q{SELECT p.titulo FROM app.autor_find(1) a, app.posts(a) p ORDER BY 1}), "sin título\nuno", "$what: and work");
	# the table comes later, as pg_restore -t brings it: without its keys; its model has waited
	client($node, 'carol', 'pg_restore', '-d', 'target', '-t', 'casas', $archive);
	$node->safe_psql('target', q{ALTER TABLE app.casas ADD PRIMARY KEY (id); SELECT orm.map('app.casas', 'Casa', orm.belongs_to('dueño', 'Autor', foreign_key => 'dueno'))}, extra_params => [ '-U', 'carol' ]);
	is($node->safe_psql('target', q{SELECT a.nombre FROM app.casa_find(1) c, app."dueño"(c) a}), 'Luz', "$what: the table is mapped later");
}

# Single tables: they come without models.
make_database($node, 'target', 'carol');
my ($out, $error) = client($node, 'carol', 'pg_restore', '-d', 'target', '-t', 'autores', $archive);
is($node->safe_psql('target', 'SELECT count(*) FROM pg_extension WHERE extname = \'orm\''), '0', 'pg_restore -t: no extension');
$node->safe_psql('target', 'CREATE EXTENSION orm; CREATE SCHEMA app AUTHORIZATION carol');
($out, $error) = client($node, 'carol', 'pg_restore', '-d', 'target', '-t', 'autores', $archive);
is(said($error), '', 'pg_restore -t: the table is restored');
is(names($node, 'target'), '', 'pg_restore -t: no models');
$node->safe_psql('target', q{SELECT orm.map('app.autores', 'Autor')}, extra_params => [ '-U', 'carol' ]);
is($node->safe_psql('target', q{SELECT nombre FROM app.autor_filter_by(nombre => 'Ana')}), 'Ana', 'pg_restore -t: it is mapped');
# a schema with functions, which the mapping takes for its own
client($node, 'carol', 'pg_dump', '-Fc', '-n', 'app', '-f', "$directory/app.dump", 'source');
make_database($node, 'target', 'carol');
$node->safe_psql('target', 'CREATE EXTENSION orm');
($out, $error) = client($node, 'carol', 'pg_restore', '-d', 'target', "$directory/app.dump");
is(join("\n", grep { !/Otro|línea|el ""autor"/ } split /\n/, said($error)), '', 'pg_dump -n: the schema is restored, but for functions of another');
is(names($node, 'target'), join(',', grep { !/Línea/ } split /,/, $all), 'pg_dump -n: the models of the schema come along');
is($node->safe_psql('target', q{SELECT count(*) FROM orm.sync('Tag')}, extra_params => [ '-U', 'carol' ]), '0', 'pg_dump -n: with their functions');
is($node->safe_psql('target', q{SELECT * FROM app.tag_find('c')}), 'c', 'pg_dump -n: which work');

# By somebody else, for whom nobody's name counts.
make_database($node, 'target', 'bob');
($out, $error) = client($node, 'bob', 'pg_restore', '-d', 'target', '--no-owner', '--no-privileges', $archive);
is(said($error), '', '--no-owner by bob: nothing is said');
is(names($node, 'target'), $all, '--no-owner by bob: all models');
is($node->safe_psql('target', 'SELECT DISTINCT owner FROM orm.models'), 'bob', '--no-owner by bob: they are his');
consistent($node, 'target', '--no-owner by bob');
same(answers($node, 'target', 'bob') =~ s/\bbob\b/carol/gr =~ s/\{[^}\n]*=[^}\n]*\}//gr =~ s/^N\n//r,
	answers($node, 'source', 'carol') =~ s/\{[^}\n]*=[^}\n]*\}//gr =~ s/, \{"statement": \{"definition": "GRANT [^"]*"\}\}//gr, '--no-owner by bob: all answers the same, but for privileges');

# Where the table belongs to somebody else than the one who restores.
make_database($node, 'target', 'carol');
$node->safe_psql('target', 'CREATE EXTENSION orm; CREATE SCHEMA app AUTHORIZATION carol; CREATE TABLE app.autores (id integer PRIMARY KEY, nombre text)');
($out, $error) = client($node, 'carol', 'pg_restore', '-v', '-d', 'target', $archive);
fails($node, 'target', 'carol', q{SELECT orm.get('Autor', 1)}, '42501', 'model "Autor" is not in force', 'a model of a table of somebody else');
like(names($node, 'target'), qr/Casa,Casa2,.*Medida,Perfil,Post,Roja,Tag$/, 'a table of somebody else: the others are there');
consistent($node, 'target', 'a table of somebody else');

# On a server where the roles are missing: as written, and without owners.
my $other = server('other', 'admin');
$other->safe_psql('postgres', 'ALTER ROLE admin SUPERUSER');
for my $way ([ 'roles are missing' ], [ '--no-owner, roles are missing', '--no-owner', '--no-privileges' ])
{
	my ($what, @options) = @$way;
	make_database($other, 'target', 'admin');
	($out, $error) = client($other, 'admin', 'pg_restore', '-d', 'target', @options, $archive);
	is(join("\n", grep { !/ERROR:  role "(carol|reader)" does not exist/ } split /\n/, said($error)), '', "$what: nothing but that is said");
	is(names($other, 'target'), $all, "$what: all models");
	is($other->safe_psql('target', 'SELECT DISTINCT owner FROM orm.models'), 'admin', "$what: of the one who restored");
	consistent($other, 'target', $what);
	is($other->safe_psql('target', q{SELECT orm.get('Post', 1)}), '{"id":1,"titulo":"uno","mayus":"UNO","autor_id":1}', "$what: they work");
	is($other->safe_psql('target', q{SELECT orm.create('Idea', '{"id": 1, "n": 1}') FROM (SELECT count(*) FROM orm.create_table('Idea')) c WHERE count > 0}),
		'{"id":1,"texto":"it\'s \"new\"; --","n":1.00,"autor_id":null}', "$what: declared ones as well");
}

# A superuser restores for others: each model goes to the owner of its table.
$node->safe_psql('source', 'GRANT EXECUTE ON FUNCTION orm.map(regclass, text, orm.document[]) TO bob; GRANT ALL ON SCHEMA app TO bob; ALTER TABLE app.casas OWNER TO bob; ALTER VIEW app.rojas OWNER TO bob');
client($node, 'postgres', 'pg_dump', '-Fc', '-f', "$directory/two.dump", 'source');
make_database($node, 'target', 'carol');
($out, $error) = client($node, 'postgres', 'pg_restore', '-d', 'target', "$directory/two.dump");
is(said($error), '', 'by a superuser: nothing is said');
is($node->safe_psql('target', 'SELECT owner, string_agg(model, \',\' ORDER BY model) FROM orm.models GROUP BY 1 ORDER BY 1'),
	"bob|Casa,Casa2,Roja\ncarol|" . join(',', grep { !/^(?:Casa2?|Roja)$/ } split /,/, $all), 'by a superuser: owners as they were');

done_testing();
