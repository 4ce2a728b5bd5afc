# files.pl - one C file, one header, one prefix; no name for two things.

use strict;
use warnings;
use Lint;

# The table of contents of a recursive descent: its functions are those of several files.
my $CONTENTS = 'src/query/compile.h';

# A document and the JSON values in it are one thing with two nouns: its header has both.
my $DOCUMENT = 'src/base/document.h';

# Names of the functions that a header declares.
sub declared
{
	my ($tree, $path) = @_;

	return code($tree, $path) =~ /^extern\s[^;(]*?\b(\w+)\s*\(/mg;
}

# Names of the functions, other than static ones, that a C file defines: name at
# the start of a line, its return type on the line before.
sub defined_in
{
	my ($tree, $path) = @_;
	my %names;
	my $code = code($tree, $path);

	while ($code =~ /^([^\n]*)\n(\w+)\([^;{}]*\)\n\{/mg)
	{
		$names{$2} = 1 unless $1 =~ /\bstatic\b/;
	}
	return %names;
}

# "store" of "src/store/store.c".
sub name_of { return $_[0] =~ m{([^/]*)\.\w+$} ? $1 : '' }

rule 'a C file has a header of its name',
	check => sub {
		my ($tree) = @_;
		my %contents = map { $_ => 1 } declared($tree, $CONTENTS =~ s/^//r) if $tree->{$CONTENTS};
		my @complaints;

		for my $path (grep { m{/.*/} } sources($tree, 'c'))
		{
			my %functions = defined_in($tree, $path);

			next if $tree->{ $path =~ s/c$/h/r };
			next if $path =~ m{^src/api/} && !grep { !/^orm_sql_/ } keys %functions;
			next if $path =~ m{^src/query/} && !grep { !$contents{$_} } keys %functions;
			push @complaints, $path;
		}
		return @complaints;
	},
	offence => { 'src/base/x.c' => "int\norm_x_get(void)\n{\n}\n" };

rule 'the functions of a header are defined in the C file of its name',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for my $path (grep { $_ ne $CONTENTS } sources($tree, 'h'))
		{
			my $source = $path =~ s/h$/c/r;
			my %functions = $tree->{$source} ? defined_in($tree, $source) : ();

			push @complaints, map { "$path: $_" } grep { !$functions{$_} } declared($tree, $path);
		}
		return @complaints;
	},
	offence => {
		'src/base/x.h' => "extern int orm_x_get(void);\n",
		'src/base/x.c' => "static int\norm_x_get(void)\n{\n}\n" };

# "orm_key_read" and "orm_key_write" have the prefix "key"; "orm_plan" alone has "plan".
rule 'the functions of a header begin with one prefix, which no other header has',
	check => sub {
		my ($tree) = @_;
		my (%header, @complaints);

		for my $path (grep { $_ ne $CONTENTS } sources($tree, 'h'))
		{
			my @functions = grep { $path ne $DOCUMENT || !/^orm_json_/ } declared($tree, $path) or next;
			my $name = name_of($path);
			my ($prefix) = grep { my $p = $_; !grep { !/^orm_${p}(?:_|$)/ } @functions }
				$name, $name =~ s/s$//r, $functions[0] =~ /^orm_([a-z]+)/ ? $1 : ();

			if (!defined $prefix)
			{
				my %words = map { /^(orm_[a-z]+|\w+)/ ? ($1 => 1) : () } @functions;
				push @complaints, "$path: " . join ', ', sort keys %words;
				next;
			}
			push @complaints, "$path: orm_${prefix}_ is the prefix of $header{$prefix}" if $header{$prefix};
			$header{$prefix} //= $path;
		}
		return @complaints;
	},
	offence => { 'src/base/x.h' => "extern int orm_x_get(void);\nextern int orm_y_get(void);\n" };

rule 'the guard of a header is its path',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for my $path (sources($tree, 'h'))
		{
			my $guard = 'ORM_' . uc($path =~ m{^src/(.*)\.h$} ? $1 : $path) . '_H';
			$guard =~ tr{/}{_};
			push @complaints, "$path: its guard should be $guard" unless code($tree, $path) =~ /^#ifndef $guard$/m;
		}
		return @complaints;
	},
	offence => { 'src/base/other.h' => "#ifndef ORM_BASE_NAMES_H\n#endif\n" };

rule 'postgres.h is included by C files alone, first',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for my $path (sources($tree, qw(c h)))
		{
			my @included = code($tree, $path) =~ /^\s*#\s*include\s*["<](.*)[">]/mg;
			my @wrong = $path =~ /c$/ ? ($included[0] // '') ne 'postgres.h' : grep { $_ eq 'postgres.h' } @included;

			push @complaints, $path if $path =~ /c$/ ? $wrong[0] : @wrong;
		}
		return @complaints;
	},
	offence => { 'src/base/x.h' => "#include \"postgres.h\"\n" };

rule 'no type name is defined twice',
	check => sub {
		my ($tree) = @_;
		my (%place, @complaints);

		for my $path (sources($tree, qw(c h)))
		{
			my $code = code($tree, $path);

			while ($code =~ /^(?:typedef\s+)?(?:struct|enum|union)\s+(\w+)\s*\{|^typedef[^;{]*\(\s*\*\s*(\w+)\s*\)\s*\(|^typedef\s+(?!struct|enum|union)[^;{()]*?(\w+);/mg)
			{
				my $name = $1 // $2 // $3;
				my $here = "$path:" . (1 + (substr($code, 0, $-[0]) =~ tr/\n//));

				push @complaints, "$here: $name is defined in $place{$name} too" if $place{$name};
				$place{$name} //= $here;
			}
		}
		return @complaints;
	},
	offence => { 'src/base/x.h' => "typedef struct OrmX\n{\n} OrmX;\n", 'src/base/y.c' => "typedef struct OrmX\n{\n} OrmX;\n" };

# A file of the results of a test: the test's name; results that differ by the server have a number.
sub test_of
{
	my ($path) = @_;

	return "$1sql/$2.sql" if $path =~ m{^()expected/(\w+?)(?:_\d)?\.out$};
	return "$1specs/$2.spec" if $path =~ m{^(test/isolation/)expected/(\w+?)(?:_\d)?\.out$};
	return;
}

rule 'expected results belong to a test',
	check => sub {
		my ($tree) = @_;

		return map { "$_: there is no " . test_of($_) }
			grep { my $test = test_of($_); defined $test && !exists $tree->{$test} } sort keys %$tree;
	},
	offence => { 'expected/gone.out' => "SELECT 1;\n" };

1;
