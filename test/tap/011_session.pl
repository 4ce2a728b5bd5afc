# The unit of work where one stream of statements is not enough: foreign servers,
# two-phase commit, replicas, roles, sessions that wait for each other, and
# sessions and servers that are lost with a queue.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use OrmTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = server('main', 'alice', 'bob');
$node->append_conf('postgresql.conf', "restart_after_crash = on");
$node->restart;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION orm;
CREATE TABLE things (id integer PRIMARY KEY, name text NOT NULL, writer text DEFAULT current_user);
CREATE TABLE parts (id integer PRIMARY KEY, thing_id integer REFERENCES things DEFERRABLE INITIALLY DEFERRED);
SELECT orm.map('things', 'Thing');
SELECT orm.map('parts', 'Part');
END

# What a statement or several of them answer to the superuser.
sub answer
{
	my ($sql, $database) = @_;
	return $node->safe_psql($database // 'postgres', $sql);
}

# Nothing may be left behind: rows that are there, and a queue that is empty.
sub things_are
{
	my ($expected, $what) = @_;
	is(answer(q{SELECT coalesce(string_agg(name, ',' ORDER BY id), '') FROM things}), $expected, $what);
	answer('DELETE FROM parts; DELETE FROM things');
	return;
}

sub add
{
	my ($id, $name) = @_;
	return qq{SELECT orm.add('Thing', '{"id": $id, "name": "$name"}');};
}

# Two-phase commit: what is queued is written before the transaction is prepared.
answer('BEGIN; ' . add(1, 'prepared') . q{ PREPARE TRANSACTION 'a'});
is(answer('SELECT count(*) FROM things'), '0', 'a prepared transaction: nothing is seen before');
answer(q{COMMIT PREPARED 'a'});
things_are('prepared', 'COMMIT PREPARED, by another session');
answer('BEGIN; ' . add(1, 'prepared') . q{ PREPARE TRANSACTION 'a'});
answer(q{ROLLBACK PREPARED 'a'});
things_are('', 'ROLLBACK PREPARED');
fails($node, 'postgres', 'postgres', 'BEGIN; ' . add(1, 'x') . add(1, 'x') . q{ PREPARE TRANSACTION 'a'}, '23505', 'duplicate key', 'PREPARE of what cannot be written');
is(answer('SELECT count(*) FROM pg_prepared_xacts'), '0', 'and nothing is prepared');

# A replica's triggers do not fire, but ours does.
answer('SET session_replication_role = replica; ' . add(1, 'replica'));
things_are('replica', 'session_replication_role = replica');

# Constraints that are checked at COMMIT see what COMMIT writes.
fails($node, 'postgres', 'postgres', q{BEGIN; SELECT orm.add('Part', '{"id": 1, "thing_id": 1}'); COMMIT}, '23503', 'violates foreign key', 'a deferred foreign key at COMMIT');
answer(q{BEGIN; SELECT orm.add('Part', '{"id": 1, "thing_id": 1}'); SELECT orm.flush(); } . add(1, 'late') . 'COMMIT');
things_are('late', 'and one that is there in the end');

# A trigger that waits for COMMIT and queues something then.
answer(q{CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.id < 4 THEN PERFORM orm.add('Thing', json_build_object('id', NEW.id + 1, 'name', 'later')); END IF; RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER later AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later()});
answer(add(1, 'first'));
things_are('first,later,later,later', 'deferred triggers that queue more');
answer('BEGIN; ' . "INSERT INTO things VALUES (3, 'plain'); COMMIT");
things_are('plain,later', 'or the first');
answer('DROP TRIGGER later ON things');

# Cursors: one that triggers leave open, one that COMMIT keeps, one of the functions that read.
answer(q{CREATE FUNCTION opens() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE c refcursor = 'left_open'; BEGIN OPEN c FOR SELECT * FROM things; MOVE c; RETURN NULL; END $$;
	CREATE TRIGGER opens AFTER INSERT ON things FOR EACH STATEMENT EXECUTE FUNCTION opens()});
is(answer('BEGIN; ' . add(1, 'cursor') . "COMMIT; SELECT count(*) FROM pg_cursors"), "\n0", 'a cursor that a trigger leaves open');
answer('DROP TRIGGER opens ON things');
is(answer("BEGIN; DECLARE h CURSOR WITH HOLD FOR SELECT name FROM things; " . add(2, 'held') . "COMMIT; FETCH ALL FROM h"), "\ncursor", 'a cursor that COMMIT keeps is of the time before it');
is(answer("BEGIN; DECLARE h CURSOR WITH HOLD FOR SELECT orm.count('Thing') FROM generate_series(1, 2); " . add(3, 'counted') . "COMMIT; FETCH ALL FROM h"), "\n3\n3",
	'one that reads objects writes them at COMMIT');
is(answer("BEGIN; DECLARE c CURSOR FOR SELECT orm.count('Thing') FROM generate_series(1, 3); FETCH c; " . add(4, 'x') . 'FETCH c; FETCH c; COMMIT'), "3\n\n4\n4", 'a cursor that reads on');
things_are('cursor,held,counted,x', 'all of them');

# The server stops no COMMIT for statement_timeout, deferred triggers included; but one can be canceled, and a flush before it is stopped.
answer(q{CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$;
	CREATE TRIGGER slow AFTER INSERT ON things FOR EACH STATEMENT EXECUTE FUNCTION slow()});
for my $how ('SELECT orm.flush()', 'SET CONSTRAINTS ALL IMMEDIATE', q{SELECT orm.get('Thing', 1)})
{
	fails($node, 'postgres', 'postgres', "BEGIN; " . add(1, 'slow') . "SET LOCAL statement_timeout = '50ms'; $how; COMMIT", '57014', 'canceling statement due to statement timeout', $how);
}
my $slow = $node->background_psql('postgres', on_error_stop => 0);
my $backend = $slow->query_safe('SELECT pg_backend_pid()');
$slow->query_until(qr/committing/, "\\echo committing\nBEGIN; " . add(1, 'slow') . "\nCOMMIT;\n");
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE pid = $backend AND query = 'COMMIT;' AND wait_event = 'PgSleep'") or die 'COMMIT does not write';
answer("SELECT pg_cancel_backend($backend)");
like($slow->query('SELECT count(*) FROM orm.pending()'), qr/^0$/m, 'COMMIT is canceled');
like($slow->{stderr}, qr/canceling statement due to user request/, 'with the reason');
$slow->quit;
answer('DROP TRIGGER slow ON things');
things_are('', 'and nothing is written');
is(answer("SET statement_timeout = '10s'; SELECT orm.flush(); SELECT count(*) FROM orm.pending()"), "0\n0", 'and nothing is queued');

# A foreign table of the same cluster is written by COMMIT, together with a local one.
SKIP:
{
	skip 'postgres_fdw is not installed', 14 if answer(q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'}) eq '0';
	my ($host, $port) = ($node->host, $node->port);
	answer('CREATE DATABASE far');
	answer('CREATE TABLE far (id integer PRIMARY KEY, name text CHECK (name <> \'bad\'))', 'far');
	answer(<<"END");
CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'far');
CREATE USER MAPPING FOR postgres SERVER far;
CREATE FOREIGN TABLE far (id integer, name text) SERVER far;
SELECT orm.map('far', 'Far', orm.primary_key('id'));
END
	my $far = sub { my ($id, $name) = @_; return qq{SELECT orm.add('Far', '{"id": $id, "name": "$name"}');} };
	answer("BEGIN; INSERT INTO things VALUES (1, 'local'); " . $far->(1, 'a') . 'COMMIT');
	is(answer('SELECT name FROM far', 'far'), 'a', 'a foreign table, first touched by COMMIT');
	answer('BEGIN; SELECT count(*) FROM far; ' . add(2, 'both') . $far->(2, 'b') . 'COMMIT');
	is(answer('SELECT name FROM far ORDER BY id', 'far'), "a\nb", 'one that is connected already, and a local table');
	fails($node, 'postgres', 'postgres', 'BEGIN; ' . add(3, 'aborted') . $far->(3, 'bad') . 'COMMIT', '23514', 'violates check constraint', 'an error there');
	is(answer('SELECT count(*) FROM far', 'far'), '2', 'leaves nothing there');
	fails($node, 'postgres', 'postgres', 'BEGIN; ' . $far->(3, 'good') . add(2, 'twice') . 'COMMIT', '23505', 'duplicate key', 'an error here');
	is(answer('SELECT count(*) FROM far', 'far'), '2', 'leaves nothing there either');
	fails($node, 'postgres', 'postgres', 'BEGIN; ' . $far->(3, 'x') . q{PREPARE TRANSACTION 'a'}, '0A000', 'cannot PREPARE a transaction', 'PREPARE of a foreign write');
	things_are('local,both', 'foreign and local rows');
	unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'the server has not been lost');

	# The other server looks at its foreign keys at once: what belongs to an object goes before it.
	answer('CREATE TABLE far_parts (id integer PRIMARY KEY, far_id integer REFERENCES far)', 'far');
	answer(<<"END");
CREATE FOREIGN TABLE far_parts (id integer, far_id integer) SERVER far;
SELECT orm.unmap('Far');
SELECT orm.map('far', 'Far', orm.primary_key('id'), orm.has_many('parts', 'FarPart', foreign_key => 'far_id', cascade => 'all'));
SELECT orm.map('far_parts', 'FarPart', orm.primary_key('id'));
SELECT orm.create('Far', '{"id": 50, "parts": [{"id": 1}, {"id": 2}]}');
END
	is(answer(q{SELECT orm.delete('Far', 50)}), 't', 'a foreign object goes with its parts');
	is(answer('SELECT count(*) FROM far_parts', 'far'), '0', 'which are gone there');
}

