# orm.migrate along a random walk of declarations, over tables with rows.  After each step the difference is empty,
# the rows are kept and read; some steps are undone and done again.  At the end a database that is made at once from
# the last declarations has the same pg_dump.  ORM_WALK_SEED repeats a walk, ORM_WALK_STEPS is its length.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use OrmTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{ORM_WALK_SEED} // int(rand(1_000_000));
my $steps = $ENV{ORM_WALK_STEPS} // 60;
srand($seed);
note("ORM_WALK_SEED=$seed ORM_WALK_STEPS=$steps");

sub one_of { return $_[ rand @_ ] }
sub maybe { return rand() < ($_[0] // 0.5) }

# ---------------------------------------------------------------------------
# Declarations
# ---------------------------------------------------------------------------

# Types that values of a column can go between, how, and what new rows get where it must not be NULL.
my %families = (
	number => { types => [ 'integer', 'bigint', 'numeric(12,2)', 'double precision' ], using => '%s::numeric::%s', fill => 'id' },
	text => { types => [ 'text', 'varchar(40)', 'character varying' ], using => '%s::text::%s', fill => "'t' || id" },
	time => { types => [ 'date', 'timestamptz', 'timestamp' ], using => '%s::timestamptz::%s', fill => "date '2026-01-01' + id" },
	boolean => { types => ['boolean'], using => '%s::%s', fill => 'id > 0' },
	json => { types => [ 'jsonb', 'json' ], using => '%s::%s', fill => "'{}'" },
	list => { types => [ 'integer[]', 'bigint[]' ], using => '%s::%s', fill => "'{1}'" },
);
my %defaults = (
	number => [ '7', '3 + 4', '-1' ],
	text => [ "'x'", "upper('y')", "''" ],
	time => [ "'2026-11-30'", 'now()', "date '2026-01-31' + 1" ],
	boolean => [ 'true', 'not true' ],
	json => [ "'{\"a\": 1}'", "'[]'" ],
	list => [ "'{}'", 'ARRAY[1, 2]' ],
);
my %checks = (
	number => [ '%s > -1000', '%s BETWEEN -5 AND 1000000' ],
	text => [ 'length(%s) < 90', "%s <> 'no'" ],
	time => ["%s > '1999-12-31'"],
	boolean => [],
	json => [],
	list => ['cardinality(%s) < 9'],
);

# A column, whose family its name says, so that it can always be converted.
sub column
{
	my ($name) = @_;
	my ($family) = $name =~ /^([a-z]+)/;
	my $type = one_of(@{ $families{$family}{types} });
	my %column = (name => $name, type => $type, fill => $families{$family}{fill}, using_expr => sprintf($families{$family}{using}, $name, $type));
	my $ordered = $family !~ /json|list/;

	$column{nullable} = JSON::PP::false if maybe(0.3);
	$column{server_default} = one_of(@{ $defaults{$family} }) if maybe(0.3);
	$column{check_expr} = sprintf(one_of(@{ $checks{$family} }), $name) if @{ $checks{$family} } && maybe(0.2);
	$column{is_unique} = JSON::PP::true if $family eq 'number' && !$column{server_default} && maybe(0.15);
	$column{indexed} = JSON::PP::true if $ordered && !$column{is_unique} && maybe(0.2);
	$column{comment} = one_of("it's", 'a "comment"') if maybe(0.2);
	$column{$_} = JSON::PP::true for grep { maybe(0.07) } qw(deferred hidden read_only);
	return { column => \%column };
}

my @columns = qw(number1 number2 text1 text2 time1 boolean1 json1 list1);

# The elements of a model: of columns that are there, and of others' relationships.
sub elements
{
	my ($other) = @_;
	my @there = grep { maybe(0.5) } @columns;
	my %is = map { $_ => 1 } @there;
	my @elements = map { column($_) } @there;
	my %hidden = map { $_->{column}{name} => $_->{column}{hidden} } @elements;

	push @elements, { check => { name => 'both', expr => 'number1 <> number2 OR number1 = number2' } } if $is{number1} && $is{number2} && maybe();
	push @elements, { index => { name => one_of('some_index', 'other_index') . "_$other", columns => [ one_of('-text1', '(lower(text1))') ], maybe() ? (where_expr => "text1 <> ''") : () } } if $is{text1} && maybe();
	push @elements, { unique => { columns => [ 'number2', 'text2' ], maybe() ? (name => "pair_$other") : () } } if $is{number2} && $is{text2} && maybe(0.3);
	push @elements, { computed => { name => 'twice', type => 'text', expr => one_of('text1 || text1', "upper(text1) || '!'") } } if $is{text1} && maybe(0.4);
	push @elements, { validates => { attribute => 'text2', one_of([ max_length => 50 ], [ min_length => 0 ], [ matches => '^.*$' ])->@* } } if $is{text2} && maybe(0.3);
	push @elements, { scope => { name => 'some', query => { where => { number1 => { gt => one_of(1, 2) } } }, is_default => JSON::PP::false } } if $is{number1} && !$hidden{number1} && maybe(0.3);
	push @elements, { timestamps => { clock => one_of('transaction', 'statement') } } if maybe(0.2);
	push @elements, { stamp => { column_name => 'by_whom' } } if maybe(0.2);
	push @elements, { publish => { channel => one_of('a', 'b'), maybe() ? (events => one_of('create', 'update, delete')) : (), $is{text2} && !$hidden{text2} && maybe() ? (attributes => ['text2']) : () } } if maybe(0.2);
	push @elements, { on => { events => one_of('before create', 'after update', 'after delete'), function => 'public.nothing' } } if maybe(0.2);
	push @elements, { soft_delete => { column_name => one_of('gone', 'deleted_at'), maybe() ? (guard => JSON::PP::true) : () } } if maybe(0.3);
	push @elements, { version => { column_name => 'version' } } if maybe(0.2);
	push @elements, { comment_on_table => { comment => one_of('one', 'two') } } if maybe(0.2);
	push @elements, { belongs_to => { name => 'parent', model => $other, maybe() ? (on_delete => one_of('cascade', 'set null')) : () } } if maybe(0.4);
	push @elements, { many_to_many => { name => 'links', model => $other } } if maybe(0.2);
	return @elements;
}

sub document
{
	my ($model, $other) = @_;

	return {
		model => $model, table => 'walk.' . lc($model) . 's',
		elements => [ { column => { name => 'id', type => 'integer', primary_key => JSON::PP::true } }, { column => { name => 'note', type => 'text' } }, elements($other) ],
	};
}

# ---------------------------------------------------------------------------
# The walk
# ---------------------------------------------------------------------------

my $node = server('walk');
my $json = JSON::PP->new->canonical;
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(walked fresh);
my $session = <<'SQL';
SET client_min_messages = warning;
SET search_path = walk, public;
SQL

$node->safe_psql('walked', <<'SQL');
CREATE EXTENSION orm;
CREATE SCHEMA walk;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION public.problem(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	steps text = (SELECT string_agg(coalesce(d.sql, d.note), E'\n') FROM orm.diff() d);
	model text;
BEGIN
	IF steps IS NOT NULL THEN
		RETURN format(E'%s: there is a difference:\n%s', what, steps);
	END IF;
	FOR model IN SELECT m.model FROM orm.models m LOOP
		IF (SELECT count(*) FROM orm.each(model, '{}')) <> 3 THEN
			RETURN format('%s: rows of %s', what, model);
		END IF;
		EXECUTE format('SELECT FROM walk.%I() f WHERE f.note NOT LIKE ''note%%''', lower(model) || '_all');
		IF FOUND THEN
			RETURN format('%s: notes of %s', what, model);
		END IF;
	END LOOP;
	RETURN NULL;
END $$;
SQL

# Runs statements of a step as one transaction, where and when the session stands; returns the error.
sub run_step
{
	my ($sql) = @_;
	my $settings = $session . sprintf("SET timezone = '%s'; SET datestyle = '%s'; SET intervalstyle = '%s'; SET search_path = %s;\n",
		one_of('UTC', 'Asia/Kolkata', 'America/St_Johns'), one_of('ISO, DMY', 'SQL, MDY', 'German'), one_of('postgres', 'iso_8601'), one_of('walk', 'public', 'pg_catalog'));
	my ($status, $out, $error) = $node->psql('walked', "$settings\nBEGIN;\n$sql\nCOMMIT;", on_error_stop => 1);

	$out =~ s/^\s+|\s+$//g;
	return $status ? "$error $out" : $out;
}

my %migrate = (allow_destructive => JSON::PP::true, not_renamed => JSON::PP::true, max_lock => '1 h');
my ($done, $undone, $wrong) = (0, 0, 0);
my %last;

for my $step (1 .. $steps)
{
	my %documents = (A => document('A', 'B'), B => document('B', 'A'));
	my $declare = join '', map { "SELECT FROM orm.model('" . ($json->encode($documents{$_}) =~ s/'/''/gr) . "');\n" } sort keys %documents;
	my $sql = $declare . "SELECT FROM orm.migrate('" . $json->encode(\%migrate) . "');\n";

	$sql .= "INSERT INTO walk.${_}s (id, note) SELECT i, 'note' || i FROM generate_series(1, 3) i ON CONFLICT DO NOTHING;\n" for $step == 1 ? qw(a b) : ();
	if ($step == 1)
	{
		$documents{$_}{elements} = [ @{ $documents{$_}{elements} }[ 0, 1 ] ] for keys %documents;
		$sql =~ s/^SELECT FROM orm\.model.*?\n(?=SELECT FROM orm\.migrate)//ms;
		$sql = join('', map { "SELECT FROM orm.model('" . $json->encode($documents{$_}) . "');\n" } sort keys %documents) . $sql;
	}
	my $error = run_step($sql . "SELECT public.problem('migrated');");
	if ($error ne '')
	{
		diag("step $step: $error");
		note($sql);
		$wrong++;
		next;
	}
	$done++;
	%last = %documents;
	next if $step == 1 || maybe(0.6);
	$error = run_step(<<"SQL");
SELECT FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration), 'allow_destructive', true)::text::orm.document);
SELECT public.problem('undone');
${sql}SELECT public.problem('done again');
SQL
	# a column that may not be null and has gone does not come back to rows, nor a key that rows violate by now
	if ($error ne '' && $error !~ /contain null values|there are duplicate values/)
	{
		diag("step $step, undone: $error");
		note($sql);
		$wrong++;
	}
	$undone++ if $error eq '';
}
is($wrong, 0, "$done steps, $undone of them undone and done again: seed $seed");

# ---------------------------------------------------------------------------
# What the walk has come to
# ---------------------------------------------------------------------------

# The schema as pg_dump prints it, whatever the order of columns, as a text.
sub schema
{
	my ($database) = @_;
	my ($dump) = run_command([ 'pg_dump', '-s', '--no-owner', '-n', 'walk', '-d', $node->connstr($database) ]);

	$dump =~ s/^(?:--.*|SET .*|SELECT pg_catalog.set_config.*|\\(?:un)?restrict .*)\n//mg;
	$dump =~ s/^(CREATE TABLE .*? \(\n)(.*?)(\n\);)/$1 . join(",\n", sort split m{,\n}, $2) . $3/gmse;
	# a join table stays when nothing is declared over it any more
	return join "\n", sort grep { /\S/ && !/FUNCTION walk\.|walk\.as_bs|as_bs_/ } split /;\n+/, $dump;
}

my $declare = join '', map { "SELECT FROM orm.model('" . ($json->encode($last{$_}) =~ s/'/''/gr) . "');\n" } sort keys %last;
$node->safe_psql('fresh', "CREATE EXTENSION orm; CREATE SCHEMA walk; CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n$session\n$declare SELECT FROM orm.create_all();");
same(schema('walked'), schema('fresh'), 'pg_dump is as of a database that is made at once');
done_testing();
