# Tables that Citus distributes: their plans are not forced to be generic, and those of other tables are.  Citus itself is
# not asked: a table of its name and column lists the distributed tables.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main');
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION orm;
CREATE TABLE near (id integer PRIMARY KEY, n integer);
CREATE TABLE far (id integer PRIMARY KEY, n integer);
SELECT orm.map('near', 'Near');
SELECT orm.map('far', 'Far');
END

# The plans of the statements of some calls: with a value, by "=", or with a parameter, as in generic plans.
sub plans
{
	my ($model) = @_;
	my $start = -s $node->logfile;

	$node->safe_psql('postgres', <<"END");
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET enable_seqscan = off;
SELECT orm.get('$model', 77);
SELECT orm.save('$model', '{"id": 77, "n": 5}');
SELECT orm.delete('$model', 77);
END
	my $log = slurp_file($node->logfile, $start);

	return join ' ', sort { $a cmp $b } keys %{ { map { $_ => 1 } $log =~ /Index Cond: \(id = (\S+?)\)/g } };
}
is(plans('Near'), '$1', 'without Citus, all plans are generic');
is(plans('Far'), '$1', 'of every table');
$node->safe_psql('postgres', <<'END');
SET allow_system_table_mods = on;
CREATE TABLE pg_catalog.pg_dist_partition (partmethod "char", logicalrelid regclass);
INSERT INTO pg_catalog.pg_dist_partition VALUES ('h', 'far');
END
is(plans('Near'), '$1', 'plans of a table that is not distributed are generic');
is(plans('Far'), '77', 'plans of a distributed table are made with the values');
$node->safe_psql('postgres', 'CREATE TABLE pg_dist_partition (logicalrelid regclass); INSERT INTO pg_dist_partition VALUES (\'near\')');
is(plans('Near'), '$1', 'a table of that name in another schema says nothing');

done_testing();