# bob's function in an index, run by a superuser: nothing is queued, nothing of the superuser is written or shown.
answer('CREATE SCHEMA bob AUTHORIZATION bob; GRANT INSERT, SELECT ON things TO bob; GRANT CREATE ON SCHEMA public TO alice; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA orm TO bob');
$node->safe_psql('postgres', <<'END', extra_params => [ '-U', 'bob' ]);
CREATE TABLE bob.target (id integer PRIMARY KEY);
SELECT orm.map('bob.target', 'BobTarget');
CREATE FUNCTION bob.rise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE bob SUPERUSER; RETURN NULL; END $$;
CREATE TRIGGER rise AFTER INSERT ON bob.target FOR EACH ROW EXECUTE FUNCTION bob.rise();
CREATE TABLE bob.switch (what text);
CREATE FUNCTION bob.trick(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
	IF (SELECT what FROM bob.switch) = 'queue' THEN PERFORM orm.add('BobTarget', '{"id": 1}'); END IF;
	IF (SELECT what FROM bob.switch) = 'flush' THEN PERFORM set_config('search_path', 'bob', true), orm.flush(); END IF;
	IF (SELECT what FROM bob.switch) = 'read' THEN PERFORM orm.get('BobTarget', 1); END IF;
	IF (SELECT what FROM bob.switch) = 'expunge' THEN PERFORM orm.expunge('mine'); END IF;
	IF (SELECT what FROM bob.switch) = 'look' THEN RAISE NOTICE 'seen: %', (SELECT string_agg(concat(label, object), ',') FROM orm.pending()); END IF;
	RETURN $1; END $$;
CREATE TABLE bob.t (v integer);
INSERT INTO bob.t VALUES (1), (2);
CREATE INDEX trick ON bob.t (bob.trick(v));
CREATE MATERIALIZED VIEW bob.mv AS SELECT bob.trick(v) FROM bob.t;
END
for my $command ('REINDEX TABLE bob.t', 'ANALYZE bob.t', 'REFRESH MATERIALIZED VIEW bob.mv', 'CREATE INDEX ON bob.t (bob.trick(v + 1))')
{
	answer(q{DELETE FROM bob.switch; INSERT INTO bob.switch VALUES ('queue')});
	fails($node, 'postgres', 'postgres', "BEGIN; $command; COMMIT", '42501', 'cannot execute orm.add\(\) within security-restricted operation', "$command that queues");
	for my $how ('flush', 'read')
	{
		answer("UPDATE bob.switch SET what = '$how'");
		fails($node, 'postgres', 'postgres', "BEGIN; SELECT orm.add('Thing', '{\"id\": 9, \"name\": \"root\"}', 'mine'); $command; COMMIT", '42501',
			'cannot execute orm.flush\(\) within security-restricted operation', "$command: $how");
	}
}
answer(q{UPDATE bob.switch SET what = 'expunge'});
answer(q{BEGIN; SELECT orm.add('Thing', '{"id": 9, "name": "root"}', 'mine'); REINDEX TABLE bob.t; COMMIT});
things_are('root', 'bob expunges nothing of a superuser');
answer(q{UPDATE bob.switch SET what = 'look'});
my (undef, undef, $seen) = $node->psql('postgres', q{BEGIN; SELECT orm.add('Thing', '{"id": 9, "name": "root"}', 'mine'); REINDEX TABLE bob.t; ROLLBACK});
like($seen, qr/NOTICE:  seen: $/m, 'nor does he see it');
is(answer(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'bob'}), 'f', 'bob is no superuser');

