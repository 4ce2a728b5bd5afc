# script.pl - the parts of the extension's script, and the C functions they declare.

use strict;
use warnings;
use JSON::PP qw(decode_json);
use Lint;

# Every name that a pattern captures in some files: name => path of one.
sub captured
{
	my ($tree, $pattern, @paths) = @_;
	my %found;

	for my $path (@paths)
	{
		my $code = code($tree, $path);

		$found{$1} = $path while $code =~ /$pattern/g;
	}
	return \%found;
}

# How often each function is named after some words, in all parts of the script.
sub named_after
{
	my ($tree, $words) = @_;
	my %times;

	for my $path (sources($tree, 'sql'))
	{
		my $code = code($tree, $path);

		$times{$1}++ while $code =~ /\b$words\s+([\w.]+)\s*\(/gi;
	}
	return \%times;
}

sub first_word
{
	my ($text) = @_;
	return $text =~ /\A-- (once|replace)\n/ ? $1 : '';
}

rule 'the Makefile lists every SQL part, by rank',
	check => sub {
		my ($tree) = @_;
		my @listed = sql_parts($tree);
		my %listed = map { $_ => 1 } @listed;
		my @complaints = map { "$_ is not in SQL_PARTS" } grep { !$listed{$_} } sources($tree, 'sql');

		push @complaints, map { "$_ is in SQL_PARTS and does not exist" } grep { !exists $tree->{$_} } @listed;
		push @complaints, map { "$listed[$_] stands after a part of higher rank" }
			grep { (rank_of($listed[$_]) // 0) < (rank_of($listed[ $_ - 1 ]) // 0) } 1 .. $#listed;
		return @complaints;
	},
	offence => {
		'Makefile'       => "SQL_PARTS = \\\n\tsrc/api/a.sql \\\n\tsrc/base/b.sql\n",
		'src/api/a.sql'  => '',
		'src/base/b.sql' => '' };

rule 'an SQL part begins with -- once or -- replace',
	check => sub {
		my ($tree) = @_;
		return grep { !first_word($tree->{$_}) } sources($tree, 'sql');
	},
	offence => { 'src/api/a.sql' => "CREATE TYPE orm.x;\n" };

rule 'what a replace part creates can be replaced',
	check => sub {
		my ($tree) = @_;
		return matches($tree, qr/^\s*CREATE\s+(?!OR\s+REPLACE\b)/i,
			grep { first_word($tree->{$_}) eq 'replace' } sources($tree, 'sql'));
	},
	offence => { 'src/api/a.sql' => "-- replace\nCREATE FUNCTION orm.x() RETURNS int AS '';\n" };

rule 'functions that SQL can call are declared in SQL',
	check => sub {
		my ($tree) = @_;
		my $c = captured($tree, qr/\bPG_FUNCTION_INFO_V1\(\s*(\w+)\s*\)/, sources($tree, 'c'));
		my $sql = captured($tree, qr/'MODULE_PATHNAME'\s*,\s*'(\w+)'/i, sources($tree, 'sql'));

		return (
			(map { "$c->{$_}: $_ is declared in no SQL part" } grep { !$sql->{$_} } sort keys %$c),
			(map { "$sql->{$_}: there is no $_ in C" } grep { !$c->{$_} } sort keys %$sql),
			(map { "$c->{$_}: $_ should be called orm_sql_..." } grep { !/^orm_sql_/ } sort keys %$c));
	},
	offence => { 'src/api/a.c' => "PG_FUNCTION_INFO_V1(orm_sql_x);\n" };

rule 'every SQL function has a comment',
	check => sub {
		my ($tree) = @_;
		my $created = named_after($tree, qr/CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)/i);
		my $commented = named_after($tree, qr/COMMENT\s+ON\s+(?:FUNCTION|PROCEDURE)/i);

		return map { sprintf '%s: %d created, %d commented', $_, $created->{$_}, $commented->{$_} // 0 }
			grep { $created->{$_} != ($commented->{$_} // 0) } sort keys %$created;
	},
	offence => { 'src/api/a.sql' => "-- replace\nCREATE OR REPLACE FUNCTION orm.x() RETURNS int AS '';\n" };

rule 'META.json and orm.control tell one version',
	check => sub {
		my ($tree) = @_;
		my ($version) = $tree->{'orm.control'} =~ /^default_version = '(.*)'/m;
		my $meta = decode_json($tree->{'META.json'});

		return map { "META.json says $_, orm.control says $version" }
			grep { $_ ne $version } $meta->{version}, $meta->{provides}{orm}{version};
	},
	offence => {
		'orm.control' => "default_version = '1'\n",
		'META.json'   => '{"version": "1", "provides": {"orm": {"version": "2"}}}' };

1;
