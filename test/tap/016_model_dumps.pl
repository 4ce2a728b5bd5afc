# Models are functions, and every tool of the server carries them: each way to dump
# and restore, by a superuser and by an ordinary owner, and a template.

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

# What a database has, and how its models answer, in one session.
sub state_of
{
	my ($database, $rows) = @_;
	my $sql = q{SELECT model, schema, table_name, state, pending FROM orm.models ORDER BY 1; SELECT * FROM orm.relationships ORDER BY 1, 2; SELECT model, orm.describe(model) FROM orm.models ORDER BY 1;};

	$sql .= q{SELECT orm.get('Post', 1, '{"load": ["autor", "tags"]}')::jsonb #- '{autor,alta}', orm.get('Casa', 1), orm.get('Roja', 1); SELECT t.nombre FROM app.post_find(1) p, app.tags(p) t ORDER BY 1;} if $rows;
	return $node->safe_psql($database, $sql);
}

# A restored database is used: a model is made, declared again, and its column renamed.
sub used
{
	my ($role, $database, $what) = @_;

	is(as($role, $database, <<'END'), "Idea: in force\n1|x", "$what: it is used");
SET search_path = app;
SET client_min_messages = warning;
DO $$ BEGIN PERFORM orm.create_table('Idea'); PERFORM orm.create('Idea', '{"id": 1, "n": 1, "texto": "x"}'); END $$;
SELECT orm.model(orm.describe('Idea'));
ALTER TABLE ideas RENAME COLUMN texto TO palabras;
SELECT orm.get('Idea', 1) ->> 'id', orm.get('Idea', 1) ->> 'palabras';
DO $$ BEGIN PERFORM orm.drop_table('Idea'); PERFORM orm.model('Idea', 'app.ideas', orm.column('id', 'integer', primary_key => true)); END $$;
END
	return;
}

make_database('source', 0);
as('carol', 'source', 'CREATE EXTENSION orm');
sample($node, 'source', 'carol', 'reader');
# the text of a model holds the names of now, so that a dump has nothing to lose
my %state = map { $_ => state_of('source', $_) } 0, 1;
my @sections = qw(pre-data data post-data);

# Each way: its name, options of pg_dump, whether rows come along, whether the extension is there before.
my @ways = (
	[ 'all', [], 1, 0 ],
	[ 'schema only', ['-s'], 0, 0 ],
	[ 'some schemas', [ '-n', 'app', '-n', '"Otro"*' ], 1, 1 ],
	[ 'no owner', ['--no-owner'], 1, 0 ],
	[ 'clean', [ '--clean', '--if-exists' ], 1, 0 ]);

for my $role ('carol', $boss)
{
	for my $way (@ways)
	{
		my ($name, $options, $rows, $extension) = @$way;
		my $database = 'text' . ++$number;
		my $what = "$name, by $role";
		my $dump = dump($node, 'source', $role, @$options);
		my $file = "$directory/$database.sql";

		append_to_file($file, $dump);
		make_database($database, $extension);
		# a second time over what is there, where the script drops it first
		for my $time (1 .. ($name eq 'clean' ? 2 : 1))
		{
			# --clean cannot drop the constraint that a partition inherits
			$node->safe_psql($database, 'DROP TABLE app.medidas_1') if $time == 2;
			is(client($role, 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', 'SET client_min_messages = warning', '-d', $database, '-f', $file), '', "$what: the restore says nothing ($time)");
		}
		consistent($node, $database, $what);
		same(state_of($database, $rows), $state{$rows}, "$what: the same models");
		same(dump($node, $database, $role, @$options), $dump, "$what: the dump is the same again");
		used($name eq 'no owner' ? $role : 'carol', $database, $what);
		$node->safe_psql('postgres', "DROP DATABASE $database");
	}

	# archives: in parallel, and by sections, each in an archive and in a restore of its own
	my $dump = dump($node, 'source', $role);
	my %restores = (
		'in parallel' => sub {
			my ($database) = @_;
			return client($role, 'pg_dump', '-Fc', '-f', "$directory/$database.dump", 'source')
				. client($role, 'pg_restore', '-j2', '-d', $database, "$directory/$database.dump");
		},
		'a directory, in parallel' => sub {
			my ($database) = @_;
			return client($role, 'pg_dump', '-Fd', '-j2', '-f', "$directory/$database.dir", 'source')
				. client($role, 'pg_restore', '-j2', '-d', $database, "$directory/$database.dir");
		},
		'dumped by sections' => sub {
			my ($database) = @_;
			return join '', map {
				client($role, 'pg_dump', '-Fc', "--section=$_", '-f', "$directory/$database.$_", 'source')
					. client($role, 'pg_restore', '-d', $database, "$directory/$database.$_")
			} @sections;
		},
		'restored by sections' => sub {
			my ($database) = @_;
			return join '', client($role, 'pg_dump', '-Fc', '-f', "$directory/$database.dump", 'source'),
				map { client($role, 'pg_restore', "--section=$_", '-d', $database, "$directory/$database.dump") } @sections;
		});
	for my $name (sort keys %restores)
	{
		my $database = 'archive' . ++$number;
		my $what = "$name, by $role";

		make_database($database, 0);
		is($restores{$name}->($database), '', "$what: dump and restore say nothing");
		consistent($node, $database, $what);
		same(state_of($database, 1), $state{1}, "$what: the same models");
		same(dump($node, $database, $role), $dump, "$what: the dump is the same again");
		used('carol', $database, $what);
		$node->safe_psql('postgres', "DROP DATABASE $database");
	}
}

# A template: all of it, with bindings whose OIDs are right there too.
make_database('copy', 0, 'source');
same(state_of('copy', 1), $state{1}, 'a copy of a template: the same models');
same(dump($node, 'copy', 'carol'), dump($node, 'source', 'carol'), 'a copy of a template: the same dump');
is($node->safe_psql('copy', 'SELECT count(*) FROM orm.binding b WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = b.function)'), '0', 'a copy of a template: its bindings are of its functions');
used('carol', 'copy', 'a copy of a template');

done_testing();
