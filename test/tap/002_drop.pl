# Whatever is dropped, by whom and how: the registry stays consistent, the rest
# works, a dump can be restored, and the extension can be installed again.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main', 'carol', 'reader', 'bob');
my $directory = PostgreSQL::Test::Utils::tempdir;

$node->safe_psql('postgres', 'CREATE DATABASE model OWNER carol TEMPLATE template0');
$node->safe_psql('model', 'CREATE EXTENSION orm');
sample($node, 'model', 'carol', 'reader');
my $all = names('model');

# The names of the models that there are.
sub names
{
	my ($database) = @_;
	return $node->safe_psql($database, q{SELECT string_agg(model, ',' ORDER BY model) FROM orm.models});
}

# The names of all models but some.
sub without
{
	my %gone = map { $_ => 1 } @_;
	return join ',', grep { !$gone{$_} } split /,/, $all;
}

my $number = 0;

# A copy of the sample, in which something is dropped; what is left is well.
sub dropped
{
	my ($what, $role, $sql, $left, %more) = @_;
	my $database = 'db' . ++$number;

	$node->safe_psql('postgres', "CREATE DATABASE $database OWNER carol TEMPLATE model");
	# in a session that has all models in its cache, and with another one that has
	my $other = $node->background_psql($database);
	$other->query_safe('SELECT count(*) FROM orm.attributes');
	my (undef, undef, $error) = $node->psql($database, "SET client_min_messages = warning; SELECT count(*) FROM orm.attributes;\n$sql;\nSELECT count(*) FROM orm.attributes",
		extra_params => [ '-U', $role ]);
	is($error, '', "$what: nothing is said");
	is(names($database), $left, "$what: the models that are left");
	is($other->query_safe('SELECT count(DISTINCT model) FROM orm.attributes'), $left eq '' ? 0 : ($left =~ tr/,//) + 1, "$what: another session's too");
	$other->quit;
	consistent($node, $database, $what);
	$more{then}->($database) if $more{then};

	my $dump = dump($node, $database, 'carol');
	$node->safe_psql('postgres', "CREATE DATABASE ${database}_2 OWNER carol TEMPLATE template0");
	PostgreSQL::Test::Utils::append_to_file("$directory/$database.sql", $dump);
	(undef, $error) = run_command([ 'psql', '-h', $node->host, '-p', $node->port, '-U', 'carol', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
		'-d', "${database}_2", '-f', "$directory/$database.sql" ]);
	is($error, '', "$what: it can be restored");
	is(names("${database}_2"), $left, "$what: and then the models are the same");
	consistent($node, "${database}_2", "$what, restored");
	$node->safe_psql('postgres', "DROP DATABASE $_") for $database, "${database}_2";
	return;
}

dropped('DROP TABLE', 'carol', 'DROP TABLE app.posts CASCADE', without('Post'), then => sub {
	my ($database) = @_;
	fails($node, $database, 'carol', q{SELECT orm.get('Post', 1)}, '42704', 'model "Post" does not exist', 'a read of it');
	is($node->safe_psql($database, q{SELECT nombre FROM app.autor_find(1)}), 'Ana', 'models that referred to it work');
	is($node->safe_psql($database, q{SELECT relationship, resolved FROM orm.relationships WHERE target = 'Post' ORDER BY 1, 2}), "posts|f\nposts|f",
		'their relationships are pending');
});
dropped('DROP TABLE by a superuser', 'postgres', 'DROP TABLE app.posts, app.autores CASCADE', without('Post', 'Autor'));
dropped('DROP TABLE of a join table', 'carol', 'DROP TABLE app.posts_tags CASCADE', $all, then => sub {
	my ($database) = @_;
	is($node->safe_psql($database, q{SELECT orm.get('Tag', 'c')}), '{"nombre":"c"}', 'both sides work');
});
dropped('DROP TABLE, rolled back', 'carol', 'BEGIN; DROP TABLE app.posts CASCADE; ROLLBACK', $all, then => sub {
	my ($database) = @_;
	is($node->safe_psql($database, q{SELECT count(*) FROM app.post_all()}), '3', 'it is as before');
});
dropped('DROP TABLE in a savepoint', 'carol', 'BEGIN; SAVEPOINT s; DROP TABLE app.posts CASCADE; ROLLBACK TO s; DROP TABLE app.casas CASCADE; COMMIT',
	without('Casa', 'Casa2', 'Roja'));
dropped('DROP VIEW', 'carol', 'DROP VIEW app.rojas CASCADE', without('Roja'));
dropped('DROP of a partition', 'carol', 'DROP TABLE app.medidas_1', $all);
dropped('DROP of a partitioned table', 'carol', 'DROP TABLE app.medidas CASCADE', without('Medida'));
dropped('DROP SCHEMA', 'carol', 'DROP SCHEMA app CASCADE', 'Línea "x"');
dropped('DROP SCHEMA with a name of its own', 'carol', 'DROP SCHEMA "Otro ""esquema""" CASCADE', without('Línea "x"'));
dropped('DROP TYPE', 'carol', 'DROP TYPE app.color CASCADE', without('Roja'), then => sub {
	my ($database) = @_;
	is($node->safe_psql($database, q{SELECT orm.get('Casa', 1)}), '{"id":1,"dueno":2,"and_":"y"}', 'the attribute is gone');
});
dropped('DROP OWNED', 'carol', 'DROP OWNED BY carol', '');
dropped('DROP FUNCTION', 'carol', 'DROP FUNCTION app.casa_create, app.casa_find', $all, then => sub {
	my ($database) = @_;
	is($node->safe_psql($database, q{SELECT action, identity FROM orm.sync('Casa')}),
		"created|app.casa_create(bigint,bigint,app.color,text)\ncreated|app.casa_find(bigint)", 'orm.sync makes it again');
});

# The event trigger does not run: a model goes with its table all the same.
my $disable = 'SET client_min_messages = warning; ALTER EVENT TRIGGER orm_follow_ddl DISABLE;';
dropped('DROP TABLE, event triggers disabled', 'postgres', "$disable DROP TABLE app.posts CASCADE", without('Post'),
	then => sub {
		my ($database) = @_;
		fails($node, $database, 'carol', q{SELECT orm.get('Post', 1)}, '42704', 'model "Post" does not exist', 'a read of it');
		fails($node, $database, 'carol', q{SELECT orm.unmap('Post')}, '42704', 'model "Post" does not exist', 'and its unmapping');
		# the name is free
		$node->safe_psql($database, q{CREATE TABLE app.p2 (id integer PRIMARY KEY); SELECT count(*) FROM orm.map('app.p2', 'Post'); SELECT orm.create('Post', '{"id": 1}'); DROP TABLE app.p2 CASCADE},
			extra_params => [ '-U', 'carol' ]);
	});
dropped('DROP SCHEMA, event triggers disabled, then enabled', 'postgres',
	"$disable DROP SCHEMA app CASCADE; ALTER EVENT TRIGGER orm_follow_ddl ENABLE", 'Línea "x"');

# The extension goes, and comes back.
for my $owner ('carol', 'superuser')
{
	my @as = $owner eq 'carol' ? (extra_params => [ '-U', 'carol' ]) : ();
	$node->safe_psql('postgres', "CREATE DATABASE again OWNER carol TEMPLATE template0");
	$node->safe_psql('again', 'CREATE EXTENSION orm', @as);
	sample($node, 'again', 'carol', 'reader');
	my $other = $node->background_psql('again');
	$other->query_safe(q{PREPARE get AS SELECT orm.get('Autor', 1); PREPARE all_of_them AS SELECT count(*) FROM app.autor_all(); EXECUTE get});
	my (undef, undef, $error) = $node->psql('again', 'DROP EXTENSION orm', @as);
	like($error, qr/cannot drop extension orm because other objects depend on it/, "$owner: DROP EXTENSION asks for CASCADE");
	is(names('again'), $all, 'and does nothing');
	$node->safe_psql('again', 'SET client_min_messages = warning; DROP EXTENSION orm CASCADE', @as);
	is($node->safe_psql('again', q{SELECT count(*) FROM app.autores}), '3', 'the tables stay');
	is($node->safe_psql('again', q{SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace = 'app'::regnamespace}), '', 'the functions go');
	is($node->safe_psql('again', q{SELECT count(*) FROM pg_event_trigger}), '0', 'the event triggers too');
	is($node->safe_psql('again', q{SELECT nspname FROM pg_namespace WHERE nspname = 'orm'}), '', 'and the schema');
	unlike(dump($node, 'again', 'carol'), qr/orm\b/, 'nothing is left in a dump');
	$node->safe_psql('again', 'ALTER TABLE app.autores ADD COLUMN nuevo integer; DROP TABLE app.posts CASCADE');
	$node->safe_psql('again', 'CREATE EXTENSION orm', @as);
	consistent($node, 'again', "$owner: installed again");
	$node->safe_psql('again', q{SELECT orm.map('app.autores', 'Autor')}, extra_params => [ '-U', 'carol' ]);
	is($other->query_safe(q{SELECT orm.get('Autor', 1)::jsonb - 'alta'}), '{"id": 1, "edad": 30, "nuevo": null, "nombre": "Ana", "maestro_id": null}',
		'a session that knew the old one knows the new one');
	is($other->query_safe(q{SELECT count(*) FROM app.autor_all()}), '3', 'accessors too');
	$other->quit;
	is($node->safe_psql('again', q{SELECT nombre FROM app.autor_filter_by(edad => 30)}), 'Ana', 'and all works');
	$node->safe_psql('postgres', 'DROP DATABASE again');
}
# dropped and made in one transaction
$node->safe_psql('postgres', 'CREATE DATABASE again OWNER carol TEMPLATE model');
$node->safe_psql('again', q{SET client_min_messages = warning; BEGIN; SELECT orm.get('Autor', 1); DROP EXTENSION orm CASCADE; CREATE EXTENSION orm; SELECT orm.map('app.autores', 'Autor'); SELECT orm.get('Autor', 1); ROLLBACK});
is($node->safe_psql('again', q{SELECT nombre FROM app.autor_filter_by(nombre => 'Ana')}), 'Ana', 'an undone DROP EXTENSION');
fails($node, 'again', 'postgres', 'CREATE EXTENSION orm', '42710', 'extension "orm" already exists', 'a second CREATE EXTENSION');
$node->safe_psql('postgres', 'CREATE DATABASE taken OWNER carol TEMPLATE template0');
$node->safe_psql('taken', 'CREATE SCHEMA orm');
fails($node, 'taken', 'carol', 'CREATE EXTENSION orm', '42P06', 'schema "orm" already exists', 'CREATE EXTENSION beside a schema orm');
# without the extension, its functions that were left in C do no harm
$node->safe_psql('postgres', 'CREATE DATABASE without TEMPLATE template0');
is($node->safe_psql('without', q{LOAD 'orm'; CREATE TABLE t (); DROP TABLE t; SELECT 1}), '1', 'the library alone');

# The role that installed the extension is gone: a dump knows nothing of it.
$node->safe_psql('postgres', 'CREATE ROLE dan LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE of_dan OWNER dan TEMPLATE template0');
$node->safe_psql('of_dan', 'CREATE EXTENSION orm', extra_params => [ '-U', 'dan' ]);
$node->safe_psql('of_dan', q{SELECT orm.model('M', 'ms', orm.column('id', 'integer', primary_key => true)); SELECT orm.create_all(); SELECT orm.model('N', 'ns', orm.column('id', 'integer', primary_key => true))},
	extra_params => [ '-U', 'dan' ]);
$node->safe_psql('of_dan', 'REASSIGN OWNED BY dan TO carol; DROP OWNED BY dan');
$node->safe_psql('postgres', 'REASSIGN OWNED BY dan TO carol; DROP OWNED BY dan');
$node->safe_psql('postgres', 'DROP ROLE dan');
unlike(dump($node, 'of_dan', 'carol'), qr/\b(?:TO|FROM) (?:dan|"?\d+"?)\b/, 'nothing is his, and nothing is revoked from a number');
is($node->safe_psql('of_dan', q{SELECT owner FROM orm.models WHERE model = 'M'; SELECT count(*) FROM orm.drop_all()}, extra_params => [ '-U', 'carol' ]), "carol\n8", 'whose models have a new owner');

# A declared model is its role's, as every object is.
$node->safe_psql('model', <<'END');
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA orm TO bob;
GRANT CREATE, USAGE ON SCHEMA app TO bob;
END
$node->safe_psql('model', q{SELECT orm.model('Huérfano', 'app.huerfanos', orm.column('id', 'integer', primary_key => true))}, extra_params => [ '-U', 'bob' ]);
is($node->safe_psql('model', q{SELECT owner, state FROM orm.models WHERE model = 'Huérfano'}), 'bob|declared', 'the model of a role');
fails($node, 'model', 'reader', q{SELECT orm.unmap('Huérfano')}, '42501', 'must be owner of model', 'a stranger');
fails($node, 'postgres', 'postgres', 'DROP ROLE bob', '2BP01', 'cannot be dropped because some objects depend on it', 'dropping the role');
$node->safe_psql('model', 'REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA orm FROM bob');
fails($node, 'model', 'carol', q{SELECT orm.describe('Huérfano')}, '42501', 'is not in force', 'the model of a role that may not declare any more');
$node->safe_psql('model', 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA orm TO bob');
$node->safe_psql('model', q{SELECT orm.model('Huérfano', 'app.huerfanos', orm.column('id', 'integer', primary_key => true))}, extra_params => [ '-U', 'carol' ]);
is($node->safe_psql('model', q{SELECT owner FROM orm.models WHERE model = 'Huérfano'}), 'carol', 'the owner of the database takes it over');
$node->safe_psql('model', q{SELECT orm.create_table('Huérfano'); SELECT orm.create('Huérfano', '{}')}, extra_params => [ '-U', 'carol' ]);
$node->safe_psql('model', 'DROP OWNED BY bob');
$node->safe_psql('model', 'DROP ROLE bob');
is($node->safe_psql('model', q{SELECT owner, state FROM orm.models WHERE model = 'Huérfano'}), 'carol|created', 'and keeps it');

done_testing();
