# What becomes of models when event triggers do not fire, and when roles, functions
# and tables are given away, renamed, moved or dropped: at once, and after a dump.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main', qw(carol reader bob));
my $directory = PostgreSQL::Test::Utils::tempdir;
my $boss = 'postgres';
my $number = 0;

# A client program on the server, as a role; what it said on its standard error.
sub client
{
	my ($role, $program, @arguments) = @_;
	my (undef, $error) = run_command([ $program, '-h', $node->host, '-p', $node->port, '-U', $role, @arguments ]);

	return $error;
}

# Runs statements in a database as a role.
sub as
{
	my ($role, $database, $sql) = @_;
	return $node->safe_psql($database, $sql, extra_params => [ '-U', $role ]);
}

sub make_database
{
	my ($database, $extension, $template) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database OWNER carol TEMPLATE " . ($template // 'template0'));
	$node->safe_psql($database, 'CREATE EXTENSION orm') if $extension;
	return;
}

make_database('source', 0);
as('carol', 'source', 'CREATE EXTENSION orm');
sample($node, 'source', 'carol', 'reader');
# Without event triggers, in replica mode, and both: found, used, renamed, and nothing is lost in a dump once orm.sync has run.
my %quiet = (
	'replica mode' => 'SET session_replication_role = replica;',
	'event triggers disabled' => 'ALTER EVENT TRIGGER orm_follow_ddl DISABLE; ALTER EVENT TRIGGER orm_precede_ddl DISABLE;',
	'both' => 'ALTER EVENT TRIGGER orm_follow_ddl DISABLE; ALTER EVENT TRIGGER orm_precede_ddl DISABLE; SET session_replication_role = replica;');
