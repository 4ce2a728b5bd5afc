# Large graphs and units of work that do not come to their end: a backend is
# killed or the server stopped at any moment, a call is canceled, memory runs out.
# All of it is there afterwards, or nothing; and a session that lives goes on.
#
# Moments are random; ORM_TEST_SEED makes the same ones again, as far as clocks allow.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $seed = srand($ENV{ORM_TEST_SEED} // int(rand(1_000_000)));
note("ORM_TEST_SEED=$seed");

my $node = server('main');
$node->append_conf('postgresql.conf', "restart_after_crash = on");
$node->restart;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION orm;
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', is_unique => true), orm.column('n', 'integer', nullable => false),
    orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'bigint', primary_key => true), orm.column('title', 'text'), orm.belongs_to('author', 'Author', nullable => false),
    orm.has_many('comments', 'Comment'), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Comment', 'comments', orm.column('id', 'bigint', primary_key => true), orm.column('body', 'text'), orm.belongs_to('post', 'Post', nullable => false));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true));
SELECT orm.create_all();
CREATE TABLE things (id integer PRIMARY KEY, batch integer, name text);
CREATE TABLE parts (id integer PRIMARY KEY, thing_id integer NOT NULL REFERENCES things);
SELECT orm.map('things', 'Thing');
SELECT orm.map('parts', 'Part', orm.belongs_to('thing', 'Thing'));
-- An author who says how many posts are his; each has two comments and a tag.
CREATE FUNCTION graph(name text, n integer) RETURNS orm.document LANGUAGE sql AS $$
	SELECT json_build_object('name', name, 'n', n, 'posts', (SELECT json_agg(json_build_object('title', 'post ' || g, 'comments', '[{"body": "one"}, {"body": "two"}]'::json,
		'tags', json_build_object('$connect_or_create', json_build_array(json_build_object('name', name || ' ' || g % 10))))) FROM generate_series(1, n) g))::text::orm.document $$;
CREATE FUNCTION queue(batch integer, n integer) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(orm.add('Part', json_build_object('id', batch * 100000 + g, 'thing_id', batch * 100000 + g)))
		+ count(orm.merge('Thing', json_build_object('id', batch * 100000 + g, 'batch', batch, 'name', 'thing'))) FROM generate_series(1, n) g $$;
-- What is wrong with what is stored.
CREATE VIEW wrong AS
	SELECT 'author ' || a.name AS what FROM authors a WHERE n <> (SELECT count(*) FROM posts WHERE author_id = a.id)
	UNION ALL SELECT 'post ' || p.id FROM posts p WHERE (SELECT count(*) FROM comments WHERE post_id = p.id) <> 2 OR (SELECT count(*) FROM posts_tags WHERE post_id = p.id) <> 1
	UNION ALL SELECT 'tag ' || name FROM tags t WHERE NOT EXISTS (SELECT FROM posts_tags WHERE tag_id = t.name)
	UNION ALL SELECT 'part ' || id FROM parts WHERE NOT EXISTS (SELECT FROM things t WHERE t.id = thing_id)
	UNION ALL SELECT 'comment ' || id FROM comments WHERE NOT EXISTS (SELECT FROM posts p WHERE p.id = post_id)
	UNION ALL SELECT 'batch ' || batch FROM things LEFT JOIN parts ON thing_id = things.id GROUP BY batch HAVING count(*) <> 3000 OR count(parts.id) <> 3000;
SELECT orm.save('Author', graph('the first', 20), '{"return": false}');
END

# What must hold whenever somebody looks.
sub sound
{
	my ($what) = @_;
	is($node->safe_psql('postgres', 'SELECT string_agg(what, \',\') FROM wrong'), '', "$what: all or nothing");
	is($node->safe_psql('postgres', q{SELECT orm.all('Author', '{"where": {"name": "the first"}, "select": ["n"]}')}), '[{"n":20}]', "$what: what was committed is there");
	return;
}

# How long they take when nobody is in the way
my %calls = (
	save => sub { my ($i) = @_; return qq{SELECT orm.save('Author', graph('author $i', 1500), '{"return": false}')} },
	update => sub { my ($i) = @_; return qq{BEGIN; SELECT orm.update('Author', 1, (jsonb_build_object('n', n + 1500) || (graph('more $i', 1500)::jsonb - 'n' - 'name'))::text::orm.document, '{"return": false}') FROM authors WHERE id = 1;
		UPDATE authors SET n = 20 WHERE id = 1; DELETE FROM comments USING posts p WHERE post_id = p.id AND p.id > 20 AND author_id = 1; DELETE FROM posts_tags USING posts p WHERE post_id = p.id AND p.id > 20 AND author_id = 1;
		DELETE FROM posts WHERE id > 20 AND author_id = 1; DELETE FROM tags t WHERE NOT EXISTS (SELECT FROM posts_tags WHERE tag_id = t.name); COMMIT} },
	commit => sub { my ($i) = @_; return "BEGIN; SELECT queue($i, 3000); COMMIT" });
my %duration;
for my $kind (sort keys %calls)
{
	my $start = time;
	$node->safe_psql('postgres', $calls{$kind}->(1));
	$duration{$kind} = time - $start;
}
sound('undisturbed');