# Who writes: the role that queued it, whoever flushes.
answer(q{GRANT SELECT, INSERT ON things TO alice; REVOKE INSERT ON things FROM bob; GRANT bob TO alice});
$node->safe_psql('postgres', <<'END', extra_params => [ '-U', 'alice' ]);
CREATE FUNCTION queues(id integer, name text) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT orm.add('Thing', json_build_object('id', id, 'name', name), 'of alice') $$;
CREATE FUNCTION reads() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT orm.count('Thing') $$;
CREATE FUNCTION sees() RETURNS TABLE (role name, label text) LANGUAGE sql SECURITY DEFINER AS $$ SELECT role, label FROM orm.pending() $$;
END
$node->safe_psql('postgres', q{SELECT queues(1, 'by alice')}, extra_params => [ '-U', 'bob' ]);
is(answer('SELECT name, writer FROM things'), 'by alice|alice', 'what a SECURITY DEFINER function queued is written by its owner');
fails($node, 'postgres', 'bob', 'BEGIN; ' . add(2, 'bob') . 'SELECT reads(); COMMIT', '42501', 'permission denied for table things', 'what bob queued and a function of alice flushes');
answer('BEGIN; ' . add(3, 'root') . 'SELECT reads(); COMMIT');
is(answer('SELECT writer FROM things WHERE id = 3'), 'postgres', 'what a superuser queued, flushed in a function of alice');
is($node->safe_psql('postgres', q{BEGIN; SELECT queues(4, 'secret'); SELECT role, label, object, orm.expunge('of alice') FROM orm.pending(); ROLLBACK}, extra_params => [ '-U', 'bob' ]),
	"\nalice|||f", 'bob is no member of alice: he sees only that there is something');
