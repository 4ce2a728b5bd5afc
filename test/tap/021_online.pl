# Online migrations: a runner is killed at random moments, and what another one goes on from ends like a run that
# nobody has disturbed; others read and write meanwhile; two runners; and the runners that are no procedure.
# ORM_ONLINE_SEED repeats the moments, ORM_ONLINE_KILLS is their number.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run qw(start finish);
use OrmTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $seed = $ENV{ORM_ONLINE_SEED} // int(rand(1_000_000));
my $kills = $ENV{ORM_ONLINE_KILLS} // 6;
srand($seed);
note("ORM_ONLINE_SEED=$seed ORM_ONLINE_KILLS=$kills");

my $node = server('main', qw(ana bob));
$node->append_conf('postgresql.conf', "restart_after_crash = on");
$node->restart;
my @as_ana = (extra_params => [ '-U', 'ana' ]);

# A database with rows, and models that are declared again: all that has a gentle form.
$node->safe_psql('postgres', 'CREATE DATABASE base OWNER ana');
$node->safe_psql('base', 'CREATE EXTENSION orm');
$node->safe_psql('base', <<'END', @as_ana);
CREATE SCHEMA shop;
SET search_path = shop;
SELECT orm.model('Customer', 'customers', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'),
    orm.column('age', 'integer'), orm.index('age', name => 'by_age'));
