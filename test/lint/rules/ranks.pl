# ranks.pl - who includes whom.

use strict;
use warnings;
use Lint;

# [path, line, file included] for every include of one of our own headers.
sub own_includes
{
	my ($tree) = @_;
	my @includes;

	for my $path (sources($tree, qw(c h)))
	{
		for (matches($tree, qr/^\s*#\s*include/, $path))
		{
			my ($line, $included) = /:(\d+):.*["<](.*)[">]/ or next;
			push @includes, [ $path, $line, $included ] if exists $tree->{"src/$included"};
		}
	}
	return @includes;
}

rule 'every folder of src has a rank',
	check => sub {
		my ($tree) = @_;
		return map { "$_: its folder is not in the table of test/lint/Lint.pm" }
			grep { !defined rank_of($_) } sources($tree);
	},
	offence => { 'src/elsewhere/x.c' => '' };

rule 'a folder includes only lower ranks',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for (own_includes($tree))
		{
			my ($path, $line, $included) = @$_;
			my ($from, $to) = map { m{^(?:src/)?(\w+)/} ? $1 : '' } $path, $included;

			next if $from eq $to;
			push @complaints, "$path:$line: \"$included\" is not of a lower rank"
				unless (rank_of("src/$included") // 99) < (rank_of($path) // -1);
		}
		return @complaints;
	},
	offence => {
		'src/query/query.h' => '',
		'src/ddl/ddl.c'     => qq{#include "query/query.h"\n} };

rule 'includes are written from src',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for my $path (sources($tree, qw(c h)))
		{
			my $folder = $path =~ s{[^/]*$}{}r;

			push @complaints, grep {
				my ($open, $included) = /(["<])(.*)[">]/;
				$included =~ m{^\.} || $included !~ m{/} && exists $tree->{"$folder$included"}
					|| $open eq '<' && exists $tree->{"src/$included"}
			} matches($tree, qr/^\s*#\s*include\s*["<]/, $path);
		}
		return @complaints;
	},
	offence => {
		'src/base/sql.h' => '',
		'src/base/sql.c' => qq{#include "sql.h"\n} };

1;