is(answer(q{BEGIN; SELECT orm.add('Thing', '{"id": 5, "name": "x"}', 'l'); SELECT * FROM sees(); ROLLBACK}), "\npostgres|", 'nor does alice see of a superuser');
fails($node, 'postgres', 'postgres', 'BEGIN; SET LOCAL ROLE bob; ' . add(5, 'low') . 'RESET ROLE; COMMIT', '42501', 'permission denied', 'SET ROLE, RESET ROLE, COMMIT');
is(answer('BEGIN; SET LOCAL ROLE alice; ' . add(6, 'a') . 'RESET ROLE; ' . add(7, 'p') . 'SET LOCAL ROLE alice; ' . add(8, 'a') .
	"SET LOCAL ROLE bob; SELECT count(*) FROM orm.pending(); COMMIT; SELECT string_agg(writer, ',' ORDER BY id) FROM things WHERE id > 5"), "\n\n\n3\nalice,postgres,alice", 'roles in turn');
answer('CREATE ROLE passing; GRANT INSERT ON things TO passing; GRANT USAGE ON SCHEMA public TO passing');
fails($node, 'postgres', 'postgres', 'BEGIN; SET LOCAL ROLE passing; ' . add(10, 'x') . 'RESET ROLE; DROP OWNED BY passing; DROP ROLE passing; COMMIT', '42501', 'permission denied',
	'a role that is gone at COMMIT');
