# A backend that lives long: its memory does not grow over 100,000 calls of every
# kind, while models are changed under it, and errors and savepoints go by.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main');

$node->safe_psql('postgres', <<'END');
CREATE EXTENSION orm;
SELECT orm.model('Autor', 'autores', orm.column('id', 'integer', primary_key => true), orm.column('nombre', 'text', is_unique => true), orm.column('edad', 'integer'),
    orm.column('datos', 'jsonb'), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'bigint', primary_key => true), orm.column('titulo', 'varchar(50)'), orm.belongs_to('autor', 'Autor'), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags', orm.column('nombre', 'text', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT orm.model('Par', 'pares', orm.column('a', 'integer'), orm.column('b', 'date'), orm.column('v', 'numeric'), orm.primary_key('a', 'b'));
SELECT orm.create_all();
CREATE TABLE otros (id integer PRIMARY KEY, t text);
SELECT orm.create('Tag', '[{"nombre": "x"}, {"nombre": "y"}]');

-- One round: 40 calls, each way of the extension; what it writes it takes away.
CREATE PROCEDURE calls(n integer) LANGUAGE plpgsql AS $$
DECLARE
    k integer;
    name text;
    r record;
BEGIN
    FOR i IN 1 .. n LOOP
        name := 'n' || i;
        k := orm.create('Autor', json_build_object('nombre', name, 'edad', i, 'datos', json_build_object('a', i))) ->> 'id';
        PERFORM orm.get('Autor', k), orm.get('Autor', k::text), orm.get('Autor', json_build_object('id', k));
        PERFORM orm.update('Autor', k, json_build_object('edad', i + 1)), orm.update('Autor', k::text, '{"datos": {"b": [1, 2, 3]}}');
        PERFORM orm.save('Autor', json_build_object('id', k, 'edad', 5)), orm.upsert('Autor', json_build_object('nombre', name, 'edad', 6), '{nombre}');
        PERFORM orm.create('Autor', json_build_object('nombre', name), '{"on_conflict": "ignore"}');
        PERFORM orm.create('Post', (SELECT json_agg(json_build_object('titulo', g::text, 'autor_id', k)) FROM generate_series(1, 10) g));
        PERFORM orm.create('Par', json_build_object('a', i, 'b', '2026-01-01', 'v', i)), orm.get('Par', format('(%s,2026-01-01)', i)), orm.get('Par', ROW(i, '2026-01-01'::date));
        SELECT * INTO r FROM autor_create(name || 'x', 3);
        SELECT * INTO r FROM autor_find(k);
        SELECT * INTO r FROM autor_filter_by(nombre => name) f;
        SELECT * INTO r FROM autor_filter_by(edad => NULL) f;
        SELECT * INTO r FROM autor_find_by(edad => 6);
        SELECT * INTO r FROM autor_update(k, edad => NULL);
        SELECT count(*) AS n INTO r FROM autor_find(k) a, posts(a) p, autor(p) b;
        SELECT autor_save(a) AS s INTO r FROM autores a WHERE id = k;
        SELECT count(*) AS n INTO r FROM autor_all();
        FOR j IN 1 .. 8 LOOP
            PERFORM orm.get('Tag', 'x'), tag_find('y');
        END LOOP;
        BEGIN
            PERFORM orm.create('Autor', '{"nada": 1}');
        EXCEPTION WHEN undefined_column THEN
            NULL;
        END;
        BEGIN
            PERFORM orm.create('Autor', json_build_object('nombre', name));
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
        BEGIN
            PERFORM orm.get('Nada', 1);
        EXCEPTION WHEN undefined_object THEN
            NULL;
        END;
        BEGIN
            PERFORM autor_create(nombre => name);
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
        DELETE FROM posts;
        PERFORM orm.delete('Par', format('(%s,2026-01-01)', i)), autor_delete(k);
        DELETE FROM autores;
        -- the model changes under the caches
        IF i % 20 = 0 THEN
            EXECUTE format('ALTER TABLE autores ALTER COLUMN edad SET DEFAULT %s', i);
        END IF;
        IF i % 50 = 0 THEN
            ALTER TABLE autores RENAME COLUMN edad TO age;
            PERFORM orm.get('Autor', 1);
            ALTER TABLE autores RENAME COLUMN age TO edad;
            PERFORM orm.map('otros', 'Otro');
            PERFORM orm.create('Otro', '{"id": 1}'), orm.describe('Otro');
            PERFORM orm.unmap('Otro'), orm.sync('Autor');
            PERFORM count(*) FROM orm.attributes;
            PERFORM count(*) FROM orm.relationships;
            DELETE FROM otros;
        END IF;
        COMMIT;
    END LOOP;
END $$;
END

my $session = $node->background_psql('postgres');
my $pid = $session->query_safe('SELECT pg_backend_pid()');

