# Objects over postgres_fdw: the foreign server is asked for the rows of the objects alone.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main');
my ($host, $port) = ($node->host, $node->port);

plan skip_all => 'postgres_fdw is not installed'
	if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'}) eq '0';
$node->safe_psql('postgres', 'CREATE DATABASE far');
$node->safe_psql('far', <<'END');
CREATE TABLE things (id integer PRIMARY KEY, code varchar(10), n integer);
CREATE TABLE parts (id integer, day integer, n integer, PRIMARY KEY (id, day));
INSERT INTO things SELECT i, 'c' || i, i FROM generate_series(1, 100) i;
INSERT INTO parts SELECT i, 2, i FROM generate_series(1, 100) i;
ALTER DATABASE far SET log_statement = 'all';
END
$node->safe_psql('postgres', <<"END");
CREATE EXTENSION orm;
CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'far');
CREATE USER MAPPING FOR postgres SERVER far;
CREATE FOREIGN TABLE things (id integer NOT NULL, code varchar(10), n integer) SERVER far;
CREATE TABLE parts (id integer, day integer, n integer) PARTITION BY LIST (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE near (id integer PRIMARY KEY, n integer);
INSERT INTO near SELECT i, i FROM generate_series(1, 100) i;
SELECT orm.map('things', 'Thing', orm.primary_key('id'));
SELECT orm.map('parts', 'Part', orm.primary_key('id', 'day'));
SELECT orm.map('near', 'Near');
END

# The statements that the foreign server gets for one here.
sub sent
{
	my ($sql) = @_;
	my $start = -s $node->logfile;

	$node->safe_psql('postgres', $sql);
	return join "\n", grep { /execute|statement:|DECLARE|parts|things/ } split /\n/, slurp_file($node->logfile, $start);
}

# Locks that do not wait
for my $lock ('update nowait', 'update skip locked', 'key share skip locked')
{
	fails($node, 'postgres', 'postgres', qq{SELECT orm.all('Thing', '{"lock": "$lock"}')}, '0A000', 'is not supported for the foreign tables', "$lock over a foreign table");
	is($node->safe_psql('postgres', qq{SELECT count(*) FROM (SELECT orm.all('Part', '{"lock": "$lock"}')) a}), '1', "$lock over partitions that are here");
}
like(sent(q{SELECT orm.all('Thing', '{"where": {"id": 5}, "lock": "update"}')}), qr/FOR UPDATE/, 'a lock that waits');
$node->safe_psql('postgres', q{CREATE FOREIGN TABLE parts_2 PARTITION OF parts FOR VALUES IN (2) SERVER far OPTIONS (table_name 'parts')});
fails($node, 'postgres', 'postgres', q{SELECT orm.all('Part', '{"lock": "update skip locked"}')}, '0A000', 'is not supported for the foreign tables', 'over a foreign partition');
$node->safe_psql('postgres', q{CREATE VIEW seen AS SELECT * FROM things; SELECT orm.map('seen', 'Seen', orm.primary_key('id'))});
fails($node, 'postgres', 'postgres', q{SELECT orm.all('Seen', '{"lock": "update nowait"}')}, '0A000', 'is not supported for the foreign tables', 'over a view of a foreign table');

# Keys of many objects
my $log = sent(q{SELECT orm.save('Thing', '[{"id": 3, "n": 30}, {"id": 4, "n": 40}, {"id": 101, "n": 101}]')});
like($log, qr/id = ANY \(/, 'the keys of saved objects are sent');
unlike($log, qr/SELECT (?!.*= ANY).*FROM public\.things(?! WHERE)/, 'no statement reads the whole table');
is($node->safe_psql('far', 'SELECT string_agg(n::text, $$ $$ ORDER BY id) FROM things WHERE id IN (2, 3, 4, 5, 101)'), '2 30 40 5 101', 'the objects are stored');
$log = sent(q{SELECT orm.upsert('Part', '[{"id": 3, "day": 2, "n": 30}, {"id": 4, "day": 2, "n": 40}]')});
like($log, qr/id = ANY \(.*day = ANY \(/, 'those of a key of two columns, over a foreign partition');
is($node->safe_psql('far', 'SELECT string_agg(n::text, $$ $$ ORDER BY id) FROM parts WHERE id IN (2, 3, 4, 5)'), '2 30 40 5', 'the objects are stored');
like($node->safe_psql('postgres', q{SELECT orm.save('Near', '[{"id": 3, "n": 30}, {"id": 4, "n": 40}]')}), qr/30.*40/, 'a table that is here');
unlike($node->safe_psql('postgres', q{LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SELECT orm.save('Near', '[{"id": 3, "n": 31}, {"id": 4, "n": 41}]')}), qr/ERROR/, 'and its plan');
unlike(slurp_file($node->logfile), qr/near AS t .* = ANY \(/, 'has no such condition');

done_testing();
