# orm.describe: tables that are dropped and created again from their descriptions have
# the same pg_dump.  With ORM_TEST_CHINOOK, the tables of the Chinook database too.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('describe');

# The schema of a database as pg_dump prints it, in an order that does not depend on OIDs: the
# statements sorted.  Models are not part of it.
sub schema
{
	my ($database, @schemas) = @_;
	my ($dump) = run_command([ 'pg_dump', '-s', '--no-owner', (map { ('-n', $_) } @schemas), '-d', $node->connstr($database) ]);

	$dump =~ s/^(?:--.*|SET .*|SELECT pg_catalog.set_config.*|\\(?:un)?restrict .*)\n//mg;
	return join "\n", sort grep { /\S/ && !/LANGUAGE orm/ } split /;\n+/, $dump;
}

# Maps all tables of a schema, describes them, drops them, and makes them from the descriptions.
sub same_again
{
	my ($database, @schemas) = @_;
	my $list = join ', ', map { "'$_'" } @schemas;

	$node->safe_psql($database, <<"SQL");
SET client_min_messages = warning;
DO \$\$
DECLARE
	relation record;
BEGIN
	FOR relation IN SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname IN ($list) AND c.relkind = 'r' ORDER BY c.oid
	LOOP
		PERFORM orm.map(format('"%s"."%s"', replace(relation.nspname, '"', '""'), replace(relation.relname, '"', '""')),
			relation.nspname || ' ' || relation.relname, orm.accessors(include => '{}'));
	END LOOP;
END
\$\$;
SQL
	my $before = schema($database, @schemas);

	like($before, qr/CREATE TABLE /, "$database: there are tables");
	my $count = $node->safe_psql($database, <<"SQL");
SET client_min_messages = warning;
CREATE TEMP TABLE document AS SELECT model AS name, orm.describe(model) AS document, schema, table_name FROM orm.models;
DO \$\$
BEGIN
	PERFORM orm.unmap(name) FROM document;
	EXECUTE (SELECT 'DROP TABLE ' || string_agg(format('%I.%I', schema, table_name), ', ') FROM document);
	PERFORM orm.model(document) FROM document;
	PERFORM orm.create_all();
END
\$\$;
SELECT count(*) FROM document;
SQL
	ok($count > 0, "$database: $count tables");
	same(schema($database, @schemas), $before, "$database: the dump is the same");
	$node->safe_psql($database, 'SET client_min_messages = warning; DO $$ BEGIN PERFORM orm.drop_all(); PERFORM orm.create_all(); END $$');
	same(schema($database, @schemas), $before, "$database: and after drop_all and create_all");
	return;
}

# The statements of a regress test between two lines that begin like this.
sub part
{
	my ($test, $from, $to) = @_;
	my $sql = slurp_file("$FindBin::RealBin/../../sql/$test.sql");

	$sql =~ /^\Q$from\E.*?\n(.*?)^\Q$to\E/ms or die "$test has no part from $from to $to";
	return $1;
}

sub database
{
	my ($name, $sql) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0");
	$node->safe_psql($name, "SET client_min_messages = warning;\nCREATE EXTENSION orm;\n$sql");
	return $name;
}

same_again(database('options', 'CREATE SCHEMA describe_options; CREATE SCHEMA describe_options_far; SET search_path = describe_options;'
	. part('describe_options', '-- one of every kind', 'SELECT')), 'describe_options', 'describe_options_far');

same_again(database('columns', 'CREATE SCHEMA describe; CREATE SCHEMA describe_types; SET search_path = describe;'
	. part('describe', '-- tables in which there is everything', 'SELECT')), 'describe', 'describe_types');

# triggers, policies, privileges and the like
same_again(database('statements', 'CREATE ROLE regress_orm_owner; CREATE ROLE "regress_orm Reader"; CREATE SCHEMA describe_statement;'
	. 'SET search_path = describe_statement;' . part('describe_statement', '-- one of every kind', '-- triggers that')), 'describe_statement');

# made by the extension: an enum of two models, relationships of all kinds, a version
same_again(database('declared', <<'SQL'), 'public');
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', nullable => false, is_unique => true),
	orm.enum('mood', '{sad,"it''s ok"}'), orm.column('mood', 'mood', server_default => '''sad'''), orm.column('moods', 'mood[]'),
	orm.has_many('posts', 'Post', back_populates => 'author'), orm.comment_on_table('who writes'));
SELECT orm.model('Post', 'posts', orm.column('id', 'bigint', primary_key => true), orm.column('title', 'text'), orm.enum('mood', '{sad,"it''s ok"}'),
	orm.column('during', 'tsrange'), orm.column('mood', 'mood'),
	orm.belongs_to('author', 'Author', back_populates => 'posts', nullable => false, on_delete => 'cascade'), orm.many_to_many('tags', 'Tag'),
	orm.index('-title', '(lower(title))'), orm.exclude('no_overlap', '{"during WITH &&"}'), orm.unique('title', is_deferrable => true));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT count(*) FROM orm.create_all();
SELECT orm.unmap(model) FROM orm.models;
SQL

SKIP:
{
	skip 'ORM_TEST_CHINOOK names no file', 1 unless -r ($ENV{ORM_TEST_CHINOOK} // '');
	same_again(database('chinook', slurp_file($ENV{ORM_TEST_CHINOOK})), 'public');
}

done_testing();
