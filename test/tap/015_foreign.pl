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
	return join "\n", grep { /execute|statement:|DECLARE|public\./ } split /\n/, slurp_file($node->logfile, $start);
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

# Keys of objects that are deleted, of members of collections and of links
$node->safe_psql('far', <<'END');
CREATE TABLE owners (id integer PRIMARY KEY, n integer);
CREATE TABLE members (id integer PRIMARY KEY, owner_id integer, n integer);
CREATE TABLE links (owner_id integer, tag_id integer, PRIMARY KEY (owner_id, tag_id));
INSERT INTO owners SELECT i, i FROM generate_series(1, 20) i;
INSERT INTO members SELECT i, i % 20 + 1, i FROM generate_series(1, 100) i;
INSERT INTO links SELECT i % 20 + 1, i FROM generate_series(1, 100) i;
END
$node->safe_psql('postgres', <<'END');
CREATE FOREIGN TABLE owners (id integer NOT NULL, n integer) SERVER far;
CREATE FOREIGN TABLE members (id integer NOT NULL, owner_id integer, n integer) SERVER far;
CREATE FOREIGN TABLE links (owner_id integer, tag_id integer) SERVER far;
CREATE TABLE tags (id integer PRIMARY KEY);
INSERT INTO tags SELECT i FROM generate_series(1, 100) i;
SELECT orm.map('owners', 'Owner', orm.primary_key('id'), orm.has_many('members', 'Member', foreign_key => 'owner_id', cascade => 'all'),
	orm.many_to_many('tags', 'Tag', through => 'links', foreign_key => 'owner_id', back_populates => 'owners'));
SELECT orm.map('members', 'Member', orm.primary_key('id'));
SELECT orm.map('tags', 'Tag', orm.many_to_many('owners', 'Owner', through => 'links', foreign_key => 'tag_id', back_populates => 'tags'));
END
my $whole = qr/(?:SELECT|DELETE)[^\n]* FROM public\.(?:owners|members|links)(?! WHERE)/;

# Runs a statement; the foreign server is asked for rows by key, and the rest of its table is not read.
sub by_key
{
	my ($sql, $sent, $name) = @_;
	my $log = sent($sql);

	like($log, $sent, "$name: the keys are sent");
	unlike($log, $whole, "$name: and no statement reads a whole table");
	return;
}
by_key(q{BEGIN; SELECT orm.remove('Member', i::text) FROM generate_series(1, 3) i; SELECT orm.flush(); COMMIT}, qr/members WHERE .*\bid = ANY \(/, 'objects that are deleted');
by_key(q{SELECT orm.update('Owner', 5, '{"members": {"$disconnect": [4, 24]}}')}, qr/members .*owner_id = ANY \(.*id = ANY \(/, 'members that leave');
by_key(q{SELECT orm.update('Owner', 5, '{"members": {"$delete": [44, 64]}}')}, qr/members .*owner_id = ANY \(.*id = ANY \(/, 'members that are deleted');
by_key(q{SELECT orm.update('Owner', 6, '{"members": {"$set": [5]}}')}, qr/members .*owner_id = ANY \(/, 'members that are left out');
by_key(q{SELECT orm.update('Owner', 5, '{"tags": {"$disconnect": [4, 24]}}')}, qr/links .*owner_id = ANY \(.*tag_id = ANY \(/, 'links that leave');
by_key(q{SELECT orm.update('Owner', 6, '{"tags": {"$set": [5, 25]}}')}, qr/links .*owner_id = ANY \(/, 'links that are left out');
by_key(q{SELECT orm.impact('Owner', 9)}, qr/members WHERE .*\bid = ANY \(/, 'members that a delete takes with it');
is($node->safe_psql('postgres', q{SELECT orm.impact('Owner', 9)}), '{"deleted":{"Member":5,"Owner":1,"public.links":5}}', 'what a delete takes with it');
unlike(sent(q{SELECT orm.impact('Owner', 9)}), qr/ctid/, 'is told apart by its keys');
by_key(q{BEGIN; SELECT orm.remove('Owner', i::text) FROM generate_series(7, 8) i; SELECT orm.flush(); COMMIT}, qr/members .*owner_id = ANY \(.*owners .*\bid = ANY \(/s, 'members of objects that are deleted');
is($node->safe_psql('far', <<'END'), '18|18|85|85', 'what is left: the links of deleted objects are not');
SELECT count(*), (SELECT count(DISTINCT owner_id) FROM links), (SELECT count(*) FROM members), (SELECT count(*) FROM links) FROM owners
END

done_testing();