for my $what (sort keys %quiet)
{
	my $database = 'quiet' . ++$number;

	make_database($database, 0, 'source');
	is(as($boss, $database, qq{SET client_min_messages = warning; $quiet{$what}
DROP VIEW app.jovenes;
DROP MATERIALIZED VIEW app.resumen;
CREATE FUNCTION app.new_model() RETURNS json LANGUAGE orm STABLE AS 'model New {"table": "news", "elements": [{"column": {"name": "id", "type": "int", "primary_key": true}}]}';
CREATE TABLE app.news (id int PRIMARY KEY);
SELECT orm.create('New', '{"id": 1}');
ALTER TABLE app.posts RENAME COLUMN titulo TO title;
ALTER TABLE app.posts RENAME TO entries;
ALTER TABLE app.casas DROP COLUMN "and";
DROP TABLE app.medidas CASCADE;
SELECT orm.get('Post', 1) ->> 'title';
SELECT orm.get('Casa', 1);
SELECT count(*) FROM orm.models WHERE model = 'Medida'}), "{\"id\":1}\nuno\n{\"id\":1,\"dueno\":2,\"color\":\"rojo\"}\n0", "$what: found and used");
	is(as($boss, $database, q{SET client_min_messages = warning; DO $$ DECLARE m text; BEGIN FOR m IN SELECT model FROM orm.models WHERE state <> 'declared' LOOP PERFORM orm.sync(m); END LOOP; END $$; SELECT count(*) FROM orm.models WHERE pending}),
		'0', "$what: orm.sync writes the names");
	my $dump = dump($node, $database, $boss);
	append_to_file("$directory/$database.sql", $dump);
	make_database("${database}_2", 0);
	is(client($boss, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', "${database}_2", '-f', "$directory/$database.sql"), '', "$what: then it is restored");
	is($node->safe_psql("${database}_2", q{SELECT orm.get('Post', 1) ->> 'title'; SELECT count(*) FROM orm.models WHERE pending}), "uno\n0", "$what: as it was");
	$node->safe_psql('postgres', "DROP DATABASE $_") for $database, "${database}_2";
}

# Roles, functions and tables: what is done, what is left of the model "Casa", who owns its function.
sub after
{
	my ($what, $role, $sql, $answer, $owner) = @_;
	my $database = 'after' . ++$number;

	make_database($database, 0, 'source');
	as($boss, $database, 'GRANT EXECUTE ON FUNCTION orm.map(regclass, text, orm.document[]) TO bob; GRANT ALL ON SCHEMA app TO bob');
	as($role, $database, "SET client_min_messages = error; $sql");
	my ($status, $out, $error) = $node->psql($database, q{SELECT orm.get('Casa', 1) ->> 'color'});
	like($status == 0 ? $out : $error, $answer, "$what: the model");
	is($node->safe_psql($database, q{SELECT pronamespace::regnamespace || ' ' || proowner::regrole FROM pg_proc WHERE prosrc LIKE 'model Casa %'}), $owner, "$what: its function");
	consistent($node, $database, $what);
	my $dump = dump($node, $database, $boss);
	append_to_file("$directory/$database.sql", $dump);
	make_database("${database}_2", 0);
	is(client($boss, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', "${database}_2", '-f', "$directory/$database.sql"), '', "$what: it is restored");
	(my $status_2, $out, $error) = $node->psql("${database}_2", q{SELECT orm.get('Casa', 1) ->> 'color'});
	like($status_2 == 0 ? $out : $error, $answer, "$what: and then the same");
	# a function that is no model's depends on no table after a restore, and stands elsewhere in a dump
	same(dump($node, "${database}_2", $boss), $dump, "$what: and is dumped as before") if $what ne 'ALTER FUNCTION RENAME';
	$node->safe_psql('postgres', "DROP DATABASE $_") for $database, "${database}_2";
	return;
}

my $gone = qr/model "Casa" does not exist/;
my $inert = qr/model "Casa" is not in force/;
after('ALTER FUNCTION OWNER', $boss, 'ALTER FUNCTION app.casa_model() OWNER TO bob', $inert, 'app bob');
after('ALTER FUNCTION OWNER and its table', $boss, 'ALTER TABLE app.casas OWNER TO bob; ALTER FUNCTION app.casa_model() OWNER TO bob', qr/^rojo$/, 'app bob');
after('ALTER FUNCTION RENAME', 'carol', 'ALTER FUNCTION app.casa_model() RENAME TO casa', $gone, 'app carol');
after('ALTER FUNCTION SET SCHEMA', 'carol', 'CREATE SCHEMA other; ALTER FUNCTION app.casa_model() SET SCHEMA other', qr/^rojo$/, 'other carol');
after('ALTER TABLE OWNER', $boss, 'ALTER TABLE app.casas OWNER TO bob', qr/^rojo$/, 'app bob');
after('ALTER TABLE SET SCHEMA', 'carol', 'CREATE SCHEMA other; ALTER TABLE app.casas SET SCHEMA other', qr/^rojo$/, 'other carol');
after('ALTER TABLE RENAME', 'carol', 'ALTER TABLE app.casas RENAME TO houses', qr/^rojo$/, 'app carol');
after('ALTER TABLE RENAME COLUMN', 'carol', 'ALTER TABLE app.casas RENAME COLUMN dueno TO owner', qr/^rojo$/, 'app carol');
after('DROP TABLE', 'carol', 'DROP TABLE app.casas CASCADE', $gone, '');
after('DROP FUNCTION', 'carol', 'DROP FUNCTION app.casa_model()', $gone, '');
after('REASSIGN OWNED', $boss, 'GRANT CREATE ON DATABASE source TO bob; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA orm TO bob; REASSIGN OWNED BY carol TO bob', qr/^rojo$/, 'app bob');
# databases are reassigned with all the rest
as($boss, 'postgres', 'ALTER DATABASE source OWNER TO carol');
after('DROP OWNED', $boss, 'ALTER TABLE app.casas OWNER TO bob; DROP OWNED BY bob CASCADE', $gone, '');
after('a squatter in pg_temp', 'bob', q{SET check_function_bodies = off; CREATE FUNCTION pg_temp.casa_model() RETURNS json LANGUAGE orm STABLE AS 'model Casa {"table": "casas"}'}, qr/^rojo$/, 'app carol');

# a squatter that stays, in a session of his, while others declare
my $squatter = $node->background_psql('source', extra_params => [ '-U', 'bob' ]);
$squatter->query_safe(q{BEGIN; SET check_function_bodies = off; CREATE FUNCTION pg_temp.nueva_model() RETURNS json LANGUAGE orm STABLE AS 'model Nueva {"table": "nuevas"}'; CREATE FUNCTION pg_temp.autor_model() RETURNS json LANGUAGE orm STABLE AS 'model Autor {"table": "autores"}'});
is(as('carol', 'source', q{SET lock_timeout = '1s'; SELECT orm.model('Nueva', 'app.nuevas', orm.column('id', 'int')); SELECT orm.model(orm.describe('Autor')); SELECT count(*) FROM orm.unmap('Nueva')}) =~ s/\n.*//sr, 'Nueva: declared', 'a squatter in pg_temp neither counts nor blocks');
$squatter->query_safe('ROLLBACK');
$squatter->quit;

# a role with another name
as($boss, 'source', 'ALTER ROLE carol RENAME TO carla');
is($node->safe_psql('source', q{SELECT DISTINCT owner FROM orm.models; SELECT orm.get('Casa', 1) ->> 'color'}), "carla\nrojo", 'ALTER ROLE RENAME: models follow');
consistent($node, 'source', 'ALTER ROLE RENAME');

done_testing();
