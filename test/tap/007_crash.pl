# The server crashes while objects are written and while models are made: what
# was committed is there, the rest is not, and all goes on.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main');
$node->append_conf('postgresql.conf', "fsync = on\nrestart_after_crash = on");
$node->restart;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION orm;
SELECT orm.model('Autor', 'autores', orm.column('id', 'integer', primary_key => true), orm.column('nombre', 'text', is_unique => true), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'bigint', primary_key => true), orm.belongs_to('autor', 'Autor'));
SELECT orm.create_all();
SELECT orm.create('Autor', '{"nombre": "Ana"}');
CHECKPOINT;
SELECT orm.create('Autor', '{"nombre": "Luz"}');
END

# What must hold whenever the server is up again.
sub sound
{
	my ($what, $authors) = @_;
	consistent($node, 'postgres', $what);
	is($node->safe_psql('postgres', q{SELECT string_agg(nombre, ',' ORDER BY id) FROM autor_all()}), $authors, "$what: what was committed is there");
	is($node->safe_psql('postgres', q{SELECT count(*) FROM posts p LEFT JOIN autores a ON a.id = p.autor_id WHERE a.id IS NULL}), '0', "$what: nothing half");
	is($node->safe_psql('postgres', q{SELECT orm.get('Autor', 1)}), '{"id":1,"nombre":"Ana"}', "$what: documents");
	is($node->safe_psql('postgres', q{BEGIN; SELECT count(*) FROM autor_create('x'), LATERAL post_create(autor_id => 1); SELECT orm.create('Post', '[{"autor_id": 1}, {"autor_id": 2}]', '{"return": false}'); ROLLBACK}), "1\n",
		"$what: keys are numbered on");
	is($node->safe_psql('postgres', 'SELECT * FROM orm.create_all()'), '', "$what: nothing is to be made");
	return;
}

# A session that is in the midst of something when the server goes.
sub in_the_midst
{
	my ($what, $sql, $crash) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');

	$session->query_until(qr/started/, "\\echo started\nBEGIN;\n$sql\nSELECT pg_sleep(100);\n");
	$node->poll_query_until('postgres', "SELECT query LIKE '%pg_sleep%' OR query LIKE '%generate_series%' AND now() - query_start > '0.5 s' FROM pg_stat_activity WHERE pid = $pid")
		or die "$what: the session does not begin";
	$crash->($pid);
	eval { $session->{run}->finish };
	return;
}

my $large = q{SELECT orm.create('Post', (SELECT json_agg(json_build_object('autor_id', 1 + g % 2)) FROM generate_series(1, 400000) g), '{"return": false}');};
my $immediate = sub { $node->stop('immediate'); $node->start };
my $kill = sub { kill_backend($node, $_[0]) };

sound('before', 'Ana,Luz');
in_the_midst('a large create', $large, $immediate);
sound('an immediate stop in a large create', 'Ana,Luz');
is($node->safe_psql('postgres', 'SELECT count(*) FROM posts'), '0', 'of the large create nothing is left');
in_the_midst('a large create', "SELECT orm.create('Autor', '{\"nombre\": \"Eva\"}');\n$large", $kill);
sound('a killed backend', 'Ana,Luz');
is($node->safe_psql('postgres', 'SELECT count(*) FROM posts'), '0', 'nor of the second');

# Models in the making
my $define = q{SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true), orm.belongs_to('post', 'Post')); SELECT count(*) FROM orm.create_all(); SELECT tag_create(); SELECT count(*) FROM orm.unmap('Post');};
in_the_midst('create_all', $define, $immediate);
sound('an immediate stop after an uncommitted create_all', 'Ana,Luz');
is($node->safe_psql('postgres', 'SELECT string_agg(model, \',\' ORDER BY model) FROM orm.models'), 'Autor,Post', 'only the old models are there');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relname LIKE 'tags%'}), '0', 'no table');
in_the_midst('drop_all', 'SELECT count(*) FROM orm.drop_all();', $immediate);
sound('an immediate stop after an uncommitted drop_all', 'Ana,Luz');
$node->safe_psql('postgres', 'ALTER TABLE posts RENAME TO entradas; ALTER TABLE entradas RENAME COLUMN autor_id TO autor; ALTER TABLE entradas RENAME TO posts; ALTER TABLE posts RENAME COLUMN autor TO autor_id;'
	. q{SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true)); SELECT orm.create_all(); DROP TABLE tags CASCADE});
$immediate->();
sound('an immediate stop after committed changes', 'Ana,Luz');

# Two-phase commit
$node->safe_psql('postgres', q{BEGIN; SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true)); SELECT orm.create_all(); SELECT tag_create(); SELECT orm.create('Autor', '{"nombre": "Eva"}'); PREPARE TRANSACTION 't'});
$node->safe_psql('postgres', q{SELECT orm.get('Autor', 1)});
$immediate->();
is($node->safe_psql('postgres', q{SELECT count(*) FROM orm.models}), '2', 'a prepared transaction is not committed');
$node->safe_psql('postgres', q{COMMIT PREPARED 't'});
sound('a prepared transaction, committed after a crash', 'Ana,Luz,Eva');
is($node->safe_psql('postgres', q{SELECT * FROM tag_all()}), '1', 'its models work');
$node->safe_psql('postgres', q{BEGIN; SELECT count(*) FROM orm.drop_all(); PREPARE TRANSACTION 't'});
$immediate->();
$node->safe_psql('postgres', q{ROLLBACK PREPARED 't'});
sound('a prepared transaction, rolled back after a crash', 'Ana,Luz,Eva');

done_testing();
