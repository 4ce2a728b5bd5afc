# Lint.pm - how a rule is written, and what rules ask of a tree.
#
#   rule 'name',
#       check   => sub { my ($tree) = @_; ... return @complaints },
#       offence => { 'src/base/x.c' => "text that breaks it\n", ... };
#
# A tree is a hash, path => text, so a rule is a function of texts alone.  Each
# rule brings an offence, a small tree it must complain about: a rule that
# would let everything pass fails by itself.

package Lint;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT = qw(rule %RANK rank_of sources code matches body_sizes sql_parts);

our @rules;

# The one table of ranks.  A folder of src/ includes only from lower ones.
our %RANK = (
	base     => 0,
	registry => 1,
	model    => 2,
	query    => 3,
	ddl      => 3,
	exec     => 4,
	store    => 5,
	differ   => 5,
	remove   => 6,
	graph    => 7,
	session  => 8,
	accessor => 9,
	tool     => 9,
	define   => 10,
	api      => 11);

sub rule
{
	my ($name, %rule) = @_;

	push @rules, { name => $name, %rule };
}

# The rank of a file: of its folder, or above all for src/orm.c; undef if the folder is unknown.
sub rank_of
{
	my ($path) = @_;

	return $path =~ m{^src/(\w+)/} ? $RANK{$1} : 99;
}

# Paths in src/ with one of these endings ("c h sql" unless told).
sub sources
{
	my ($tree, @endings) = @_;
	my $endings = join '|', @endings ? @endings : qw(c h sql);

	return grep { m{^src/.*\.(?:$endings)$} } sort keys %$tree;
}

# A text without its comments; lines keep their numbers.
sub code
{
	my ($tree, $path) = @_;
	my $text = $tree->{$path};
	my $string = qr/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/;

	if ($path =~ /\.sql$/)
	{
		$text =~ s/--.*//g;
		return $text;
	}
	$text =~ s{($string)|(/\*.*?\*/|//[^\n]*)}{ $1 // $2 =~ tr/\n//cdr }gse;
	return $text;
}

# "path:line: what the line says" for every line of code, in the given files, that a pattern matches.
sub matches
{
	my ($tree, $pattern, @paths) = @_;
	my @found;

	for my $path (@paths)
	{
		my $number = 0;

		for my $line (split /\n/, code($tree, $path))
		{
			$number++;
			push @found, "$path:$number: " . $line =~ s/^\s+|\s+$//gr if $line =~ $pattern;
		}
	}
	return @found;
}

# [line, lines] of each function body in a C file: from a brace to a brace in the first column.
sub body_sizes
{
	my ($tree, $path) = @_;
	my ($number, $start) = (0, undef);
	my @sizes;

	for my $line (split /\n/, $tree->{$path})
	{
		$number++;
		$start = $number if $line eq '{';
		push @sizes, [ $start, $number - $start + 1 ] if $line eq '}' && defined $start;
		undef $start if $line =~ /^\}/;
	}
	return @sizes;
}

# The parts of the script, as the Makefile lists them.
sub sql_parts
{
	my ($tree) = @_;
	my ($list) = ($tree->{Makefile} // '') =~ /^SQL_PARTS\s*=((?:.*\\\n)*.*)$/m;

	return grep { /\.sql$/ } split /[\s\\]+/, $list // '';
}

1;
