# docs.pl - what the manual says, compared with the sources and with itself.

use strict;
use warnings;
use Lint;

# Macros of the server whose name is not that of their condition.
my %CONDITION = (
	undefined_cursor => 'invalid_cursor_name',
	undefined_schema => 'invalid_schema_name');

# The condition name of an ERRCODE_ macro; some carry the initials of their class in front.
sub condition_of
{
	my ($macro) = @_;
	my $name = lc $macro =~ s/^ERRCODE_(?:E_R_I?_?E_|L_E_|S_E_|S_R_E_|T_R_)?//r;

	return $CONDITION{$name} // $name;
}

# Conditions that the C sources raise, and those that they mention at all: condition => place.
sub conditions
{
	my ($tree) = @_;
	my (%raised, %mentioned);

	for (matches($tree, qr/\bERRCODE_/, sources($tree, qw(c h))))
	{
		my ($place, $line) = /^([^:]+:\d+): (.*)/;

		while ($line =~ /(==|!=|)\s*\b(ERRCODE_(?!TO_CATEGORY)\w+)/g)
		{
			my ($compared, $condition) = ($1, condition_of($2));

			$mentioned{$condition} //= $place;
			$raised{$condition} //= $place unless $compared;
		}
	}
	return \%raised, \%mentioned;
}

rule 'docs/errors.md lists the conditions that the C sources raise',
	check => sub {
		my ($tree) = @_;
		my ($raised, $mentioned) = conditions($tree);
		my $page = $tree->{'docs/errors.md'} // '';
		my (%listed, @complaints);
		my $last = '';

		while ($page =~ /^\| ([0-9A-Z]{5}) \| `(\w+)` \|/mg)
		{
			push @complaints, "docs/errors.md: $1 is not in its order" if $1 le $last;
			$last = $1;
			$listed{$2} = $1;
		}
		push @complaints, map { "$raised->{$_}: $_ is not in docs/errors.md" }
			grep { !$listed{$_} } sort keys %$raised;
		push @complaints, map { "docs/errors.md: no C source mentions $_" }
			grep { !$mentioned->{$_} } sort keys %listed;
		return @complaints;
	},
	offence => {
		'docs/errors.md' => "| 22023 | `invalid_parameter_value` | sometimes |\n",
		'src/base/x.c'   => "ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE));\n"
			. "return code == ERRCODE_INVALID_PARAMETER_VALUE;\n" };

# The fenced blocks of a document, in their order.
sub blocks
{
	my ($text) = @_;

	return $text =~ /^(```\w*\n.*?^```)$/msg;
}

rule 'tutorials in other languages run the same statements',
	check => sub {
		my ($tree) = @_;
		my @original = blocks($tree->{'docs/tutorial.md'} // '');
		my @complaints;

		for my $path (grep { m{^docs/tutorial\.\w+\.md$} } sort keys %$tree)
		{
			my @blocks = blocks($tree->{$path});
			my ($first) = grep { ($blocks[$_] // '') ne ($original[$_] // '') } 0 .. ($#blocks > $#original ? $#blocks : $#original);

			push @complaints, "$path: block " . ($first + 1) . ' differs from that of docs/tutorial.md:'
				. "\n        " . (split /\n/, $blocks[$first] // "\nnothing")[1]
				if defined $first;
		}
		return @complaints;
	},
	offence => {
		'docs/tutorial.md'    => "```sql\nSELECT 1;\n```\n",
		'docs/tutorial.es.md' => "```sql\nSELECT 2;\n```\n" };

# Pages whose statements a regression test runs, each in the page's order.
my %RUN_BY = ('docs/version-control.md' => 'sql/version_control.sql');

rule 'a test runs the statements of a page',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for my $page (grep { exists $tree->{$_} } sort keys %RUN_BY)
		{
			my %run = map { $_ => 1 } split /\n/, $tree->{ $RUN_BY{$page} } // '';

			for my $block (grep { /^```sql\n/ } blocks($tree->{$page}))
			{
				push @complaints, map { "$page: not in $RUN_BY{$page}: $_" }
					grep { !/^```/ && /\S/ && !$run{$_} } split /\n/, $block;
			}
		}
		return @complaints;
	},
	offence => {
		'docs/version-control.md' => "```sql\nSELECT 1;\n```\n",
		'sql/version_control.sql' => "SELECT 2;\n" };

1;