answer(q{BEGIN; CREATE FUNCTION changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN SET LOCAL ROLE postgres; RETURN NULL; END $$;
	CREATE TRIGGER changes AFTER INSERT ON things FOR EACH ROW EXECUTE FUNCTION changes(); COMMIT});
fails($node, 'postgres', 'postgres', 'BEGIN; SET LOCAL ROLE alice; ' . add(11, 'x') . 'RESET ROLE; COMMIT', '42501', 'cannot set parameter "role"', 'a trigger that changes its role in a flush');
answer('DROP TRIGGER changes ON things');
answer('DELETE FROM things');

# After an error in a flush all is as before: who one is, and that one may flush again.
is(answer(q{BEGIN; SET LOCAL ROLE alice; SELECT orm.add('Thing', '{"id": 1, "name": null}', 'bad'); RESET ROLE;
	DO $$ BEGIN PERFORM orm.flush(); EXCEPTION WHEN not_null_violation THEN RAISE LOG 'as it should be'; END $$;
	SELECT current_user, count(*), orm.expunge('bad') FROM orm.pending(); } . add(2, 'good') . 'COMMIT'), "\npostgres|1|t\n", 'an error in a flush');
things_are('good', 'and the next');

# Sessions that write the same row: the second waits and fails, as it would with an INSERT.
my $one = $node->background_psql('postgres');
my $two = $node->background_psql('postgres', on_error_stop => 0);
$one->query_safe('BEGIN; ' . add(1, 'one') . 'SELECT orm.flush()');
$two->query_until(qr/committing/, "\\echo committing\nBEGIN; " . add(1, 'two') . "\nCOMMIT;\n");
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'COMMIT;' AND wait_event_type = 'Lock'}) or die 'nobody waits';
$one->query_safe('COMMIT');
my ($rest) = $two->query('SELECT count(*) FROM orm.pending()');
like($rest, qr/^0$/m, 'the second has nothing queued any more');
like($two->{stderr}, qr/duplicate key value violates unique constraint/, 'and an ordinary error');
$_->quit for $one, $two;
things_are('one', 'the first has won');

# A client that goes in the midst of its transaction.
$one = $node->background_psql('postgres');
my $pid = $one->query_safe('SELECT pg_backend_pid()');
$one->query_safe('BEGIN; ' . add(1, 'lost'));
$one->{run}->kill_kill;
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid") or die 'the session stays';
things_are('', 'of a session that is gone nothing is written');

# A backend that is killed while COMMIT writes a large queue: all or nothing.
for my $pause (0.02, 0.1, 0.3)
{
	$one = $node->background_psql('postgres', on_error_stop => 0);
	$pid = $one->query_safe('SELECT pg_backend_pid()');
	$one->query_safe(q{BEGIN; SELECT count(orm.add('Thing', json_build_object('id', g, 'name', 'n' || g))), count(orm.add('Part', json_build_object('id', g, 'thing_id', g))) FROM generate_series(1, 40000) g});
	$one->query_until(qr/committing/, "\\echo committing\nCOMMIT;\n");
	select undef, undef, undef, $pause;
	kill_backend($node, $pid);
	eval { $one->{run}->finish };
	my $rows = answer('SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM parts)');
	like($rows, qr/^(0\|0|40000\|40000)$/, "killed $pause s after COMMIT: $rows");
	consistent($node, 'postgres', 'killed in COMMIT');
	answer('DELETE FROM parts; DELETE FROM things');
}
answer(add(1, 'after'));
things_are('after', 'and all goes on');

