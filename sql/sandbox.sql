-- What a model's owner can make run while somebody more powerful works on his models, and what must not work where nothing may be written
\set VERBOSITY terse
CREATE SCHEMA sandbox_test;
SET search_path = sandbox_test;
CREATE ROLE regress_orm_owner;
GRANT CREATE, USAGE ON SCHEMA sandbox_test TO regress_orm_owner;
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO regress_orm_owner;

-- Text of a declaration runs code while it is parsed: a literal of a row type with a checked domain in it.
-- A trigger that it leaves for the end of the transaction would run as the caller.
SET SESSION AUTHORIZATION regress_orm_owner;
CREATE TABLE trap (x integer);
CREATE FUNCTION spring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE 'the trigger runs as %', current_user;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER spring AFTER INSERT ON trap DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spring();
CREATE FUNCTION lay() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sandbox_test.trap VALUES (1);
    RETURN true;
END $$;
CREATE DOMAIN trapped AS integer CHECK (sandbox_test.lay());
CREATE TYPE pair AS (one trapped);
SELECT orm.model('Bait', 'sandbox_test.baits', orm.column('id', 'integer', primary_key => true),
    orm.column('x', 'integer', server_default => $$('(5)'::sandbox_test.pair).one$$));
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM orm.create_all(owner => 'regress_orm_owner');
SELECT count(*) FROM trap;

-- Nor do settings stay that it makes.
CREATE OR REPLACE FUNCTION lay() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', 'pg_catalog', false);
    RETURN true;
END $$;
SELECT count(*) FROM orm.create_all(owner => 'regress_orm_owner');
SHOW search_path;

-- A model is not changed where nothing may be written
SET default_transaction_read_only = on;
SELECT orm.model('Other', 'sandbox_test.others', orm.column('id', 'integer', primary_key => true));
SELECT orm.unmap('Bait');
SELECT count(*) FROM orm.sync('Bait');
RESET default_transaction_read_only;

-- create_all makes what is missing: an accessor whose arguments are old is not missing, and is not made a second time
ALTER TABLE baits ADD COLUMN y integer;
SELECT count(*) FROM orm.create_all(owner => 'regress_orm_owner');
SELECT * FROM bait_create(id => 1, x => 2);
SELECT count(*) FROM orm.sync('Bait');
SELECT * FROM bait_create(id => 2, y => 3);

-- A model function that comes by itself, as in a restore, maps what orm.map would
CREATE SEQUENCE seq;
CREATE TEMPORARY TABLE temp (id integer PRIMARY KEY);
CREATE FUNCTION class_model() RETURNS json LANGUAGE orm STABLE AS 'model Class {"table": "pg_catalog.pg_class", "map": true}';
SET check_function_bodies = off;
CREATE FUNCTION key_model() RETURNS json LANGUAGE orm STABLE AS 'model Key {"table": "baits_pkey", "map": true}';
CREATE FUNCTION seq_model() RETURNS json LANGUAGE orm STABLE AS 'model Seq {"table": "seq", "map": true}';
CREATE FUNCTION class_model() RETURNS json LANGUAGE orm STABLE AS 'model Class {"table": "pg_catalog.pg_class", "map": true}';
\set ECHO none
SELECT format('CREATE FUNCTION temp_model() RETURNS json LANGUAGE orm STABLE AS %L', 'model Temp {"table": "' || relnamespace::regnamespace || '.temp", "map": true}')
    FROM pg_class WHERE oid = 'temp'::regclass \gexec
\set ECHO all
RESET check_function_bodies;
SELECT orm.get('Key', 1);
SELECT orm.get('Seq', 1);
SELECT orm.get('Class', 1);
SELECT orm.get('Temp', 1);
DROP FUNCTION key_model(), seq_model(), class_model(), temp_model();

-- Code that runs while a document is read may alter the very table: the rows that come back are then not those of the model
CREATE FUNCTION alters(i integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF i = 13 THEN
        ALTER TABLE sandbox_test.moving ALTER COLUMN n TYPE integer USING 7;
    END IF;
    RETURN true;
END $$;
CREATE DOMAIN alteration AS integer CHECK (sandbox_test.alters(value));
CREATE TABLE moving (id text PRIMARY KEY DEFAULT 'a', d alteration, n text, a text[]);
SELECT count(*) FROM orm.map('moving', 'Moving');
SELECT orm.create('Moving', '{"d": 1, "n": "x"}');
SELECT orm.update('Moving', 'a', '{"d": 13}');
SELECT orm.create('Moving', '[{"id": "b", "d": 13}, {"id": "c", "d": 1}]');
SELECT orm.create('Moving', '[{"id": "b", "d": 13, "n": "x", "a": ["1"]}, {"id": "c", "d": 1, "n": "y", "a": []}]');
SELECT orm.save('Moving', '{"id": "a", "d": 13}');
SELECT * FROM moving_create(id => 'd', d => 13);
SELECT d, n FROM moving_filter_by(d => 13);
SELECT orm.get('Moving', 'a');
CREATE TABLE numbers (id alteration PRIMARY KEY, n text);
SELECT count(*) FROM orm.map('numbers', 'Number');
CREATE OR REPLACE FUNCTION alters(i integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF i = 13 THEN
        ALTER TABLE sandbox_test.numbers ALTER COLUMN n TYPE integer USING 7;
    END IF;
    RETURN true;
END $$;
INSERT INTO numbers VALUES (1, 'x'), (12, 'y');
SELECT orm.get('Number', '1'), orm.delete('Number', '1');
SELECT orm.get('Number', '13');
SELECT orm.get('Number', '12');
CREATE TABLE keyed (id text PRIMARY KEY DEFAULT 'a', d alteration);
SELECT count(*) FROM orm.map('keyed', 'Keyed');
CREATE OR REPLACE FUNCTION alters(i integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF i = 13 THEN
        ALTER TABLE sandbox_test.keyed ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE integer USING 7, ALTER COLUMN id SET DEFAULT 100;
    END IF;
    RETURN true;
END $$;
SELECT orm.create('Keyed', '[{"d": 13}, {"d": 12}]');
SELECT orm.create('Keyed', '[{"d": 1}]');

SET client_min_messages = warning;
SELECT count(*) FROM orm.drop_all(owner => 'regress_orm_owner');
SELECT orm.unmap('Bait');
DROP TABLE temp;
DROP SCHEMA sandbox_test CASCADE;
REVOKE ALL ON FUNCTION orm.model(text, text, orm.document[]) FROM regress_orm_owner;
DROP ROLE regress_orm_owner;
