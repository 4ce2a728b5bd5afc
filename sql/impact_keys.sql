-- orm.impact tells rows apart by their keys: of every type, composite, of tables above and below a partition, and
-- without a primary key.  What it counts is compared with what a delete does.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA impact_keys;
SET search_path = impact_keys;
SET client_min_messages = warning;
SET datestyle = iso;
SET lc_monetary = 'C';

-- The numbers of rows that a statement deletes from the tables of the schema, in a transaction that is undone.
CREATE FUNCTION deleted_by(statement text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    counting text; before jsonb; counts jsonb;
BEGIN
    counting = format('SELECT jsonb_object_agg(name, n) FROM (%s) c', (
        SELECT string_agg(format('SELECT %L AS name, count(*) AS n FROM ONLY %s', oid::regclass::text, oid::regclass), ' UNION ALL ')
        FROM pg_class WHERE relnamespace = 'impact_keys'::regnamespace AND relkind = 'r'));
    EXECUTE counting INTO before;
    BEGIN
        EXECUTE statement;
        EXECUTE counting INTO counts;
        RAISE EXCEPTION SQLSTATE 'UNDOS';
    EXCEPTION WHEN SQLSTATE 'UNDOS' THEN NULL;
    END;
    RETURN (SELECT jsonb_object_agg(key, (before ->> key)::int - value::int) FROM jsonb_each_text(counts) WHERE value <> before ->> key);
END $$;

\echo # keys of every type: three tables in a chain, where the third refers to the first, too
CREATE TYPE pair AS (a int, b text);
CREATE TYPE mood AS ENUM ('calm', 'odd', 'high');
CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);
CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE FUNCTION agrees(type text, first text, second text, third text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    impact jsonb; deleted jsonb;
BEGIN
    EXECUTE format('CREATE TABLE r (id %1$s PRIMARY KEY);
        CREATE TABLE c (id %1$s PRIMARY KEY, r %1$s REFERENCES r ON DELETE CASCADE);
        CREATE TABLE g (id %1$s PRIMARY KEY, c %1$s REFERENCES c ON DELETE CASCADE, r %1$s REFERENCES r ON DELETE CASCADE);
        INSERT INTO r VALUES (%2$L), (%3$L);
        INSERT INTO c VALUES (%2$L, %2$L), (%3$L, %2$L), (%4$L, %3$L);
        INSERT INTO g VALUES (%2$L, %2$L, %2$L), (%3$L, %3$L, %3$L), (%4$L, %4$L, %2$L)', type, first, second, third);
    PERFORM orm.map('r', 'IkRoot');
    impact = orm.impact('IkRoot', first)::jsonb -> 'deleted';
    deleted = deleted_by(format('DELETE FROM r WHERE id = %L::%s', first, type));
    PERFORM orm.unmap('IkRoot');
    DROP TABLE r, c, g;
    IF deleted - 'r' || jsonb_build_object('IkRoot', deleted -> 'r')
        = (SELECT jsonb_object_agg(replace(key, 'impact_keys.', ''), value) FROM jsonb_each(impact)) THEN
        RETURN impact;
    END IF;
    RETURN impact || ' is not ' || deleted;
END $$;
SELECT type, agrees(type, first, second, third) FROM (VALUES
    ('smallint', '1', '2', '3'), ('bigint', '1', '20000000000', '3'), ('numeric', '1.0', '2', '3.50'), ('float8', '1.5', '2', 'NaN'),
    ('text', 'a', 'A', ''), ('text COLLATE blind', 'a', 'b', 'C'), ('text COLLATE "C"', 'a', 'b', 'C'), ('varchar(5)', 'a', 'b', 'c'), ('char(3)', 'a', 'b', 'c'),
    ('name', 'a', 'b', 'c'), ('bytea', '\x00', '\x01', '\x'), ('date', '2024-01-01', 'infinity', '0044-03-15 BC'), ('time', '00:00', '24:00', '12:00'),
    ('timestamptz', '2024-01-01 00:00+00', '2024-01-02 00:00+00', 'infinity'), ('interval', '1 day', '1 hour', '1 mon'),
    ('uuid', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000003'),
    ('jsonb', '[1]', '{"a": 1}', '[{}]'), ('inet', '10.0.0.1', '10.0.0.0/8', '::1'), ('money', '1', '2', '3'), ('bit(2)', '00', '01', '11'), ('bit varying', '', '0', '11'),
    ('int4range', '[1,3)', 'empty', '(,)'), ('int4multirange', '{[1,3)}', '{}', '{[5,6)}'), ('tid', '(0,1)', '(0,2)', '(0,3)'), ('oid', '1', '2', '3'), ('pg_lsn', '0/0', '0/1', '1/0'),
    ('macaddr', '00:00:00:00:00:01', '00:00:00:00:00:02', '00:00:00:00:00:03'), ('tsvector', 'a', 'b', ''),
    ('mood', 'calm', 'odd', 'high'), ('even', '2', '4', '6'), ('pair', '(1,a)', '(1,b)', '(2,)'), ('int[]', '{1,2}', '{}', '{3}'), ('text[]', '{a}', '{NULL}', '{"a,b"}'),
    ('pair[]', '{"(1,a)"}', '{}', '{"(2,b)"}'), ('even[]', '{2}', '{4}', '{}')) AS t (type, first, second, third);

\echo # composite keys with an array in them, and names that need quotes
CREATE TABLE heads ("a ""b" int[], c int, name text UNIQUE, PRIMARY KEY (c, "a ""b"));
CREATE TABLE limbs (h int[], c int, n int, name text REFERENCES heads (name) ON DELETE CASCADE, PRIMARY KEY (n, h), FOREIGN KEY (c, h) REFERENCES heads (c, "a ""b") ON DELETE CASCADE);
CREATE TABLE nails (n int, h int[], FOREIGN KEY (n, h) REFERENCES limbs ON DELETE SET NULL);
SELECT count(*) > 0 AS mapped FROM orm.map('heads', 'IkHead');
INSERT INTO heads VALUES ('{1}', 1, 'x'), ('{2}', 1, 'y');
INSERT INTO limbs VALUES ('{1}', 1, 1, 'x'), ('{1}', 1, 2, NULL), ('{2}', 1, 1, 'x'), ('{2}', 1, 2, 'y');
INSERT INTO nails SELECT n, h FROM limbs, generate_series(1, 3);
SELECT orm.impact('IkHead', '{"c": 1, "a \"b": [1]}'), deleted_by($$DELETE FROM heads WHERE c = 1 AND "a ""b" = '{1}'$$);

\echo # no primary key: a unique key, a nullable one, one that is deferrable, of another collation or with a predicate; none
CREATE TABLE tops (id int UNIQUE NOT NULL, code text UNIQUE, late int UNIQUE DEFERRABLE);
CREATE TABLE by_unique (k int NOT NULL, top int REFERENCES tops (id) ON DELETE CASCADE, other text REFERENCES tops (code) ON DELETE CASCADE);
CREATE UNIQUE INDEX ON by_unique (k);
CREATE TABLE by_nothing (k int UNIQUE, top int REFERENCES tops (id) ON DELETE CASCADE, other text REFERENCES tops (code) ON DELETE CASCADE);
CREATE TABLE by_late (k int UNIQUE DEFERRABLE INITIALLY DEFERRED, top int REFERENCES tops (id) ON DELETE CASCADE, other text REFERENCES tops (code) ON DELETE CASCADE);
CREATE TABLE by_bytes (k text COLLATE blind NOT NULL, top int REFERENCES tops (id) ON DELETE CASCADE, other text REFERENCES tops (code) ON DELETE CASCADE);
CREATE UNIQUE INDEX ON by_bytes (k COLLATE "C");
CREATE TABLE by_part (k int NOT NULL, top int REFERENCES tops (id) ON DELETE CASCADE, other text REFERENCES tops (code) ON DELETE CASCADE);
CREATE UNIQUE INDEX ON by_part (k) WHERE k > 0;
CREATE UNIQUE INDEX ON by_part ((k + 1)) WHERE k > 0;
SELECT count(*) > 0 AS mapped FROM orm.map('tops', 'IkTop', orm.primary_key('id'));
INSERT INTO tops VALUES (1, 'a', 1), (2, 'b', 2);
INSERT INTO by_unique VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'a'), (4, 2, 'b');
INSERT INTO by_nothing VALUES (1, 1, 'a'), (NULL, 1, 'b'), (NULL, 2, 'a'), (NULL, 1, 'a');
INSERT INTO by_bytes VALUES ('k', 1, 'a'), ('K', 1, 'b'), ('L', 2, 'a');
INSERT INTO by_part VALUES (1, 1, 'a'), (0, 1, 'b'), (0, 2, 'a'), (0, 1, 'a');
BEGIN;
INSERT INTO by_late VALUES (1, 1, 'a'), (1, 1, 'b'), (2, 2, 'a');
SELECT jsonb_pretty(orm.impact('IkTop', 1)::jsonb), jsonb_pretty(deleted_by('DELETE FROM tops WHERE id = 1'));
ROLLBACK;

\echo # partitions: a row that is reached through its partition and through the table above it counts once
CREATE TABLE areas (id int PRIMARY KEY);
CREATE TABLE roads (area int REFERENCES areas ON DELETE CASCADE, id int, kind text, near int, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
CREATE TABLE roads_ab (near int, kind text NOT NULL, id int NOT NULL, area int) PARTITION BY LIST (kind);
ALTER TABLE roads ATTACH PARTITION roads_ab FOR VALUES IN ('a', 'b');
CREATE TABLE roads_a PARTITION OF roads_ab FOR VALUES IN ('a');
CREATE TABLE roads_b PARTITION OF roads_ab FOR VALUES IN ('b');
CREATE TABLE roads_c PARTITION OF roads FOR VALUES IN ('c');
ALTER TABLE roads_a ADD FOREIGN KEY (near) REFERENCES areas ON DELETE CASCADE;
ALTER TABLE roads_c ADD FOREIGN KEY (near) REFERENCES areas ON DELETE CASCADE;
CREATE TABLE signs (id int PRIMARY KEY, road int, kind text, FOREIGN KEY (road, kind) REFERENCES roads ON DELETE CASCADE);
CREATE TABLE lamps (id int PRIMARY KEY, road int, kind text, sign int REFERENCES signs ON DELETE CASCADE, FOREIGN KEY (road, kind) REFERENCES roads_a (id, kind) ON DELETE CASCADE);
CREATE TABLE gates (id int PRIMARY KEY, road int, kind text, FOREIGN KEY (kind, road) REFERENCES roads_ab (kind, id));
SELECT count(*) > 0 AS mapped FROM orm.map('areas', 'IkArea');
SELECT count(*) > 0 AS mapped FROM orm.map('roads', 'IkRoad');
INSERT INTO areas VALUES (1), (2);
INSERT INTO roads (area, id, kind, near) VALUES (1, 1, 'a', 1), (1, 1, 'b', 1), (2, 1, 'c', 1), (1, 2, 'a', 2), (2, 3, 'a', 1), (2, 2, 'c', 2);
INSERT INTO signs SELECT row_number() OVER (ORDER BY id, kind), id, kind FROM roads;
INSERT INTO lamps SELECT row_number() OVER (ORDER BY r.id), r.id, r.kind, s.id FROM roads_a r JOIN signs s ON s.road = r.id AND s.kind = r.kind;
INSERT INTO lamps VALUES (9, 1, 'a', NULL), (10, NULL, NULL, 2);
SELECT orm.impact('IkArea', 1), deleted_by('DELETE FROM areas WHERE id = 1');
INSERT INTO gates VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 1, 'b');
SELECT orm.impact('IkArea', 1), orm.impact('IkRoad', '(1,b)'), orm.impact('IkRoad', '(1,c)');
\echo # a trigger that is off in one partition
ALTER TABLE roads_a DISABLE TRIGGER ALL;
SELECT orm.impact('IkArea', 1), orm.impact('IkRoad', '(1,a)') AS impact_a, orm.impact('IkRoad', '(1,b)') AS impact_b;

\echo # inheritance: rows of parents and children are rows of their own, and one row counts once
CREATE TABLE owners (id int PRIMARY KEY);
CREATE TABLE pets (id int PRIMARY KEY, owner int REFERENCES owners ON DELETE CASCADE);
CREATE TABLE dogs (PRIMARY KEY (id), FOREIGN KEY (owner) REFERENCES owners ON DELETE CASCADE) INHERITS (pets);
CREATE TABLE bones (id int PRIMARY KEY, dog int REFERENCES dogs ON DELETE CASCADE, pet int REFERENCES pets ON DELETE CASCADE);
SELECT count(*) > 0 AS mapped FROM orm.map('owners', 'IkOwner');
SELECT count(*) > 0 AS mapped FROM orm.map('pets', 'IkPet', orm.belongs_to('of', 'IkOwner', foreign_key => 'owner'));
SELECT count(*) > 0 AS mapped FROM orm.extend('IkOwner', orm.has_many('pets', 'IkPet', foreign_key => 'owner', cascade => 'delete'));
INSERT INTO owners VALUES (1), (2);
INSERT INTO pets VALUES (1, 1), (2, 1);
INSERT INTO dogs VALUES (1, 1), (3, 1), (4, 2);
INSERT INTO bones VALUES (1, 1, NULL), (2, NULL, 1), (3, 4, 1), (4, 3, 2);
SELECT orm.impact('IkOwner', 1), deleted_by('DELETE FROM owners WHERE id = 1');

\echo # privileges on the columns of the keys suffice, where the primary key tells rows apart
CREATE TABLE firms (id int PRIMARY KEY, secret text);
CREATE TABLE desks (id int PRIMARY KEY, firm int REFERENCES firms ON DELETE CASCADE, secret text);
CREATE TABLE pens (id int PRIMARY KEY, desk int REFERENCES desks ON DELETE CASCADE, secret text);
SELECT count(*) > 0 AS mapped FROM orm.map('firms', 'IkFirm');
INSERT INTO firms VALUES (1);
INSERT INTO desks VALUES (1, 1), (2, 1);
INSERT INTO pens VALUES (1, 1), (2, 1), (3, 2);
CREATE ROLE regress_orm_impact_keys;
GRANT USAGE ON SCHEMA impact_keys TO regress_orm_impact_keys;
GRANT SELECT (id) ON firms TO regress_orm_impact_keys;
GRANT SELECT (id, firm) ON desks TO regress_orm_impact_keys;
GRANT SELECT (id, desk) ON pens TO regress_orm_impact_keys;
SET ROLE regress_orm_impact_keys;
SELECT orm.impact('IkFirm', 1);
RESET ROLE;

\echo # many rows
INSERT INTO desks SELECT i, 1 FROM generate_series(3, 3000) i;
INSERT INTO pens SELECT i, i % 3000 + 1 FROM generate_series(4, 9000) i;
SELECT orm.impact('IkFirm', 1), deleted_by('DELETE FROM firms WHERE id = 1');

DROP SCHEMA impact_keys CASCADE;
DROP ROLE regress_orm_impact_keys;