# What the backend has now: the memory of its contexts, of ours among them, and what the kernel says.
sub memory
{
	$session->query_safe('SELECT 1');
	my %now = split /[|\n]/, $session->query_safe(q{
		SELECT 'all', sum(total_bytes) FROM pg_backend_memory_contexts
		 UNION ALL SELECT 'contexts', count(*) FROM pg_backend_memory_contexts
		 UNION ALL SELECT 'ours', sum(total_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'orm%'
		 UNION ALL SELECT 'models', count(*) FROM pg_backend_memory_contexts WHERE name = 'orm model'});
	my ($status) = -r "/proc/$pid/status" ? slurp_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m : ();
	$now{anonymous} = ($status // 0) * 1024;
	return %now;
}

# Plans of models as they were stay until the plan cache is full: it is small here, and full after the first calls.
$session->query_safe('SET orm.plan_cache_size = 60');
$session->query_safe('CALL calls(300)');
my %before = memory();
$session->query_safe('CALL calls(1300)') for 1 .. 2;
my %after = memory();

note(join ', ', map { "$_: $before{$_} -> $after{$_}" } sort keys %before);
cmp_ok($after{contexts}, '<=', $before{contexts} + 5, 'there are no more memory contexts');
cmp_ok($after{models}, '<=', 5, 'no model is kept twice');
cmp_ok($after{ours}, '<=', $before{ours} * 1.05, 'those of the extension are not larger');
cmp_ok($after{all}, '<=', $before{all} + 300_000, 'nor are all together');
cmp_ok($after{anonymous}, '<=', $before{anonymous} + 2_000_000, 'nor is the process');
is($session->query_safe('SELECT count(*) FROM pg_cursors'), '0', 'no cursor is open');
$session->quit;

# One transaction with many calls: what it needs does not grow either.  (Of rows that are changed again in the
# transaction that made them, the server itself keeps a note to its end: there are none here.)
$session = $node->background_psql('postgres');
$pid = $session->query_safe('SELECT pg_backend_pid()');
my $block = q{DO $$
DECLARE
    k integer;
BEGIN
    FOR i IN 1 .. 4000 LOOP
        k := orm.create('Autor', json_build_object('nombre', i::text || clock_timestamp())) ->> 'id';
        PERFORM orm.get('Autor', k), orm.update('Autor', k, '{}'), orm.get('Tag', 'x');
        PERFORM FROM autor_filter_by(id => k);
        PERFORM FROM autor_create('otro' || i || clock_timestamp());
        PERFORM orm.delete('Tag', 'z');
    END LOOP;
END $$};
$session->query_safe('BEGIN');
$session->query_safe($block);
%before = memory();
$session->query_safe($block);
%after = memory();
note(join ', ', map { "$_: $before{$_} -> $after{$_}" } sort keys %before);
cmp_ok($after{ours}, '<=', $before{ours} * 1.05, 'one transaction: contexts of the extension are not larger');
cmp_ok($after{contexts}, '<=', $before{contexts} + 5, 'one transaction: there are no more memory contexts');
cmp_ok($after{all}, '<=', $before{all} + 300_000, 'one transaction: nor are all together');
$session->query_safe('COMMIT');
$session->quit;

# What a graph takes grows with the number of its objects, and no faster: the most that a process of its own has had,
# document and result included.
SKIP:
{
	skip 'there is no /proc', 2 if !-w "/proc/$$/clear_refs";
	my %peak;

	$node->append_conf('postgresql.conf', 'shared_buffers = 4MB');
	$node->restart;
	$node->safe_psql('postgres', <<'END');
CREATE TABLE graphs (n integer, document text);
INSERT INTO graphs SELECT n, json_build_array(json_build_object('nombre', 'grafo ' || n, 'posts', (SELECT json_agg(json_build_object('titulo', 'un post')) FROM generate_series(1, n - 1))))
	FROM unnest('{2,1000,10000,100000}'::integer[]) n;
END
	for my $n (1000, 10_000, 100_000)
	{
		my $one = $node->background_psql('postgres');
		my $process = $one->query_safe('SELECT pg_backend_pid()');
		$one->query_safe(qq{BEGIN; SELECT orm.save('Autor', document) IS NULL FROM graphs WHERE n = 2; ROLLBACK});
		append_to_file("/proc/$process/clear_refs", '5');
		my ($before) = slurp_file("/proc/$process/status") =~ /^VmHWM:\s+(\d+)/m;
		$one->query_safe(qq{SELECT length(orm.save('Autor', document)::text) FROM graphs WHERE n = $n});
		my ($after) = slurp_file("/proc/$process/status") =~ /^VmHWM:\s+(\d+)/m;
		$peak{$n} = ($after - $before) / $n;
		note(sprintf('%d objects: %d kB, %.2f kB each', $n, $after - $before, $peak{$n}));
		$one->quit;
		$node->safe_psql('postgres', 'DELETE FROM posts; DELETE FROM autores');
	}
	cmp_ok($peak{10_000}, '<', 2, 'a graph takes less than 2 kB an object');
	cmp_ok($peak{100_000}, '<', 1.3 * $peak{10_000}, 'ten times the objects take ten times as much');
}

done_testing();
