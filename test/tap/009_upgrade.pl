# pg_upgrade: models are carried over as functions; rows of bindings name other
# functions afterwards and are not believed; everything works in the new cluster.
# ORM_TEST_OLD names the installation of an older PostgreSQL to come from, and
# ORM_TEST_OLD_CONFIG the settings by which it finds the extension.

use strict;
use warnings;
use Cwd qw(abs_path getcwd);
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($bindir) = run_command([ 'pg_config', '--bindir' ]);
plan skip_all => 'there is no pg_upgrade' unless -x "$bindir/pg_upgrade";

my $install = $ENV{ORM_TEST_OLD};
my $old;
{
	local $ENV{TEMP_CONFIG} = $install ? $ENV{ORM_TEST_OLD_CONFIG} : $ENV{TEMP_CONFIG};
	$old = start_server(PostgreSQL::Test::Cluster->new('old', $install ? (install_path => $install) : ()), 'carol', 'reader');
}
my $checksums = $old->safe_psql('postgres', 'SHOW data_checksums');
for my $installer ('carol', 'postgres')
{
	my $database = "of_$installer";
	$old->safe_psql('postgres', "CREATE DATABASE $database OWNER carol TEMPLATE template0");
	$old->safe_psql($database, 'CREATE EXTENSION orm', extra_params => [ '-U', $installer ]);
	sample($old, $database, 'carol', 'reader');
}
$old->safe_psql('of_carol', q{DROP TABLE app.casas CASCADE});

my @databases = split /\n/, $old->safe_psql('postgres', q{SELECT datname FROM pg_database WHERE datname LIKE 'of%' ORDER BY 1});
# options of columns that minor releases of one major write, and another major's does not know
if ($install)
{
	$old->safe_psql($_, 'UPDATE pg_attribute SET attoptions = NULL WHERE attoptions IS NOT NULL') for 'postgres', 'template1', @databases;
}
my %dumps = map { $_ => dump($old, $_, 'carol') } @databases;
my %answers = map { $_ => answers($old, $_, 'carol') } @databases;
$old->stop;

my $new = PostgreSQL::Test::Cluster->new('new');
$new->init(extra => [ '--encoding=UTF8', '--locale=C', '--username=postgres', $checksums eq 'off' && $new->pg_version >= 18 ? '--no-data-checksums' : () ]);
$new->append_conf('postgresql.conf', 'fsync = off');
# it writes where it is called
my $here = getcwd;
my @directories = map { abs_path($_->data_dir) } $old, $new;
chdir PostgreSQL::Test::Utils::tempdir;
my ($out, $error) = run_command([ 'pg_upgrade', '--no-sync', '-d', $directories[0], '-D', $directories[1], '-b', $install ? "$install/bin" : $bindir, '-B', $bindir,
	'-s', $new->host, '-p', $old->port, '-P', $new->port ]);
chdir $here;
like($out, qr/Upgrade Complete/, 'pg_upgrade') or do
{
	diag($out, $error);
	# what it could not restore
	diag(map { slurp_file($_) =~ s/.*(?=pg_restore: (?:while|error))//sr } glob("$directories[1]/pg_upgrade_output.d/*/log/pg_upgrade_dump_*.log"));
};
$new->start;

for my $database (@databases)
{
	same(dump($new, $database, 'carol'), $dumps{$database} =~ s/(setval\('app.autores_id_seq', )\d+/$1 . $new->safe_psql($database, 'SELECT last_value FROM app.autores_id_seq')/er, "$database: the dump is the same");
	same(answers($new, $database, 'carol'), $answers{$database}, "$database: all answers the same");
	$new->safe_psql($database, 'SET client_min_messages = warning; ALTER TABLE app.autores RENAME COLUMN nombre TO name; DROP TABLE app.posts CASCADE');
	consistent($new, $database, "$database, changed");
	is($new->safe_psql($database, q{SELECT orm.get('Autor', 1) ->> 'name'}), 'Ana', "$database: changes are followed");
	is($new->safe_psql($database, q{SELECT count(*) FROM orm.models WHERE model = 'Post'}), '0', "$database: drops too");
}

done_testing();
