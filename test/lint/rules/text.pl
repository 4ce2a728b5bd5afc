# text.pl - how sources look: sizes, comments, words.

use strict;
use warnings;
use Lint;

rule 'no function is longer than 120 lines',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for my $path (sources($tree, qw(c h)))
		{
			push @complaints, map { "$path:$_->[0]: $_->[1] lines" } grep { $_->[1] > 120 } body_sizes($tree, $path);
		}
		return @complaints;
	},
	offence => { 'src/base/x.c' => "int\nf(void)\n{\n" . "\tg();\n" x 120 . "}\n" };

rule 'no file is longer than 600 lines',
	check => sub {
		my ($tree) = @_;
		return map { "$_: " . ($tree->{$_} =~ tr/\n//) . ' lines' }
			grep { $tree->{$_} =~ tr/\n// > 600 } sources($tree);
	},
	offence => { 'src/base/x.c' => "\n" x 601 };

rule 'a C file begins with a comment that says what it is for',
	check => sub {
		my ($tree) = @_;
		return grep { my ($name) = m{([^/]*)$}; $tree->{$_} !~ m{\A/\*\n \* \Q$name\E - \S} } sources($tree, qw(c h));
	},
	offence => { 'src/base/x.c' => "#include \"postgres.h\"\n" };

rule 'nothing is left to do',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for my $path (sources($tree))
		{
			my $number = 0;

			for (split /\n/, $tree->{$path})
			{
				$number++;
				push @complaints, "$path:$number: $1" if /\b(TODO|FIXME|XXX|HACK|[Ss]tub(?:bed)?)\b/;
			}
		}
		return @complaints;
	},
	offence => { 'src/base/x.c' => "/* TODO */\n" };

rule 'C has at most 120 columns and is indented with tabs',
	check => sub {
		my ($tree) = @_;
		my @complaints;

		for my $path (sources($tree, qw(c h)))
		{
			my $number = 0;

			for my $line (split /\n/, $tree->{$path})
			{
				my $wide = $line;
				my @faults;

				$number++;
				1 while $wide =~ s/\t/' ' x (4 - length($`) % 4)/e;
				utf8::decode($wide);
				push @faults, length($wide) . ' columns' if length $wide > 120;
				push @faults, 'blanks at its end' if $line =~ /[ \t]$/;
				push @faults, 'indented with blanks' if $line =~ /^\t* {4,}\S/;
				push @complaints, "$path:$number: $_" for @faults;
			}
			push @complaints, "$path: its last line has no end" if $tree->{$path} !~ /\n\z/;
		}
		return @complaints;
	},
	offence => { 'src/base/x.c' => '    int x;' };

1;
