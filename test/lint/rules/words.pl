# words.pl - the English of comments, messages and manual.

use strict;
use warnings;
use Lint;

# What is written otherwise: pattern, instead.
my @refused = (
	[ qr/\bcannot stand\b/i,                       '"is not allowed here"' ],
	[ qr/(?:"|%s|\\") is no [a-z]/,                '"unrecognized ..." or "invalid ..."' ],
	[ qr/\bthose that\b/i,                         'a noun' ],
	[ qr/\bwho may what\b/i,                       '"privileges"' ],
	[ qr/\bwhat (?:leaves|is to leave)\b/i,        'a noun: "removed rows"' ],
	[ qr/\bhas? the word\b|\bhave the word\b/i,    'what is meant' ],
	[ qr/\bunknown (?:key|option|element|verb)\b/, '"unrecognized"' ],
	[ qr/\ball the time\b/i,                       '"concurrent changes"' ]);

# Texts that people read: path, line number and line of comments, messages and manual.
sub each_line
{
	my ($tree, $visit, @paths) = @_;

	for my $path (@paths)
	{
		my $number = 0;

		$visit->($path, ++$number, $_) for split /\n/, $tree->{$path};
	}
}

sub prose
{
	my ($tree) = @_;
	return sort grep { /\.(?:c|h|sql|md)$/ } keys %$tree;
}

for (@refused)
{
	my ($pattern, $instead) = @$_;

	rule "not written: $pattern" =~ s/\(\?\^\w*:|\)$//gr . " (but $instead)",
		check => sub {
			my ($tree) = @_;
			my @complaints;

			each_line($tree, sub { my ($path, $number, $line) = @_;
				push @complaints, "$path:$number: " . $line =~ s/^\s+//r if $line =~ $pattern }, prose($tree));
			return @complaints;
		},
		offence => { 'src/base/x.c' => "/* Those that leave: what leaves, who may what. It cannot stand. */\n"
				. "errmsg(\"\\\"%s\\\" is no lock\"); /* unknown key; have the word, all the time */\n" };
}

rule 'no text refers to one that its reader does not have',
	check => sub {
		my ($tree) = @_;
		my @complaints;
		my $elsewhere = qr/\b(?:DESIGN|INTERNALS|PAIRS|FACTS)\b|\b(?:MODELS|CHANGES|TOOLS)\.md\b|\b[Ss]ection \d|\bissues? #?\d|(?<![\w&])#\d+\b/;

		each_line($tree, sub { my ($path, $number, $line) = @_;
			push @complaints, "$path:$number: " . $line =~ s/^\s+//r if $line =~ $elsewhere }, prose($tree));
		return @complaints;
	},
	offence => { 'src/base/x.c' => "/* see DESIGN.md, section 7 */\n" };

1;
