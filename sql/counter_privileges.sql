-- orm.counter and orm.position: whoever writes rows, the owner's triggers run nothing of his.
CREATE SCHEMA counter_privileges;
CREATE SCHEMA counter_privileges_other;
SET search_path = counter_privileges;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE ROLE regress_orm_counter_owner;
CREATE ROLE regress_orm_counter_writer;
GRANT USAGE, CREATE ON SCHEMA counter_privileges TO regress_orm_counter_owner;
GRANT USAGE ON SCHEMA counter_privileges TO regress_orm_counter_writer;
GRANT USAGE, CREATE ON SCHEMA counter_privileges_other TO regress_orm_counter_writer;
GRANT USAGE ON SCHEMA counter_privileges_other TO PUBLIC;

CREATE TABLE p (id text PRIMARY KEY, n integer NOT NULL DEFAULT 0, f integer NOT NULL DEFAULT 0);
CREATE TABLE c (id integer PRIMARY KEY, p_id text REFERENCES p, price numeric, at integer);
CREATE FUNCTION dear(price numeric) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN price > 5; END';
ALTER TABLE p OWNER TO regress_orm_counter_owner;
ALTER TABLE c OWNER TO regress_orm_counter_owner;
GRANT SELECT, INSERT, UPDATE, TRIGGER ON c TO regress_orm_counter_writer;
SELECT count(*) > 0 FROM orm.map('c', 'C', orm.belongs_to('p', 'P'), orm.position('at', 'p'));
SELECT count(*) > 0 FROM orm.map('p', 'P', orm.has_many('cs', 'C'), orm.counter('n', 'cs', 'price > 5'), orm.counter('f', 'cs', 'dear(price)'));
SELECT owner FROM orm.models WHERE model IN ('C', 'P');
INSERT INTO p VALUES ('a');

-- an operator of the writer's, a better match than the one of the server, in the expression and in a function that it calls
SET ROLE regress_orm_counter_writer;
CREATE FUNCTION counter_privileges_other.taken(numeric, integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE ''run by %'', current_user; END';
CREATE OPERATOR counter_privileges_other.> (LEFTARG = numeric, RIGHTARG = integer, FUNCTION = counter_privileges_other.taken);
SET search_path = counter_privileges_other, pg_catalog;
INSERT INTO counter_privileges.c (id, p_id, price) VALUES (1, 'a', 7), (2, 'a', 3);
RESET ROLE;
SELECT * FROM counter_privileges.p;

-- expressions and their functions mean one thing for everybody: objects of the schema of the table, or qualified ones
SET search_path = counter_privileges, counter_privileges_other;
CREATE FUNCTION counter_privileges_other.elsewhere(price numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
SELECT orm.extend('P', orm.counter('n', 'cs', 'elsewhere(price)'));
SELECT count(*) > 0 FROM orm.extend('P', orm.counter('n', 'cs', 'counter_privileges_other.elsewhere(price)'));
SET search_path = pg_catalog;
INSERT INTO counter_privileges.c (id, p_id, price) VALUES (3, 'a', 1);
SET search_path = counter_privileges;
SELECT * FROM p;

-- triggers that others make: on a table with a key of another type, and over another table than the rows that were written
SET ROLE regress_orm_counter_writer;
CREATE TABLE counter_privileges_other.mine (id bigint);
CREATE TABLE counter_privileges_other.keyless (key bigint);
INSERT INTO counter_privileges_other.mine VALUES (1);
INSERT INTO counter_privileges_other.keyless VALUES (1);
CREATE TRIGGER t AFTER UPDATE ON counter_privileges_other.mine FOR EACH ROW EXECUTE FUNCTION orm.keep_counters('P', 'cs');
CREATE TRIGGER t AFTER UPDATE ON counter_privileges_other.keyless FOR EACH ROW EXECUTE FUNCTION orm.keep_counters('P', 'cs');
UPDATE counter_privileges_other.mine SET id = 4096;
UPDATE counter_privileges_other.keyless SET key = 4096;
CREATE TRIGGER t AFTER INSERT ON c REFERENCING NEW TABLE AS other EXECUTE FUNCTION orm.keep_counters('P', 'cs');
INSERT INTO c (id, p_id) VALUES (4, 'a');
RESET ROLE;
DROP TRIGGER t ON c;
CREATE TRIGGER t AFTER INSERT ON c REFERENCING NEW TABLE AS other EXECUTE FUNCTION orm.keep_positions('C', 'p');
INSERT INTO c (id, p_id) VALUES (4, 'a');
DROP TRIGGER t ON c;
SELECT * FROM p;

-- nobody else counts anew
SET ROLE regress_orm_counter_writer;
SELECT * FROM orm.repair('P');
SELECT * FROM orm.repair('C');
RESET ROLE;

DROP SCHEMA counter_privileges, counter_privileges_other CASCADE;
DROP ROLE regress_orm_counter_owner, regress_orm_counter_writer;