# A pooler that gives each transaction another session: a queue does not outlive its own.
SKIP:
{
	my ($pooler) = grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin';
	skip 'pgbouncer is not installed', 3 if !$pooler;
	my $directory = PostgreSQL::Test::Utils::tempdir_short();
	my ($host, $port) = ($node->host, $node->port);
	append_to_file("$directory/ini", <<"END");
[databases]
postgres = host=$host port=$port dbname=postgres user=postgres
[pgbouncer]
listen_port = 6432
unix_socket_dir = $directory
auth_type = any
pool_mode = transaction
default_pool_size = 1
ignore_startup_parameters = extra_float_digits
END
	my $bouncer = IPC::Run::start([ $pooler, '-q', "$directory/ini" ], '>', \my $said, '2>', \my $errors);
	my @clients = map { [ 'psql', '-XAtq', '-h', $directory, '-p', '6432', '-U', 'postgres', '-d', 'postgres' ] } 1 .. 2;
	for (1 .. 100) { last if -S "$directory/.s.PGSQL.6432"; select undef, undef, undef, 0.1 }
	my ($out) = run_command([ @{ $clients[0] }, '-c', 'BEGIN', '-c', add(1, 'pooled'), '-c', 'COMMIT', '-c', 'BEGIN', '-c', add(2, 'dropped') ]);
	my ($left) = run_command([ @{ $clients[1] }, '-c', 'SELECT count(*) FROM orm.pending()' ]);
	is($left, '0', 'a pooler: the next client finds no queue');
	my ($again) = run_command([ @{ $clients[1] }, '-c', "SELECT string_agg(name, ',') FROM things" ]);
	is($again, 'pooled', 'and what was committed');
	$bouncer->signal('INT');
	eval { $bouncer->finish };
	things_are('pooled', 'of a client that goes in its transaction nothing is written');
}

# A backend that lives long: 20,000 transactions, and as many savepoints, leave nothing in its memory.
answer(q{CREATE PROCEDURE many(n integer) LANGUAGE plpgsql AS $$
DECLARE
	k integer;
BEGIN
	FOR i IN 1 .. n LOOP
		k := i % 5;
		PERFORM orm.add('Thing', json_build_object('id', i, 'name', 'n'), 'label'), orm.merge('Thing', json_build_object('id', i, 'name', 'm'));
		IF k = 0 THEN
			BEGIN
				PERFORM orm.add('Thing', '{"id": 0, "name": null}'), orm.flush();
			EXCEPTION WHEN not_null_violation THEN
				NULL;
			END;
		ELSIF k = 1 THEN
			PERFORM orm.count('Thing');
		ELSIF k = 2 THEN
			ROLLBACK;
		ELSIF k = 3 THEN
			PERFORM orm.expunge('label');
		END IF;
		COMMIT;
		PERFORM orm.remove('Thing', i);
		COMMIT;
	END LOOP;
END $$});
$one = $node->background_psql('postgres');
sub memory
{
	return split /\|/, $one->query_safe(q{SELECT sum(total_bytes), count(*), sum(total_bytes) FILTER (WHERE name LIKE 'orm%') FROM pg_backend_memory_contexts});
}
$one->query_safe('CALL many(500)');
my @before = memory();
$one->query_safe('CALL many(10000)');
my @after = memory();
note("memory: @before, then @after");
cmp_ok($after[0], '<=', $before[0] + 300_000, '20,000 transactions: no more memory');
cmp_ok($after[1], '<=', $before[1] + 3, 'no more contexts');
cmp_ok($after[2], '<=', $before[2] * 1.05, 'none of ours is larger');
is($one->query_safe('SELECT count(*) FROM things'), '0', 'no rows are left');
$one->quit;

# The limit of the queue.
fails($node, 'postgres', 'postgres', q{SET orm.queue_size = 100; SELECT count(orm.add('Thing', json_build_object('id', g, 'name', repeat('x', 100)))) FROM generate_series(1, 5000) g},
	'53400', 'queue of objects is full', 'orm.queue_size');
things_are('', 'nothing of it is written');

unlike(slurp_file($node->logfile), qr/PANIC| XX000 |TRAP:/, 'no internal error in the log');
done_testing();
