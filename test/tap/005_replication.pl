# Logical replication of everything, FOR ALL TABLES, to a subscriber that has
# the extension too; and a hot standby that reads.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = server('publisher');
my $subscriber = server('subscriber');

for my $node ($publisher, $subscriber)
{
	$node->safe_psql('postgres', 'CREATE EXTENSION orm');
	$node->safe_psql('postgres', q{
		CREATE TABLE autores (id integer PRIMARY KEY, nombre text);
		CREATE TABLE posts (id integer PRIMARY KEY, autor_id integer REFERENCES autores);
		CREATE TABLE solo (id integer PRIMARY KEY)});
}
$subscriber->safe_psql('postgres', 'DROP TABLE solo');

# Models are functions: logical replication brings no functions, and each side has its own.
$subscriber->safe_psql('postgres', q{SELECT orm.map('autores', 'Autor', orm.has_many('posts', 'Post'))});
$publisher->safe_psql('postgres', q{
	SELECT orm.map('autores', 'Autor', orm.has_many('posts', 'Post'));
	SELECT orm.model('Idea', 'ideas', orm.column('id', 'integer', primary_key => true));
	SELECT orm.create('Autor', '{"id": 1, "nombre": "Ana"}');
	CREATE PUBLICATION everything FOR ALL TABLES});
my $connection = $publisher->connstr . ' dbname=postgres';

# "solo" is not there: it has to be, for a subscription to start
$subscriber->safe_psql('postgres', "CREATE TABLE solo (id integer PRIMARY KEY);
	CREATE SUBSCRIPTION s CONNECTION '$connection' PUBLICATION everything");
$subscriber->wait_for_subscription_sync($publisher, 's') if $subscriber->can('wait_for_subscription_sync');
$subscriber->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate NOT IN ('r', 's')})
	or die 'the subscriber does not come to an end';

is($subscriber->safe_psql('postgres', 'SELECT model, table_name, state FROM orm.models ORDER BY 1'), "Autor|autores|mapped",
	'the first copy brings no models');
consistent($subscriber, 'postgres', 'the first copy');
is($subscriber->safe_psql('postgres', q{SELECT orm.get('Autor', 1)}), '{"id":1,"nombre":"Ana"}', 'documents of the subscriber');
is($subscriber->safe_psql('postgres', q{SELECT * FROM autor_find(1)}), '1|Ana', 'and work');

# A session of the subscriber with the models in its cache.
my $warm = $subscriber->background_psql('postgres');
is($warm->query_safe(q{SELECT orm.get('Autor', 1)}), '{"id":1,"nombre":"Ana"}', 'a session there');

$publisher->safe_psql('postgres', q{
	SELECT orm.map('posts', 'Post', orm.belongs_to('autor', 'Autor'));
	SELECT orm.map('autores', 'Autor', orm.has_many('posts', 'Post'), orm.column('nombre', attribute => 'name'));
	SELECT orm.map('solo', 'Solo');
	SELECT orm.unmap('Idea');
	SELECT orm.create('Post', '{"id": 1, "autor_id": 1}')});
$publisher->wait_for_catchup('s');
is($warm->query_safe('SELECT model FROM orm.models ORDER BY 1'), 'Autor', 'models of the publisher stay there');
is($warm->query_safe('SELECT count(*) FROM orm.binding'), '1', 'and so do its bindings');
is($warm->query_safe(q{SELECT orm.get('Autor', 1)}), '{"id":1,"nombre":"Ana"}', 'the model of the subscriber is its own');
$subscriber->safe_psql('postgres', q{
	SELECT orm.map('posts', 'Post', orm.belongs_to('autor', 'Autor'));
	SELECT orm.map('autores', 'Autor', orm.has_many('posts', 'Post'), orm.column('nombre', attribute => 'name'));
	SELECT orm.map('solo', 'Solo')});
is($warm->query_safe(q{SELECT orm.get('Post', 1)}), '{"id":1,"autor_id":1}', 'rows come in');
consistent($subscriber, 'postgres', 'changes');

