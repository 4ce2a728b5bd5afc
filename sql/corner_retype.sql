-- Bodies follow what their names and operators mean: types, extensions, schemas, casts, attributes of typed tables.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA corner_retype;
CREATE SCHEMA corner_retype_ext;
SET search_path = corner_retype, corner_retype_ext, public;
CREATE EXTENSION citext SCHEMA corner_retype_ext;
CREATE EXTENSION ltree SCHEMA corner_retype_ext;

-- The oracle is plain SQL: the row by its key and by the join, under every command.
CREATE TABLE word (w text PRIMARY KEY);
CREATE TABLE use (id int PRIMARY KEY, w text REFERENCES word);
INSERT INTO word VALUES ('abc'), ('xyz');
INSERT INTO use VALUES (1, 'abc'), (2, 'xyz');
SELECT count(*) FROM orm.map('word', 'Word', orm.has_many('uses', 'Use'));
SELECT count(*) FROM orm.map('use', 'Use', orm.belongs_to('word', 'Word'));
CREATE FUNCTION found(ddl text) RETURNS TABLE (find_abc int, find_upper int, uses int, words int, filtered int) LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    EXECUTE ddl;
    EXECUTE 'SELECT (SELECT count(*) FROM word_find(''abc'')), (SELECT count(*) FROM word_find(''ABC'')),
        (SELECT count(*) FROM word_all() x, uses(x)), (SELECT count(*) FROM use y, word(y)),
        (SELECT count(*) FROM word_filter_by(w => ''abc''))'
        INTO find_abc, find_upper, uses, words, filtered;
    RETURN NEXT;
END $$;
SELECT * FROM found('SELECT 1');
SELECT * FROM found('ALTER TABLE use DROP CONSTRAINT use_w_fkey; ALTER TABLE word ALTER w TYPE citext; ALTER TABLE use ALTER w TYPE citext; UPDATE use SET w = ''ABC'' WHERE id = 1; ALTER TABLE use ADD CONSTRAINT use_w_fkey FOREIGN KEY (w) REFERENCES word');
SELECT p.proname, p.prosrc FROM pg_proc p WHERE p.pronamespace = 'corner_retype'::regnamespace AND p.prolang = 14 AND p.proname IN ('word_find', 'uses') ORDER BY 1;
SELECT * FROM found('ALTER EXTENSION citext SET SCHEMA corner_retype');
SELECT * FROM found('ALTER EXTENSION citext SET SCHEMA corner_retype_ext; ALTER SCHEMA corner_retype_ext RENAME TO corner_retype_moved');
SELECT * FROM found('ALTER SCHEMA corner_retype_moved RENAME TO corner_retype_ext; SET search_path = corner_retype, corner_retype_ext');
SELECT * FROM found('UPDATE use SET w = ''abc'' WHERE id = 1; ALTER TABLE use DROP CONSTRAINT use_w_fkey; ALTER TABLE word ALTER w TYPE text; ALTER TABLE use ALTER w TYPE text; ALTER TABLE use ADD CONSTRAINT use_w_fkey FOREIGN KEY (w) REFERENCES word');
SELECT * FROM found('ALTER TABLE use DROP CONSTRAINT use_w_fkey; ALTER TABLE word ALTER w TYPE ltree USING w::ltree; ALTER TABLE use ALTER w TYPE ltree USING w::ltree; ALTER TABLE use ADD CONSTRAINT use_w_fkey FOREIGN KEY (w) REFERENCES word');
SELECT * FROM found('ALTER TABLE use DROP CONSTRAINT use_w_fkey; ALTER TABLE word ALTER w TYPE varchar(9); ALTER TABLE use ALTER w TYPE char(5); ALTER TABLE use ADD CONSTRAINT use_w_fkey FOREIGN KEY (w) REFERENCES word');
SELECT count(*) FROM orm.sync('Word');
SELECT * FROM found('SELECT 1');

-- under session_replication_role = replica as well
SET session_replication_role = replica;
SELECT * FROM found('ALTER TABLE use DROP CONSTRAINT use_w_fkey; ALTER TABLE word ALTER w TYPE citext; ALTER TABLE use ALTER w TYPE citext');
RESET session_replication_role;

-- numbers: find keeps its argument and finds by the new type
CREATE TABLE num (id int PRIMARY KEY);
INSERT INTO num VALUES (1), (2);
SELECT count(*) FROM orm.map('num', 'Num');
CREATE FUNCTION number(type text) RETURNS TABLE (id text, body text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'ALTER TABLE num ALTER id TYPE ' || type || ' USING id::' || type;
    EXECUTE 'SELECT id::text FROM num_find(2)' INTO id;
    SELECT p.prosrc INTO body FROM pg_proc p WHERE p.oid = 'num_find'::regproc;
    RETURN NEXT;
END $$;
SELECT v.type, n.* FROM (VALUES ('bigint'), ('smallint'), ('numeric'), ('text'), ('integer')) v (type), number(v.type) n;

-- typed tables: ALTER TYPE ... RENAME ATTRIBUTE ... CASCADE
CREATE TYPE thing AS (id int, name text);
CREATE TABLE thing_table OF thing (PRIMARY KEY (id));
CREATE TABLE part (id int PRIMARY KEY, thing_id int REFERENCES thing_table);
INSERT INTO thing_table VALUES (1, 'one'), (2, 'two');
INSERT INTO part VALUES (1, 2);
SELECT count(*) FROM orm.map('thing_table', 'Thing', orm.has_many('parts', 'Part'));
SELECT count(*) FROM orm.map('part', 'Part', orm.belongs_to('thing', 'Thing'));
ALTER TYPE thing RENAME ATTRIBUTE id TO number CASCADE;
SELECT * FROM thing_find(2);
SELECT * FROM thing_find(3);
SELECT t.* FROM part p, thing(p) t;
SELECT p.* FROM thing_all() t, parts(t) p;
ALTER TYPE thing ALTER ATTRIBUTE number TYPE bigint CASCADE;
SELECT * FROM thing_find(2);
ALTER TYPE thing RENAME TO thing2;
SELECT * FROM thing_find(2);

-- inheritance: a rename reaches the children
CREATE TABLE base (id int PRIMARY KEY, v int);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (base);
INSERT INTO child VALUES (1, 1), (2, 2);
SELECT count(*) FROM orm.map('child', 'Child');
ALTER TABLE base RENAME COLUMN id TO ident;
SELECT * FROM child_find(2);

-- types of one's own
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE day (m mood PRIMARY KEY, n int);
INSERT INTO day VALUES ('sad', 1), ('glad', 2);
SELECT count(*) FROM orm.map('day', 'Day');
ALTER TYPE mood RENAME VALUE 'glad' TO 'happy';
ALTER TYPE mood SET SCHEMA corner_retype_ext;
SELECT * FROM day_find('happy');
ALTER TYPE corner_retype_ext.mood RENAME TO humour;
SELECT * FROM day_find('happy');

DROP EXTENSION ltree, citext CASCADE;
DROP SCHEMA corner_retype CASCADE;
DROP SCHEMA corner_retype_ext CASCADE;