# Killed backends, and servers that are stopped at once
my ($all, $none) = (0, 0);
for my $i (2 .. 11)
{
	my $kind = (sort keys %calls)[ $i % 3 ];
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	my $pause = rand() * 1.1 * $duration{$kind};
	my $before = $node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM authors) + (SELECT count(DISTINCT batch) FROM things)');

	$session->query_until(qr/going/, "\\echo going\n" . $calls{$kind}->($i) . ";\n");
	sleep $pause;
	if ($i % 4 == 0) { $node->stop('immediate'); $node->start }
	else { kill_backend($node, $pid) }
	eval { $session->{run}->kill_kill };
	my $after = $node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM authors) + (SELECT count(DISTINCT batch) FROM things)');
	$after > $before ? $all++ : $none++;
	sound(sprintf('%s, %s after %.3f s', $kind, $i % 4 ? 'killed' : 'stopped', $pause));
}
note("$all were through, $none were not");
consistent($node, 'postgres', 'after all that');
is($node->safe_psql('postgres', q{SELECT orm.save('Author', graph('after', 3), '{"return": false}'), queue(90, 3000); SELECT count(*) FROM things WHERE batch = 90}), "|6000\n3000", 'and all goes on');
unlike(slurp_file($node->logfile), qr/PANIC| XX000 |TRAP:/, 'no internal error so far');

# Canceled, by the clock and by somebody: the session goes on, in the same transaction.
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $session->query_safe('SELECT pg_backend_pid()');
my $rows = 'SELECT (SELECT count(*) FROM authors), (SELECT count(*) FROM posts), (SELECT count(*) FROM comments), (SELECT count(*) FROM tags), (SELECT count(*) FROM posts_tags), (SELECT count(*) FROM things), (SELECT count(*) FROM orm.pending())';
my $goes_on = q{SELECT orm.save('Author', graph('goes on', 2), '{"return": false}'); SELECT orm.count('Post', '{"where": {"author": {"name": "goes on"}}}')};
my $stored = $session->query_safe($rows);
my $canceled = 0;
for my $i (1 .. 12)
{
	my $timeout = 1 + int(rand(600 * $duration{save}));
	my $call = $i % 3 ? qq{SELECT orm.save('Author', graph('canceled', 1500), '{"return": false}');} : 'SELECT queue(91, 3000), orm.flush();';

	$session->{stderr} = '';
	if ($i % 2)
	{
		$session->query_safe("BEGIN; SAVEPOINT s; SET LOCAL statement_timeout = '${timeout}ms'");
		$session->query($call);
	}
	else
	{
		$session->query_safe('BEGIN; SAVEPOINT s');
		$session->query_until(qr/going/, "\\echo going\n$call\n");
		sleep $timeout / 1000;
		$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	}
	$session->query('SELECT 1');
	$canceled++ if $session->{stderr} =~ /canceling statement/;
	$session->{stderr} = '';
	is($session->query_safe("ROLLBACK TO s; $rows"), $stored, "canceled after $timeout ms: nothing is stored or queued");
	is($session->query_safe($goes_on), "\n2", 'the transaction goes on');
	$session->query_safe('ROLLBACK');
}
cmp_ok($canceled, '>', 0, "$canceled of 12 calls were canceled");

# Out of memory: the kernel gives the backend so much more address space, and no more.
$session->quit;
$session = $node->background_psql('postgres', on_error_stop => 0);
$pid = $session->query_safe('SELECT pg_backend_pid()');
$session->query_safe($_) for $rows, "BEGIN; $goes_on; ROLLBACK", 'SELECT count(*) FROM wrong';
SKIP:
{
	skip 'there is no prlimit', 1 if system('prlimit --version >/dev/null 2>&1') != 0 || !-r "/proc/$pid/statm";
	my $page = `getconf PAGESIZE`;
	my ($out, $through) = (0, 0);

	for my $i (1 .. 15)
	{
		my ($pages) = slurp_file("/proc/$pid/statm") =~ /^(\d+)/;
		my $more = int(rand(30 * 1024 * 1024));

		$session->{stderr} = '';
		$session->query_safe('DISCARD PLANS; BEGIN; SAVEPOINT s');
		system('prlimit', "--pid=$pid", '--as=' . ($pages * $page + $more) . ':') == 0 or die 'prlimit';
		$session->query($i % 3 ? qq{SELECT orm.save('Author', graph('large', 6000), '{"return": false}');} : 'SELECT queue(92, 20000), orm.flush();');
		system('prlimit', "--pid=$pid", '--as=unlimited:') == 0 or die 'prlimit';
		note(sprintf('%.1f MB more: %s', $more / 1024 / 1024, $session->{stderr} =~ /out of memory/ ? 'not enough' : 'enough'));
		$session->{stderr} =~ /out of memory/ ? $out++ : $through++;
		unlike($session->{stderr}, qr/ERROR:  (?!out of memory)|FATAL|PANIC/, 'no other error');
		$session->{stderr} = '';
		is($session->query_safe("ROLLBACK TO s; $rows"), $stored, sprintf('%.1f MB more: nothing is stored or queued', $more / 1024 / 1024));
		is($session->query_safe($goes_on), "\n2", 'the transaction goes on');
		$session->query_safe('ROLLBACK');
	}
	cmp_ok($out, '>', 0, "$out of 15 calls had not enough");
	note("$through of 15 had enough");
}
$session->quit;
sound('in the end');
consistent($node, 'postgres', 'in the end');
unlike(slurp_file($node->logfile), qr/PANIC| XX000 |TRAP:/, 'no internal error in the log');

done_testing();