# What a trigger queues while changes are applied is written with them.
$subscriber->safe_psql('postgres', q{
	CREATE FUNCTION queues() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM orm.add('Solo', json_build_object('id', NEW.id)); RETURN NULL; END $$;
	CREATE TRIGGER queues AFTER INSERT ON autores FOR EACH ROW EXECUTE FUNCTION queues();
	ALTER TABLE autores ENABLE ALWAYS TRIGGER queues});
$publisher->safe_psql('postgres', q{SELECT orm.add('Autor', '{"id": 50, "name": "Sol"}')});
$publisher->wait_for_catchup('s');
is($subscriber->safe_psql('postgres', 'SELECT id FROM solo'), '50', 'a trigger that queues while changes are applied');
$subscriber->safe_psql('postgres', 'DROP TRIGGER queues ON autores; DELETE FROM solo');

$warm->quit;
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION s');

# A standby reads objects, and writes none.
$publisher->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($publisher, 'backup', has_streaming => 1);
$standby->start;
$publisher->wait_for_catchup($standby);
my $reader = $standby->background_psql('postgres');
is($reader->query_safe(q{SELECT orm.get('Autor', 1)}), '{"id":1,"name":"Ana"}', 'a standby reads');
is($reader->query_safe(q{SELECT nombre FROM autor_filter_by(id => 1)}), 'Ana', 'by functions too');
is($reader->query_safe(q{SELECT orm.all('Autor', '{"where": {"id": {"in": [1]}}, "select": ["name"]}')}), '[{"name":"Ana"}]', 'by query documents');
is($reader->query_safe(q{SELECT orm.each('Autor', '{"where": {"id": 1}}')}), '{"id":1,"name":"Ana"}', 'as a stream');
for my $write (q{SELECT orm.create('Autor', '{"id": 3}')}, q{SELECT autor_create(3)}, q{SELECT orm.update('Autor', 1, '{"name": "x"}')}, q{SELECT orm.delete('Autor', 1)},
	q{SELECT orm.first('Autor', '{"lock": "update"}')}, q{SELECT orm.update_where('Autor', '{"where": {}}', '{"name": "x"}')}, q{SELECT orm.delete_where('Autor', '{"where": {}}')},
	q{SELECT orm.model('M', 'm', orm.column('id', 'integer'))}, q{SELECT orm.create_all()}, q{SELECT orm.drop_all()}, q{SELECT orm.unmap('Autor')}, q{SELECT orm.sync('Autor')},
	q{SELECT orm.add('Autor', '{"id": 3}')}, q{SELECT orm.merge('Autor', '{"id": 1}')}, q{SELECT orm.remove('Autor', 1)})
{
	my (undef, undef, $error) = $standby->psql('postgres', "\\set VERBOSITY verbose\n$write");
	like($error, qr/ERROR:  (25006|55000): /, "a standby refuses: $write");
}
$publisher->safe_psql('postgres', q{DROP TABLE posts CASCADE; ALTER TABLE autores RENAME COLUMN nombre TO otro});
$publisher->wait_for_catchup($standby);
is($reader->query_safe(q{SELECT orm.get('Autor', 1)}), '{"id":1,"name":"Ana"}', 'a renamed column under its cache');
is($reader->query_safe(q{SELECT otro FROM autor_find(1)}), 'Ana', 'and its functions');
$publisher->safe_psql('postgres', q{SELECT orm.unmap('Autor')});
$publisher->wait_for_catchup($standby);
is($reader->query_safe(q{SELECT count(*) FROM orm.models}), '1', 'a model that is gone');
$reader->quit;

# A promoted one writes.
$standby->promote;
is($standby->safe_psql('postgres', q{SELECT orm.create('Solo', '{"id": 1}')}), '{"id":1}', 'a promoted standby writes');
is($standby->safe_psql('postgres', q{SELECT orm.add('Solo', '{"id": 2}'); SELECT count(*) FROM solo}), "\n2", 'at COMMIT too');
consistent($standby, 'postgres', 'promoted');

done_testing();
