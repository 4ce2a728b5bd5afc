# Many models in one transaction: how many locks they hold, and what is said before
# there is no room for them.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use Test::More;

my $models = 40;
my $node = PostgreSQL::Test::Cluster->new('main');

start_server($node, 'carol');
$node->append_conf('postgresql.conf', "max_locks_per_transaction = 40\nmax_connections = 20\n");
$node->restart;
$node->safe_psql('postgres', 'CREATE DATABASE many OWNER carol');
$node->safe_psql('many', <<"SQL");
CREATE EXTENSION orm;
CREATE SCHEMA models AUTHORIZATION carol;
SET ROLE carol;
SET search_path = models;
DO \$\$
BEGIN
    FOR i IN 1..$models LOOP
        PERFORM orm.model('M' || i, 'm' || i, orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', indexed => true),
            orm.column('code', 'text', is_unique => true, check_expr => 'code > ''''', server_default => '''x'''),
            CASE WHEN i > 1 THEN orm.belongs_to('parent', 'M' || i / 2) ELSE orm.many_to_many('others', 'M2') END);
    END LOOP;
END
\$\$;
SQL

my $held = q{SELECT count(*) FROM (SELECT DISTINCT locktype, relation, classid, objid, objsubid FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype IN ('relation', 'object') AND NOT fastpath) locks};

# What a call holds until the end of its transaction, which is $end.
sub locks_of
{
	my ($call, $end) = @_;
	return $node->safe_psql('many', "BEGIN; SET LOCAL ROLE carol; DO 'BEGIN PERFORM FROM $call; END'; RESET ROLE; $held; $end");
}

# The table of locks is full, but for so many, in a session that ends with quit.
sub fill
{
	my ($room) = @_;
	my $session = $node->background_psql('postgres');

	$session->query_safe('DO $$ DECLARE i integer := 0; BEGIN LOOP PERFORM pg_advisory_lock(7, i); i := i + 1; END LOOP;'
		. " EXCEPTION WHEN out_of_memory THEN FOR j IN 1..$room LOOP PERFORM pg_advisory_unlock(7, i - j); END LOOP; END \$\$");
	return $session;
}

sub tables
{
	return $node->safe_psql('many', "SELECT count(*) FROM pg_class WHERE relnamespace = 'models'::regnamespace AND relkind = 'r'");
}

# A call is refused with the number of locks that it may take, which is enough for it, and not much more than it takes.
sub is_foreseen
{
	my ($call, $word, $alone, $limit) = @_;
	my $before = tables();
	my $session = fill(100);
	my ($status, undef, $error) = $node->psql('many', "\\set VERBOSITY verbose\nSET ROLE carol; SELECT FROM $call");
	my ($needed) = $error =~ /$word the tables of $models models takes up to (\d+) locks, and there is room for \d+\./;

	$session->quit;
	like($error, qr/ERROR:  53200: out of shared memory/, "$call of many models is refused");
	ok(defined $needed, "$call says how many locks it takes");
	like($error, qr/Set max_locks_per_transaction to at least \d+, or use orm\.$alone in several transactions\./, "$call says what helps");
	is(tables(), $before, "$call has done nothing");

	$session = fill($needed + $models);
	my $taken = locks_of($call, 'COMMIT');
	$session->quit;
	isnt(tables(), $before, "$call works with room for $needed locks");
	cmp_ok($taken, '<=', $needed + $models, "$call takes no more than it has said, beside tables that were open");
	cmp_ok($taken, '<=', $limit * $models, "$call takes $taken locks, at most $limit a model");
	return;
}

is_foreseen('orm.create_all()', 'Creating', 'create_table', 14);
is_foreseen('orm.drop_all()', 'Dropping', 'drop_table', 30);

done_testing;
