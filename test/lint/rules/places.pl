# places.pl - what may be done in one place only.

use strict;
use warnings;
use Lint;

# what | pattern | the files or folders where it may stand
my @only = (
	[ 'PG_VERSION_NUM',         qr/\bPG_VERSION_NUM\b/,                        'src/base/compat.h' ],
	[ 'quoting of identifiers', qr/\bquote_(?:qualified_)?identifier\b/,       'src/base/sql.c' ],
	[ 'writing tables from C',  qr/\bCatalogTuple(?:Insert|Update|Delete)\w*/, 'src/registry/' ],
	[ 'SPI',                    qr/\bSPI_\w+|"executor\/spi\.h"/,              'src/exec/' ],
	[ 'changing the user',      qr/\bSetUserIdAndSecContext\b/,                'src/define/', 'src/session/' ],
	[ 'elog(ERROR)',            qr/\belog\s*\(\s*ERROR\b/ ],
	[ 'SECURITY DEFINER',       qr/\bSECURITY\s+DEFINER\b/i ]);

for (@only)
{
	my ($what, $pattern, @places) = @$_;
	my $allowed = join '|', map { quotemeta } @places;

	rule "$what: " . (@places ? "only in @places" : 'nowhere'),
		check => sub {
			my ($tree) = @_;
			return matches($tree, $pattern, grep { !@places || !/^(?:$allowed)/ } sources($tree));
		},
		offence => {
			'src/api/a.c' => "x = PG_VERSION_NUM; SPI_connect(); quote_identifier(x); elog(ERROR, \"a\");\n"
				. "SetUserIdAndSecContext(a, b); CatalogTupleInsert(r, t); s = \"SECURITY DEFINER\";\n" };
}

# What a record gives is assigned by its setters.
my $record = qr/\b(?:\w*record\w*|from|to|own)(?:\[[^][]*\])?(?:->|\.)/;
my $member = qr/(?:values|isnull|given)\b(?:\[[^][]*(?:\[[^][]*\])?[^][]*\])?/;

rule 'values of records are assigned by src/store/record.* alone',
	check => sub {
		my ($tree) = @_;
		return matches($tree, qr/$record$member\s*=[^=]|&$record(?:values|isnull|given)\[|memset\s*\(\s*$record$member/,
			grep { !m{^src/store/record\.} && m{^src/(?:store|remove|graph|session|accessor|api)/} } sources($tree, qw(c h)));
	},
	offence => { 'src/graph/a.c' => "record->given[i] = true;\nf(&object->record->isnull[i]);\nto->values[key->attributes[i]] = a;\n" };

# A backend has ten slots for relcache callbacks, and an eleventh is fatal.
rule 'one relcache callback',
	check => sub {
		my ($tree) = @_;
		my @calls = matches($tree, qr/\bCacheRegisterRelcacheCallback\b/, sources($tree, 'c'));
		return @calls > 1 ? @calls : ();
	},
	offence => { 'src/model/cache.c' => "CacheRegisterRelcacheCallback(f, 0);\n" x 2 };

1;
