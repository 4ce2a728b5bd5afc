-- Columns in the bodies of inlined functions are columns, never arguments.
\set VERBOSITY terse
CREATE SCHEMA corner_find;
SET search_path = corner_find, public;

-- a key column that is gone under its name
CREATE TABLE invoice (id int PRIMARY KEY, total int);
INSERT INTO invoice VALUES (1, 10), (2, 20);
CREATE TABLE line (invoice_id int, "no" int, total int, PRIMARY KEY (invoice_id, "no"));
INSERT INTO line VALUES (1, 1, 5), (1, 2, 5);
CREATE TABLE t (t int PRIMARY KEY, x int);
INSERT INTO t VALUES (1, 1), (2, 2);
SELECT count(*) FROM orm.map('invoice', 'Invoice');
SELECT count(*) FROM orm.map('line', 'Line');
SELECT count(*) FROM orm.map('t', 'T');
SELECT * FROM invoice_find(999);
SELECT * FROM invoice_find(2);
SELECT * FROM line_find(1, 2);
SELECT * FROM t_find(2);
SELECT * FROM t_all() ORDER BY t;
SELECT * FROM t_all() a, LATERAL t_find(a.t) b ORDER BY a.t;

ALTER TABLE invoice DROP COLUMN id;
SELECT * FROM invoice_find(999);
ALTER TABLE line DROP COLUMN "no";
SELECT * FROM line_find(1, 2);
ALTER TABLE t DROP COLUMN t;
SELECT * FROM t_find(2);
SELECT * FROM t_all() ORDER BY x;

-- one that got another name while triggers are off
CREATE TABLE quiet (id int PRIMARY KEY, v int);
INSERT INTO quiet VALUES (1, 1), (2, 2);
SELECT count(*) FROM orm.map('quiet', 'Quiet');
SET session_replication_role = replica;
ALTER TABLE quiet RENAME COLUMN id TO ident;
RESET session_replication_role;
SELECT * FROM quiet_find(999);
SELECT * FROM quiet_find(1);

-- every body that is inlined says whose its columns are
SELECT p.proname, p.prosrc FROM pg_proc p
 WHERE p.pronamespace = 'corner_find'::regnamespace AND p.prolang = 14 ORDER BY p.proname;

SET client_min_messages = warning;
DROP SCHEMA corner_find CASCADE;
