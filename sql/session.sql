-- The unit of work: orm.add, merge, remove, flush, pending, expunge; flushing by
-- reads and at COMMIT; savepoints, roles, errors.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY default
CREATE SCHEMA session;
SET search_path = session;
SELECT orm.model('SAuthor', 'session.authors',
    orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', nullable => false), orm.column('age', 'integer'),
    orm.has_many('posts', 'SPost'));
SELECT orm.model('SPost', 'session.posts',
    orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'),
    orm.belongs_to('author', 'SAuthor', nullable => false));
SELECT count(*) > 0 AS made FROM orm.create_all();
CREATE FUNCTION reset() RETURNS void LANGUAGE sql AS 'TRUNCATE session.authors, session.posts RESTART IDENTITY';
-- statements that write to the tables
CREATE TABLE statements (n serial, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO session.statements (what) SELECT format('%s %s: %s', TG_OP, TG_TABLE_NAME, count(*)) FROM changed; RETURN NULL; END $$;
CREATE TRIGGER note_insert AFTER INSERT ON authors REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER note_insert AFTER INSERT ON posts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note();

\echo # nothing is written before COMMIT, and then in the order of foreign keys, one statement for the same columns
BEGIN;
SELECT orm.add('SPost', '{"title": "p", "author_id": 7}');
SELECT orm.add('SAuthor', '{"id": 7, "name": "Ana"}', 'ana');
SELECT orm.add('SAuthor', '{"id": 8, "name": "Luz"}');
SELECT orm.add('SAuthor', '{"id": 9, "name": "Eva", "age": 3}');
SELECT position, action, model, label, object FROM orm.pending();
SELECT count(*) AS authors FROM authors;
COMMIT;
SELECT * FROM authors ORDER BY id;
SELECT * FROM posts;
SELECT what FROM statements ORDER BY n;
SELECT count(*) AS still_pending FROM orm.pending();

\echo # outside a transaction block the statement is the transaction
SELECT orm.add('SAuthor', '{"id": 10, "name": "Sol"}');
SELECT name FROM authors WHERE id = 10;

\echo # merge and remove
BEGIN;
SELECT orm.merge('SAuthor', '{"id": 10, "age": 5}');
SELECT orm.merge('SAuthor', '{"name": "Mar"}');
SELECT orm.remove('SPost', 1), orm.remove('SAuthor', '7'), orm.remove('SAuthor', 404), orm.remove('SAuthor', NULL::integer);
SELECT orm.flush();
SELECT orm.flush();
COMMIT;
SELECT id, name, age FROM authors ORDER BY name;
SELECT count(*) AS posts FROM posts;

\echo # the functions of orm flush first; plain SQL and inlined accessors see what was flushed
SELECT reset();
BEGIN;
SELECT orm.add('SAuthor', '{"name": "Ana"}');
SELECT count(*) FROM authors;
SELECT count(*) FROM s_author_all();
SELECT orm.get('SAuthor', 1);
SELECT count(*) FROM s_author_all();
SELECT orm.add('SAuthor', '{"name": "Luz"}');
SELECT orm.update('SAuthor', 2, '{"age": 1}');
SELECT orm.add('SAuthor', '{"name": "Eva"}');
SELECT orm.count('SAuthor');
SELECT orm.add('SAuthor', '{"name": "Sol"}');
\echo # a function that is not VOLATILE cannot write
SELECT count(*) FROM s_author_filter_by(name => 'Sol');
ROLLBACK;

\echo # EXPLAIN and the planner write nothing
BEGIN;
SELECT orm.add('SAuthor', '{"name": "Ana"}');
EXPLAIN (COSTS OFF) SELECT 1 WHERE 'x' < orm.get('SAuthor', 1)::text;
SELECT count(*) FROM orm.pending();
ROLLBACK;

\echo # savepoints: what was queued since is dropped, what was written since is pending again
SELECT reset();
BEGIN;
SELECT orm.add('SAuthor', '{"name": "before"}', 'b');
SAVEPOINT s;
SELECT orm.add('SAuthor', '{"name": "since"}');
SELECT orm.flush();
SELECT count(*) FROM orm.pending();
ROLLBACK TO s;
SELECT label, object FROM orm.pending();
RELEASE s;
SAVEPOINT s2;
SELECT orm.add('SAuthor', '{"name": "released"}');
RELEASE s2;
COMMIT;
SELECT name FROM authors ORDER BY name;

\echo # to be expunged is undone by a savepoint too, and frees the label
SELECT reset();
BEGIN;
SELECT orm.add('SAuthor', '{"name": "kept"}', 'l');
SAVEPOINT s;
SELECT orm.expunge('l');
SELECT orm.add('SAuthor', '{"name": "instead"}', 'l');
SELECT label, object FROM orm.pending();
ROLLBACK TO s;
SELECT label, object FROM orm.pending();
SELECT orm.add('SAuthor', '{"name": "x"}', 'l');
ROLLBACK TO s;
SELECT orm.expunge('l');
SAVEPOINT s2;
SELECT orm.flush();
RELEASE s2;
ROLLBACK TO s;
COMMIT;
SELECT name FROM authors;
BEGIN;
SELECT orm.add('SAuthor', '{"name": "gone"}', 'l');
SAVEPOINT s;
SELECT orm.expunge('l');
RELEASE s;
SELECT orm.add('SAuthor', '{"name": "new"}', 'l');
SELECT orm.expunge('l');
COMMIT;
SELECT name FROM authors;

\echo # one object may be added, merged any number of times, and removed: in this order
BEGIN;
SELECT orm.add('SAuthor', '{"id": 50, "name": "fifty"}'), orm.add('SAuthor', '{"id": 51, "name": "x"}');
SELECT orm.merge('SAuthor', '{"id": 50, "age": 1}'), orm.merge('SAuthor', '{"id": 50, "name": "Fifty"}'), orm.merge('SAuthor', '{"id": 51, "age": 4}'),
    orm.merge('SAuthor', '{"id": 50, "age": 3}'), orm.merge('SAuthor', '{"id": 50, "age": 2}'), orm.merge('SAuthor', '{"name": "new"}'), orm.merge('SAuthor', '{"name": "new"}');
SELECT orm.remove('SAuthor', 51), orm.remove('SAuthor', 51);
SELECT orm.flush();
COMMIT;
SELECT name, age FROM authors ORDER BY 1;

\echo # what is stored after it was removed is stored anew; two models of one table have the same objects
SELECT count(*) AS functions FROM orm.map('session.authors', 'SBefore');
BEGIN;
SELECT orm.remove('SAuthor', 50), orm.remove('SAuthor', 51), orm.add('SAuthor', '{"id": 50, "name": "anew"}', 'anew'), orm.add('SPost', '{"title": "of anew", "author": {"$ref": "anew"}}');
SELECT orm.flush();
SELECT name, age, (SELECT count(*) FROM posts WHERE author_id = 50) AS posts FROM authors WHERE id = 50;
SELECT orm.merge('SAuthor', '{"id": {"$value": 50}, "name": "one"}'), orm.merge('SBefore', '{"id": "50", "name": "two", "age": 2}', 'two'), orm.merge('SAuthor', '{"id": 50, "age": 1}');
SELECT orm.flush();
SELECT name, age FROM authors WHERE id = 50;
SELECT orm.add('SAuthor', '{"id": 55, "name": "in"}'), orm.remove('SAuthor', 55), orm.add('SBefore', '{"id": 55, "name": "in again"}'), orm.remove('SBefore', 55);
SELECT orm.flush();
SELECT orm.flush('{"remove": [{"model": "SPost", "key": 1}, {"model": "SAuthor", "key": 50}], "add": [{"model": "SAuthor", "object": {"id": 50, "name": "third"}}]}');
SELECT name, age FROM authors WHERE id IN (50, 55);
ROLLBACK;
SELECT count(*) AS functions FROM orm.unmap('SBefore');

\echo # a block with EXCEPTION is a savepoint
DO $$ BEGIN
    PERFORM orm.add('SAuthor', '{"name": "outer"}');
    BEGIN
        PERFORM orm.add('SAuthor', '{"name": "inner"}');
        PERFORM orm.get('SAuthor', 1);
        RAISE EXCEPTION 'x';
    EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN
        PERFORM orm.add('SAuthor', '{"age": 1}');
        PERFORM orm.flush();
    EXCEPTION WHEN not_null_violation THEN NULL; END;
    PERFORM orm.flush();
    PERFORM orm.add('SAuthor', '{"name": "last"}');
END $$;
SELECT name FROM authors WHERE name IN ('outer', 'inner', 'last') ORDER BY 1;

\echo # COMMIT in a procedure
CREATE PROCEDURE two() LANGUAGE plpgsql AS $$ BEGIN
    PERFORM orm.add('SAuthor', '{"name": "one"}'); COMMIT;
    PERFORM orm.add('SAuthor', '{"name": "two"}'); ROLLBACK;
    PERFORM orm.add('SAuthor', '{"name": "three"}');
END $$;
CALL two();
SELECT name FROM authors WHERE name IN ('one', 'two', 'three') ORDER BY 1;

\echo # SET CONSTRAINTS ALL IMMEDIATE flushes, now and from then on
BEGIN;
SELECT orm.add('SAuthor', '{"name": "i1"}');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT orm.add('SAuthor', '{"name": "i2"}');
SELECT name FROM authors WHERE name LIKE 'i_' ORDER BY 1;
SET CONSTRAINTS ALL DEFERRED;
SELECT orm.add('SAuthor', '{"name": "i3"}');
COMMIT;
SELECT name FROM authors WHERE name LIKE 'i_' ORDER BY 1;
BEGIN;
SELECT orm.add('SAuthor', '{"name": "j1"}');
SAVEPOINT s;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK TO s;
SELECT object FROM orm.pending();
COMMIT;
SELECT name FROM authors WHERE name LIKE 'j_' ORDER BY 1;

\echo # what cannot be written makes COMMIT fail
SELECT reset();
BEGIN;
SELECT orm.add('SAuthor', '{"name": "x"}');
SELECT orm.add('SAuthor', '{"age": 1}');
COMMIT;
BEGIN;
SELECT orm.add('SPost', '{"author_id": 99}');
COMMIT;
SELECT count(*) FROM authors;

\echo # a trigger that queues more: the next round writes it
CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.age > 0 THEN PERFORM orm.add('SAuthor', json_build_object('name', 'child of ' || NEW.name, 'age', NEW.age - 1)); END IF;
    PERFORM orm.get('SAuthor', 1);
    RETURN NULL; END $$;
CREATE TRIGGER more AFTER INSERT ON authors FOR EACH ROW EXECUTE FUNCTION more();
SELECT orm.add('SAuthor', '{"name": "n", "age": 2}');
SELECT name, age FROM authors ORDER BY id;
DROP TRIGGER more ON authors;

\echo # a trigger that takes back, in a block of its own, what it has queued: what is being written stays as it is
CREATE FUNCTION reconsiders() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM orm.add('SAuthor', '{"name": "never"}', 'never');
    BEGIN PERFORM orm.expunge('never'); EXCEPTION WHEN OTHERS THEN RAISE; END;
    PERFORM orm.merge('SAuthor', '{"id": 60, "age": 4, "name": "last"}');
    RETURN NULL; END $$;
CREATE TRIGGER reconsiders AFTER INSERT ON authors FOR EACH ROW EXECUTE FUNCTION reconsiders();
BEGIN;
SELECT orm.add('SAuthor', '{"id": 60, "name": "first"}'), orm.merge('SAuthor', '{"id": 60, "name": "next", "age": 3}');
SELECT orm.flush();
COMMIT;
SELECT name, age FROM authors WHERE id = 60 OR name = 'never';
DROP TRIGGER reconsiders ON authors;

\echo # a trigger that leaves a cursor open
CREATE FUNCTION opens() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE c refcursor = 'left_open'; BEGIN OPEN c FOR SELECT 1; RETURN NULL; END $$;
CREATE TRIGGER opens AFTER INSERT ON authors FOR EACH STATEMENT EXECUTE FUNCTION opens();
SELECT orm.add('SAuthor', '{"name": "with a cursor"}');
SELECT count(*) FROM authors WHERE name = 'with a cursor';
DROP TRIGGER opens ON authors;

\echo # each object is written as the role that queued it
SELECT reset();
CREATE ROLE regress_orm_session;
GRANT USAGE ON SCHEMA session TO regress_orm_session;
GRANT INSERT ON authors TO regress_orm_session;
GRANT INSERT, SELECT ON statements TO regress_orm_session;
GRANT USAGE ON SEQUENCE statements_n_seq TO regress_orm_session;
CREATE TABLE who (name text, writer text);
GRANT INSERT ON who TO regress_orm_session;
CREATE FUNCTION who() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO session.who VALUES (NEW.name, current_user::regrole::oid = 'regress_orm_session'::regrole); RETURN NULL; END $$;
CREATE TRIGGER who AFTER INSERT ON authors FOR EACH ROW EXECUTE FUNCTION who();
BEGIN;
SET LOCAL ROLE regress_orm_session;
SELECT orm.add('SAuthor', '{"name": "low"}');
RESET ROLE;
SELECT orm.add('SAuthor', '{"name": "high"}');
COMMIT;
SELECT name, writer AS by_low FROM who ORDER BY 1;
BEGIN;
SET LOCAL ROLE regress_orm_session;
SELECT orm.add('SPost', '{"author_id": 1}');
RESET ROLE;
COMMIT;
\echo # a role that is dropped meanwhile has no rights
BEGIN;
CREATE ROLE regress_orm_dropped;
SET LOCAL ROLE regress_orm_dropped;
SELECT orm.add('SAuthor', '{"name": "of nobody"}');
RESET ROLE;
DROP ROLE regress_orm_dropped;
SELECT action, role::text ~ '^[0-9]+$' AS number FROM orm.pending();
COMMIT;
\echo # not in a security-restricted operation
CREATE TABLE touched (v integer);
CREATE FUNCTION sly(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM orm.add('SAuthor', '{"name": "sly"}'); RETURN $1; END $$;
INSERT INTO touched VALUES (1);
CREATE INDEX ON touched (sly(v));
BEGIN READ ONLY;
SELECT orm.add('SAuthor', '{"name": "x"}');
ROLLBACK;

\echo # what is queued means what it meant when it was queued, whatever is set since
CREATE TABLE days (day date PRIMARY KEY, at timestamptz, length interval);
CREATE TABLE visits (id integer PRIMARY KEY, day date REFERENCES days);
CREATE TABLE measures (value float8 PRIMARY KEY);
SELECT count(*) AS functions FROM orm.map('days', 'SDay', orm.accessors(include => '{}'));
SELECT count(*) AS functions FROM orm.map('visits', 'SVisit', orm.belongs_to('to', 'SDay', foreign_key => 'day'), orm.accessors(include => '{}'));
SELECT count(*) AS functions FROM orm.map('measures', 'SMeasure', orm.accessors(include => '{}'));
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
INSERT INTO days VALUES ('2026-03-04'), ('2026-04-03');
INSERT INTO measures VALUES (1 / 3::float8), (0.333);
BEGIN;
SET LOCAL datestyle = 'SQL, DMY';
SELECT orm.remove('SDay', '2026-04-03'::date), orm.add('SDay', '{"day": "05/06/2026"}'), orm.merge('SDay', '{"day": "04/03/2026", "length": "1 day"}', 'd'), orm.flush();
SELECT orm.remove('SDay', '2026-06-05'::date);
SET LOCAL datestyle = 'SQL, MDY';
SELECT orm.add('SVisit', '{"id": 1, "to": {"$ref": "d"}}'), orm.merge('SDay', '{"day": "07/08/2026"}');
SET LOCAL datestyle = 'SQL, DMY';
SELECT orm.create('SVisit', '{"id": 2, "to": {"$ref": "d"}}');
SELECT orm.add('SDay', '{"day": "09/10/2026"}');
SET LOCAL extra_float_digits = -12;
SELECT orm.remove('SMeasure', 1 / 3::float8);
SET LOCAL timezone = 'Asia/Tokyo';
SELECT orm.add('SDay', '{"day": "2026-01-01", "at": "2026-01-01 09:00"}');
SET LOCAL TIME ZONE INTERVAL '-05:30' HOUR TO MINUTE;
SELECT orm.add('SDay', '{"day": "2026-01-02", "at": "2026-01-01 09:00"}');
SET LOCAL timezone = 'America/Lima';
SET LOCAL datestyle = 'SQL, MDY';
COMMIT;
SELECT * FROM days ORDER BY day;
SELECT * FROM visits ORDER BY id;
SELECT * FROM measures;
SHOW datestyle;
SHOW timezone;
RESET datestyle;
RESET timezone;

\echo # wrong calls
BEGIN;
SELECT orm.add('SAuthor', '{"name": "x"}', 'l');
SAVEPOINT s;
SELECT orm.add('SAuthor', '{"name": "y"}', 'l');
ROLLBACK TO s;
SELECT orm.expunge('l'), orm.expunge('l'), orm.expunge('nobody');
COMMIT;
SELECT orm.add('SAuthr', '{}');
SELECT orm.add('SAuthor', '{"nme": "x"}');
SELECT orm.add('SAuthor', '{"age": "x"}');
SELECT orm.add('SAuthor', '[{"name": "x"}]');
SELECT orm.add('SAuthor', NULL);
SELECT orm.add(NULL, '{}');
SELECT orm.merge('SAuthor', '{"id": 404}');
SELECT orm.remove('SAuthor', 'x');
SELECT orm.flush_at_commit();
BEGIN;
SET LOCAL orm.queue_size = 64;
SELECT count(orm.add('SAuthor', json_build_object('name', repeat('x', 1000)))) FROM generate_series(1, 200);
ROLLBACK;
\echo # so does what is taken back
BEGIN;
SET LOCAL orm.queue_size = 64;
SAVEPOINT s;
SELECT count(orm.add('SAuthor', json_build_object('name', repeat('x', 1000)))) FROM generate_series(1, 200);
ROLLBACK TO s;
SELECT orm.add('SAuthor', json_build_object('name', repeat('y', 5000)), 'y'), orm.expunge('y');
SELECT count(orm.add('SAuthor', json_build_object('name', repeat('x', 400)), 'l' || i)) FROM generate_series(1, 60) i;
SELECT count(orm.expunge('l' || i)) FROM generate_series(1, 60) i;
SELECT count(orm.add('SAuthor', json_build_object('name', repeat('x', 2000)))) FROM generate_series(1, 10);
ROLLBACK;
\echo # what is written makes room
BEGIN;
SET LOCAL orm.queue_size = 64;
SELECT sum(orm.flush()) FROM generate_series(1, 200) i, LATERAL (SELECT orm.add('SAuthor', json_build_object('name', repeat('x', 1000 + i)))) a;
COMMIT;
SELECT count(*) FROM authors WHERE name LIKE 'xxx%';
SELECT count(*) AS still_pending FROM orm.pending();

DROP OWNED BY regress_orm_session;
DROP ROLE regress_orm_session;
DROP SCHEMA session CASCADE;