SELECT orm.model('Sale', 'sales', orm.column('id', 'bigint', primary_key => true), orm.column('customer_id', 'integer'));
SELECT count(*) FROM orm.migrate();
INSERT INTO customers (name, age) SELECT 'n' || g, CASE WHEN g % 3 > 0 THEN g % 90 END FROM generate_series(1, 10000) g;
INSERT INTO sales (customer_id) SELECT g FROM generate_series(1, 10000) g;
SELECT orm.model('Customer', 'customers', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', is_unique => true),
    orm.column('age', 'integer', nullable => false, fill => 'id % 50'), orm.column('level', 'text', nullable => false,
    fill => '''level '' || id % 7', server_default => '''none'''), orm.computed('shout', 'text', 'upper(name)'),
    orm.index('(lower(name))', name => 'by_name'), orm.index('level', name => 'by_level'), orm.check('ages', 'age < 200'));
SELECT orm.model('Sale', 'sales', orm.column('id', 'bigint', primary_key => true), orm.belongs_to('customer', 'Customer'),
    orm.column('note', 'text', fill => 'md5(id::text)'));
END

# A database like it, with a plan; returns the id.
sub planned
{
	my ($database) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE base OWNER ana");
	return $node->safe_psql($database, q{SELECT DISTINCT migration FROM orm.migrate('{"online": true, "name": "all"}')}, @as_ana);
}

# What a migration has left: the schema, the rows, and how the plan stands.
sub outcome
{
	my ($database) = @_;
	my ($schema) = run_command([ 'pg_dump', '-s', '-n', 'shop', '-d', $node->connstr($database) ]);

	$schema =~ s/^\\(?:un)?restrict.*\n//gm;
	return join "\n", $schema, map { $node->safe_psql($database, $_, @as_ana) }
		q{SELECT md5(string_agg(c::text, ',' ORDER BY id)) FROM shop.customers c},
		q{SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM shop.sales s},
		q{SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid OR NOT indisready},
		q{SELECT count(*) FROM orm.diff()},
		q{SELECT name, state, models, hash_after = orm.schema_hash(models) FROM orm.migration ORDER BY id},
		q{SELECT step, sql, state, error FROM orm.migration_step WHERE kind <> 'fill' ORDER BY step},
		q{SELECT step, sql, state, error, rows_done, last_key FROM orm.migration_step WHERE kind = 'fill' ORDER BY step},
		q{SELECT orm.get('Customer', 3), orm.get('Sale', 3), (shop.customer_find(6)).age};
}

# Starts a runner, and returns its session and process.
sub runner
{
	my ($database, $id) = @_;
	my $session = $node->background_psql($database, on_error_stop => 0, @as_ana);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');

	$session->query_until(qr/started/, "\\echo started\nSET client_min_messages = warning;\nCALL orm.run_migration($id);\n");
	return ($session, $pid);
}

# --- undisturbed ---
my $id = planned('calm');
my $begun = time;
$node->safe_psql('calm', "CALL orm.run_migration($id)", @as_ana);
my $duration = time - $begun;
my $expected = outcome('calm');
like($expected, qr/^all\|done\|\{Customer,Sale\}\|t$/m, 'a plan is run');
like($node->safe_psql('calm', 'SELECT state, steps = done FROM orm.migration_progress'), qr/^done\|t$/, 'and the view says so');

# --- killed at random moments, three times each plan ---
my $killed = 0;
my %plans = map { ("killed$_" => planned("killed$_")) } 1 .. ($kills + 2) / 3;
for my $n (1 .. $kills)
{
	my $database = 'killed' . (1 + int(($n - 1) / 3));
	my ($session, $pid) = runner($database, $plans{$database});

	usleep(int(rand($duration < 1 ? $duration : 1) * 600_000));
	kill_backend($node, $pid);
	my $step = $node->safe_psql($database, q{SELECT concat_ws(' ', step, step_state, rows_done) FROM orm.migration_progress});
	$killed++ if $step ne '';
	note("kill $n of $database: $step");
	eval { $session->{run}->finish };
}
ok($killed > 0, "$killed runners were killed at work");
for my $database (sort keys %plans)
{
	$node->safe_psql($database, "CALL orm.run_migration($plans{$database})", @as_ana);
	is(outcome($database), $expected, "$database: as if undisturbed");
}

# --- others read and write meanwhile ---
$id = planned('busy');
my $script = $node->basedir . '/load.sql';
append_to_file($script, <<'END');
\set id random(1, 10000)
UPDATE shop.customers SET age = 1 + :id % 80 WHERE id = :id;
INSERT INTO shop.customers (name, age) VALUES ('new ' || nextval('shop.customers_id_seq'), 20);
SELECT orm.get('Customer', :id);
INSERT INTO shop.sales (customer_id) VALUES (:id);
END
my ($out, $error) = ('', '');
my $load = start([ 'pgbench', '-n', '-c', '4', '-T', '3', '-f', $script, '-h', $node->host, '-p', $node->port, '-U', 'ana', 'busy' ], '>', \$out, '2>', \$error);
$node->poll_query_until('busy', 'SELECT count(*) > 10005 FROM shop.customers') or die 'no load';
$node->safe_psql('busy', "CALL orm.run_migration($id)", @as_ana);
is($node->safe_psql('busy', 'SELECT state FROM orm.migration_progress'), 'done', 'under load');
ok(finish($load), 'the load has no error') or diag("$out\n$error");
like($out, qr/number of failed transactions: 0/, 'nor a failed transaction');
is($node->safe_psql('busy', q{SELECT count(*) FROM shop.customers WHERE age IS NULL OR level IS NULL}), '0', 'and its rows have values');
is($node->safe_psql('busy', 'SELECT count(*) FROM orm.diff()', @as_ana), '0', 'and there is no difference');

# --- two runners; a lock that is not given; a role without privileges ---
$id = planned('locked');
my $blocker = $node->background_psql('locked', on_error_stop => 0);
$blocker->query_safe('BEGIN; LOCK TABLE shop.customers IN ACCESS SHARE MODE;');
my ($session, $pid) = runner('locked', $id);
$node->poll_query_until('locked', "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $pid") or die 'the runner does not wait';
fails($node, 'locked', 'ana', "CALL orm.run_migration($id)", '55P03', 'model "Customer": another migration is running', 'a second runner');
my (undef, undef, $second) = $node->psql('locked', "CALL orm.run_migration($id)", @as_ana);
like($second, qr/process $pid /, 'it says whose');
fails($node, 'locked', 'ana', 'SELECT * FROM orm.migrate()', '55P03', 'another migration is running', 'at once');
fails($node, 'locked', 'ana', "SELECT * FROM orm.migration_next($id)", '55P03', 'another migration is running', 'a client');
fails($node, 'locked', 'bob', "CALL orm.run_migration($id)", '42501', 'must be owner of model', 'a role without privileges');
$blocker->query_safe('COMMIT');
$blocker->quit;
$session->query_safe('SELECT 1');
$session->quit;
is(outcome('locked'), $expected, 'the first one goes on when the lock is given');

# --- a client, statement by statement ---
$id = planned('client');
$node->safe_psql('client', "SELECT sql FROM orm.migration_next($id) \\gexec\n" x 60, @as_ana);
is(outcome('client'), $expected, 'statements of orm.migration_next');

# --- a background worker ---
my $background = q{SELECT DISTINCT migration FROM orm.migrate('{"online": true, "background": true, "name": "all"}')};
$node->safe_psql('postgres', "CREATE DATABASE worker TEMPLATE base OWNER ana");
$node->safe_psql('worker', "BEGIN; $background; ROLLBACK", @as_ana);
$id = $node->safe_psql('worker', $background, @as_ana);
$node->poll_query_until('worker', "SELECT state = 'done' FROM orm.migration WHERE id = $id") or die 'the worker does not end';
like(outcome('worker'), qr/^all\|done\|\{Customer,Sale\}\|t$/m, 'a worker runs a plan');
my $steps = sub { join "\n", grep { /^\d+\|/ } split /\n/, $_[0] };
is($steps->(outcome('worker')), $steps->($expected), 'its steps are those of a procedure');
$node->safe_psql('worker', q{SELECT orm.extend('Sale', orm.column('more', 'text'), orm.check('positive', 'id > 5')); UPDATE shop.sales SET note = 'x' WHERE id = 1}, @as_ana);
$id = $node->safe_psql('worker', $background, @as_ana);
$node->poll_query_until('worker', "SELECT step_state = 'failed' FROM orm.migration_progress WHERE migration = $id") or die 'the step does not fail';
is($node->safe_psql('worker', "SELECT error FROM orm.migration_progress WHERE migration = $id"),
	'23514: check constraint "positive" of relation "sales" is violated by some row', 'its error is in the step');
$node->safe_psql('postgres', 'CREATE ROLE cara NOLOGIN; GRANT ana TO cara');
SKIP:
{
	skip 'a worker may be of a role that cannot log in', 2 if $node->pg_version >= 17;
	fails($node, 'worker', 'postgres', "SET ROLE cara; $background", '42501', 'role "cara" cannot log in', 'a role that cannot log in');
}
$node->append_conf('postgresql.conf', 'max_worker_processes = 0');
$node->restart;
fails($node, 'worker', 'ana', $background, '53000', 'no background worker is free', 'a server without workers');
is($node->safe_psql('worker', 'SELECT max(id) FROM orm.migration'), $id, 'and nothing is planned');

done_testing();
