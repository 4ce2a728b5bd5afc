# Many clients behind a pooler in transaction mode: forty share four sessions of
# the server, each transaction in whichever is free.  Nothing of one is left for
# another, whatever becomes of it.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my ($pooler) = grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin';
plan skip_all => 'pgbouncer is not installed' if !$pooler;

my $node = server('main');
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION orm;
CREATE TABLE things (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE parts (id integer PRIMARY KEY, thing_id integer NOT NULL REFERENCES things);
CREATE TABLE counters (id integer PRIMARY KEY, n integer NOT NULL);
CREATE TABLE counted (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
INSERT INTO counters SELECT g, 0 FROM generate_series(1, 9) g;
SELECT orm.map('things', 'Thing', orm.has_many('parts', 'Part'));
SELECT orm.map('parts', 'Part', orm.belongs_to('thing', 'Thing'));
SELECT orm.map('counters', 'Counter');
SELECT orm.map('counted', 'Counted');
END

my $directory = PostgreSQL::Test::Utils::tempdir_short();
my ($host, $port) = ($node->host, $node->port);
append_to_file("$directory/ini", <<"END");
[databases]
postgres = host=$host port=$port dbname=postgres user=postgres
[pgbouncer]
listen_port = 6432
unix_socket_dir = $directory
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
END
my $bouncer = IPC::Run::start([ $pooler, '-q', "$directory/ini" ], '>', \my $said, '2>', \my $errors);
for (1 .. 100) { last if -S "$directory/.s.PGSQL.6432"; select undef, undef, undef, 0.1 }
my @pooled = ('-h', $directory, '-p', '6432', '-U', 'postgres');

# What clients do.  An object and what belongs to it, queued in the wrong order; things that are undone; rows that
# all want, in no order; a graph in one call.
my %scripts = (
	add => q{\set n :n + 1
\set id :client_id * 1000 + :n
BEGIN;
SELECT orm.add('Part', json_build_object('id', 2 * :id::int, 'thing_id', :id::int));
SELECT orm.add('Part', json_build_object('id', 2 * :id::int + 1, 'thing_id', :id::int), 'label');
SELECT orm.add('Thing', json_build_object('id', :id::int, 'name', 'added'));
COMMIT;},
	undo => q{BEGIN;
SELECT orm.add('Thing', json_build_object('id', -1, 'name', 'undone'), 'label');
SELECT orm.count('Thing');
SAVEPOINT s;
SELECT orm.add('Part', json_build_object('id', -1, 'thing_id', -1));
ROLLBACK TO s;
ROLLBACK;},
	count => q{\set a random(1, 3)
\set b random(4, 6)
\set c random(7, 9)
BEGIN;
SELECT orm.merge('Counter', json_build_object('id', :c::int, 'n', json_build_object('$inc', 1)));
SELECT orm.merge('Counter', json_build_object('id', :a::int, 'n', json_build_object('$inc', 1)));
SAVEPOINT s;
SELECT orm.merge('Counter', json_build_object('id', :b::int, 'n', json_build_object('$inc', 1))), orm.add('Counted', '{}');
RELEASE s;
COMMIT;},
	save => q{\set n :n + 1
\set id :client_id * 1000 + :n
SELECT orm.save('Thing', json_build_object('id', :id::int, 'name', 'saved', 'parts', json_build_array(json_build_object('id', 2 * :id::int), json_build_object('id', 2 * :id::int + 1))));});
append_to_file("$directory/$_", $scripts{$_}) for keys %scripts;

my $bench = IPC::Run::start([ 'pgbench', '-n', '-c', '40', '-j', '2', '-t', '30', '-M', 'extended', '-D', 'n=0', @pooled, (map { ('-f', "$directory/$_") } sort keys %scripts), 'postgres' ],
	'>', \my $report, '2>', \my $complaints);

# Meanwhile clients go in the midst of their transactions, or cannot commit.
for my $i (1 .. 10)
{
	run_command([ 'psql', '-XAtq', @pooled, '-c', 'BEGIN', '-c', q{SELECT orm.add('Thing', '{"id": -2, "name": "dropped"}')}, 'postgres' ]);
	my (undef, $error) = run_command([ 'psql', '-XAtq', @pooled, '-c', 'BEGIN', '-c', q{SELECT orm.add('Part', '{"id": -3, "thing_id": -3}')}, '-c', 'COMMIT', 'postgres' ]);
	like($error, qr/violates foreign key constraint/, 'a COMMIT that cannot write');
}
$bench->finish;
is($complaints =~ s/^pgbench .*\n//r, '', 'no client has failed');
my %done = $report =~ /^SQL script \d: .*\/(\w+)\n.*\n - (\d+) transactions/mg;
note(join ', ', map { "$_: $done{$_}" } sort keys %done);
is($done{add} + $done{undo} + $done{count} + $done{save}, 1200, 'all transactions are done');

sub answer { return $node->safe_psql('postgres', $_[0]) }
is(answer(q{SELECT name, count(*) FROM things GROUP BY name ORDER BY name}), "added|$done{add}\nsaved|$done{save}", 'what was committed is there, and nothing else');
is(answer('SELECT count(*) FROM things t WHERE (SELECT count(*) FROM parts p WHERE p.thing_id = t.id AND p.id / 2 = t.id) <> 2'), '0', 'whole');
is(answer('SELECT count(*) FROM parts'), 2 * ($done{add} + $done{save}), 'without strangers');
is(answer('SELECT (SELECT sum(n) FROM counters), (SELECT count(*) FROM counted)'), 3 * $done{count} . "|$done{count}", 'no change of a row that all change is lost');
# A session that the server has ended, after a client that went away, need not be there again.
cmp_ok(answer(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()}), '<=', 4, 'forty clients had four sessions at most');
my ($left) = run_command([ 'psql', '-XAtq', @pooled, map({ ('-c', 'SELECT count(*) FROM orm.pending()') } 1 .. 8), 'postgres' ]);
is($left, join("\n", (0) x 8), 'nothing is queued in them');
$bouncer->signal('INT');
eval { $bouncer->finish };
unlike(slurp_file($node->logfile), qr/PANIC| XX000 |TRAP:|deadlock/, 'no internal error in the log');
done_testing();
