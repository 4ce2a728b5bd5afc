# orm.each over a million objects in the memory of a few, and queries of all
# kinds on a hot standby.

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
CREATE TABLE authors (id integer PRIMARY KEY, name text);
CREATE TABLE posts (id integer PRIMARY KEY, author_id integer NOT NULL REFERENCES authors, title text);
INSERT INTO authors SELECT i, 'author ' || i FROM generate_series(1, 1000000) i;
INSERT INTO posts SELECT i, 1 + i % 1000, 'post ' || i FROM generate_series(1, 10000) i;
CREATE INDEX ON posts (author_id);
ANALYZE;
SELECT orm.map('authors', 'Author', orm.has_many('posts', 'Post'));
SELECT orm.map('posts', 'Post', orm.belongs_to('author', 'Author'));
END

# ---- Memory ----

# What a backend has of its own, in kB, when it has read the first objects and when all.
sub memory_of
{
	my ($query) = @_;
	my $session = $node->background_psql('postgres');
	my $memory = q{SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s*(\d+)')};

	$session->query_safe('BEGIN');
	$session->query_safe("DECLARE c CURSOR FOR $query");
	$session->query_safe('MOVE 20000 c');
	my $first = $session->query_safe($memory);
	$session->query_safe('MOVE 979999 c');
	my $last = $session->query_safe($memory);
	my $object = $session->query_safe('FETCH ALL c');
	$session->query_safe('COMMIT');
	$session->quit;
	return ($first, $last, $object);
}

SKIP:
{
	skip 'no /proc here', 4 unless -r '/proc/self/status' && slurp_file('/proc/self/status') =~ /RssAnon/;

	my ($first, $last, $object) = memory_of(q{SELECT orm.each('Author', '{"order_by": ["id"]}')});
	is($object, '{"id":1000000,"name":"author 1000000"}', 'the last of a million objects');
	cmp_ok($last - $first, '<', 2000, "memory is flat: $first kB after 20,000 objects, $last kB after 1,000,000");

	($first, $last, $object) =
		memory_of(q{SELECT orm.each('Author', '{"order_by": ["-id"], "load": {"posts": {"limit": 3, "load": ["author"]}}}')});
	like($object, qr/^\{"id":1,"name":"author 1","posts":\[\{"id":1000,"author_id":1,.*\]\}$/, 'the last of a million graphs');
	cmp_ok($last - $first, '<', 2000, "memory is flat: $first kB after 20,000 graphs, $last kB after 1,000,000");
}

# ---- A standby ----

$node->safe_psql('postgres', <<'END');
CREATE FUNCTION titles(author integer) RETURNS SETOF text LANGUAGE orm STABLE
AS 'all Post {"select": ["title"], "where": {"author_id": {"$": "author"}}, "order_by": ["id"], "limit": 2}';
END
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);

my @reads = (
	q{orm.all('Author', '{"where": {"id": {"le": 3}}, "order_by": ["id"], "load": {"posts": {"limit": 2, "load": ["author"]}}}')},
	q{orm.first('Author', '{"order_by": ["-id"]}')},
	q{orm.one('Author', '{"where": {"id": 7}, "load": ["posts"]}')},
	q{orm.get('Author', 7, '{"load": ["posts"]}')},
	q{orm.page('Author', '{"limit": 2, "total": true}')},
	q{orm.count('Post', '{"where": {"author": {"name": "author 7"}}}')},
	q{orm.exists('Post', '{"where": {"author": {"name": "author 7"}}}')},
	q{orm.aggregate('Post', '{"group_by": ["author_id"], "aggregate": {"n": {"count": "*"}}, "order_by": ["author_id"], "limit": 2}')},
	q{(SELECT count(*) FROM (SELECT orm.each('Post', '{"load": ["author"]}')) each)},
	q{(SELECT string_agg(t, ',') FROM titles(7) t)},
);
for my $read (@reads)
{
	is($standby->safe_psql('postgres', "SELECT $read"), $node->safe_psql('postgres', "SELECT $read"), "a standby reads: $read");
}

my (undef, undef, $error) =
	$standby->psql('postgres', qq{\\set VERBOSITY verbose\nSELECT orm.all('Author', '{"where": {"id": 1}, "lock": "update"}')});
like($error, qr/ERROR:  25006: /, 'a standby locks nothing');

$standby->stop;
$node->stop;
done_testing();
