-- orm.impact: what a delete would take with it, without doing it.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA impact_test;
SET search_path = impact_test;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''));
END $$;

CREATE TABLE authors (id int PRIMARY KEY, name text);
CREATE TABLE posts (id int PRIMARY KEY, author_id int REFERENCES authors ON DELETE CASCADE);
CREATE TABLE comments (id int PRIMARY KEY, post_id int REFERENCES posts ON DELETE CASCADE, author_id int REFERENCES authors ON DELETE CASCADE);
CREATE TABLE notes (id int PRIMARY KEY, author_id int REFERENCES authors ON DELETE SET NULL, editor_id int REFERENCES authors ON DELETE SET NULL, post_id int DEFAULT 0 REFERENCES posts ON DELETE SET DEFAULT);
CREATE TABLE orders (id int PRIMARY KEY, author_id int REFERENCES authors, post_id int CONSTRAINT of_post REFERENCES posts ON DELETE RESTRICT);
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.authors', 'Author');
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.posts', 'Post');
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.orders', 'Order');
INSERT INTO authors SELECT i, 'a' || i FROM generate_series(1, 9) i;
INSERT INTO posts VALUES (0, NULL), (10, 1), (11, 1), (12, 1), (20, 2), (30, 3), (40, 4);
INSERT INTO comments VALUES (1, 10, 1), (2, 10, 2), (3, 20, 1), (4, 20, 2), (5, 11, NULL);

-- a cascade, a diamond: comment 1 goes twice and counts once
SELECT orm.impact('Author', 1);
SELECT orm.impact('Author', 2), orm.impact('Author', 9), orm.impact('Post', 10);

-- keys that unlink and set defaults: note 3 loses two links to the author and counts once
INSERT INTO notes VALUES (1, 1, NULL, NULL), (2, 5, 1, 10), (3, 1, 1, 11), (4, 5, 5, 20), (5, NULL, 5, 12);
SELECT orm.impact('Author', 1);
SELECT orm.impact('Author', 5);

-- rows that forbid it, by each key
INSERT INTO orders VALUES (1, 1, 10), (2, 1, 20), (3, 2, 11), (4, 3, NULL);
SELECT orm.impact('Author', 1);
SELECT orm.impact('Author', 3), orm.impact('Order', 1);

-- nothing happened, and what was said is what does happen
SELECT (SELECT count(*) FROM authors) AS authors, (SELECT count(*) FROM posts) AS posts, (SELECT count(*) FROM comments) AS comments,
       (SELECT count(*) FROM notes WHERE author_id IS NOT NULL OR editor_id IS NOT NULL) AS linked;
SELECT refused($$DELETE FROM authors WHERE id = 1$$);
DELETE FROM orders;
DELETE FROM authors WHERE id = 1;
SELECT (SELECT count(*) FROM authors) AS authors, (SELECT count(*) FROM posts) AS posts, (SELECT count(*) FROM comments) AS comments;
SELECT * FROM notes ORDER BY id;

-- keys in every form, and none
SELECT orm.impact('Author', '2') IS NULL, orm.impact('Author', 2::bigint) IS NULL, orm.impact('Author', '{"id": 2}'::json) IS NULL,
       orm.impact('Author', 2.0) IS NULL;
SELECT orm.impact('Author', 1), orm.impact('Author', NULL), orm.impact('Author', NULL::int), orm.impact('Author', '{"id": null}'::json);
SELECT refused($$SELECT orm.impact('Author', 'x')$$);
SELECT refused($$SELECT orm.impact('Author', 1.5)$$);
SELECT refused($$SELECT orm.impact('Auhtor', 1)$$);
SELECT refused($$SELECT orm.impact(NULL, 1)$$);

-- in a read-only transaction; and what this transaction has queued and written is seen
BEGIN READ ONLY;
SELECT orm.impact('Author', 2);
ROLLBACK;
BEGIN;
INSERT INTO posts VALUES (21, 2);
SELECT orm.impact('Author', 2);
SELECT orm.add('Post', '{"id": 22, "author_id": 2}') IS NOT NULL AS queued;
SELECT orm.impact('Author', 2);
ROLLBACK;

-- cycles: of a table with itself, of two tables
CREATE TABLE nodes (id int PRIMARY KEY, parent_id int REFERENCES nodes ON DELETE CASCADE, friend_id int REFERENCES nodes);
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.nodes', 'Node');
INSERT INTO nodes VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, NULL), (6, 5);
UPDATE nodes SET parent_id = 4 WHERE id = 1;
UPDATE nodes SET friend_id = 2 WHERE id IN (3, 6);
SELECT orm.impact('Node', 1), orm.impact('Node', 3), orm.impact('Node', 5);
CREATE TABLE eggs (id int PRIMARY KEY, hen int);
CREATE TABLE hens (id int PRIMARY KEY, egg int REFERENCES eggs ON DELETE CASCADE);
ALTER TABLE eggs ADD FOREIGN KEY (hen) REFERENCES hens ON DELETE CASCADE;
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.eggs', 'Egg');
INSERT INTO eggs VALUES (1, NULL), (2, NULL);
INSERT INTO hens VALUES (1, 1), (2, 1), (3, 2);
UPDATE eggs SET hen = 1;
SELECT orm.impact('Egg', 1), orm.impact('Egg', 2);

-- a long way down, and many at once
INSERT INTO nodes SELECT 1000 + i, CASE WHEN i > 0 THEN 999 + i END FROM generate_series(0, 300) i;
INSERT INTO nodes SELECT 10000 + i, 1300 FROM generate_series(1, 5000) i;
SELECT orm.impact('Node', 1000);

-- composite keys; names that need quotes; types, domains and collations that differ
CREATE DOMAIN code AS varchar(9);
CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE "Odd ""table" ("a ""b" code COLLATE "C", c smallint, PRIMARY KEY (c, "a ""b"));
CREATE TABLE odd_rows (x text COLLATE "POSIX", y bigint, FOREIGN KEY (y, x) REFERENCES "Odd ""table" (c, "a ""b") ON DELETE CASCADE);
CREATE TABLE names (name text COLLATE blind PRIMARY KEY);
CREATE TABLE named (name text COLLATE blind REFERENCES names ON DELETE CASCADE);
CREATE TABLE padded (name char(5) PRIMARY KEY);
CREATE TABLE unpadded (name text REFERENCES padded ON DELETE SET NULL);
CREATE TABLE sets (members int[] PRIMARY KEY);
CREATE TABLE of_sets (members int[] REFERENCES sets);
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test."Odd ""table"', 'Odd "model');
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.names', 'Name');
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.padded', 'Padded');
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.sets', 'Set');
INSERT INTO "Odd ""table" VALUES ('x', 1), ('y', 1);
INSERT INTO odd_rows VALUES ('x', 1), ('x', 1), ('y', 1), ('z', NULL), (NULL, 1);
INSERT INTO names VALUES ('Ana'), ('Eva');
INSERT INTO named VALUES ('Ana'), ('ANA'), ('eva');
INSERT INTO padded VALUES ('a'), ('b');
INSERT INTO unpadded VALUES ('a'), ('a   '), ('b');
INSERT INTO sets VALUES ('{1,2}'), ('{}');
INSERT INTO of_sets VALUES ('{1,2}');
SELECT orm.impact('Odd "model', (1, 'x')), orm.impact('Odd "model', '{"c": 1, "a \"b": "y"}'), orm.impact('Odd "model', '(2,x)');
SELECT orm.impact('Name', 'ana'), orm.impact('Padded', 'a'), orm.impact('Set', ARRAY[1, 2]), orm.impact('Set', ARRAY[]::int[]);

-- partitions, on both sides; inheritance: the key of a table says nothing of those that inherit from it
CREATE TABLE events (id int, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (10);
CREATE TABLE events_2 (day int NOT NULL, gone int, id int NOT NULL);
ALTER TABLE events_2 DROP COLUMN gone;
ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE visits (event_id int, day int, kind int, FOREIGN KEY (event_id, day) REFERENCES events ON DELETE CASCADE) PARTITION BY LIST (kind);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES IN (1);
CREATE TABLE visits_2 PARTITION OF visits FOR VALUES IN (2);
CREATE TABLE tickets (id int PRIMARY KEY, event_id int, day int, CONSTRAINT of_event FOREIGN KEY (event_id, day) REFERENCES events);
CREATE UNIQUE INDEX ON events_2 (day, id);
CREATE TABLE prizes (event_id int, day int, FOREIGN KEY (day, event_id) REFERENCES events_2 (day, id) ON DELETE SET NULL);
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.events', 'Event');
INSERT INTO events VALUES (1, 1), (2, 2), (1, 11), (2, 12);
INSERT INTO visits VALUES (1, 1, 1), (1, 1, 2), (1, 1, 2), (1, 11, 1), (2, 12, 2);
INSERT INTO tickets VALUES (1, 1, 1), (2, 1, 11), (3, 1, 11), (4, 2, 2);
INSERT INTO prizes VALUES (1, 11), (1, 11), (2, 12);
SELECT orm.impact('Event', (1, 1)), orm.impact('Event', (2, 2));
SELECT orm.impact('Event', (1, 11));
CREATE TABLE cars (id int PRIMARY KEY);
CREATE TABLE vans (size int) INHERITS (cars);
CREATE TABLE wheels (id int PRIMARY KEY, car_id int REFERENCES cars ON DELETE CASCADE);
CREATE TABLE big_wheels () INHERITS (wheels);
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.cars', 'Car');
INSERT INTO cars VALUES (1);
INSERT INTO vans VALUES (1, 10);
INSERT INTO wheels VALUES (1, 1), (2, 1);
INSERT INTO big_wheels VALUES (3, 1);
SELECT orm.impact('Car', 1);

-- several models of a table: the one asked for, else the one with accessors, else the first
SELECT count(*) AS functions FROM orm.map('impact_test.wheels', 'A wheel', orm.accessors(include => '{}'));
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.wheels', 'Wheel');
SELECT count(*) AS functions FROM orm.map('impact_test.cars', 'Other car', orm.accessors(include => '{}'));
SELECT orm.impact('Car', 1), orm.impact('Other car', 1);

-- a view has no keys to follow; a trigger that is off does nothing
CREATE VIEW all_authors AS SELECT * FROM authors;
SELECT count(*) > 0 AS mapped FROM orm.map('impact_test.all_authors', 'Any author', orm.primary_key('id'));
SELECT refused($$SELECT orm.impact('Any author', 2)$$);
ALTER TABLE authors DISABLE TRIGGER ALL;
SELECT orm.impact('Author', 2);
ALTER TABLE authors ENABLE TRIGGER ALL;

-- names that have changed since, under the same statements
SELECT orm.impact('Author', 2);
ALTER TABLE comments RENAME COLUMN author_id TO by_whom;
ALTER TABLE comments RENAME TO remarks;
SELECT orm.impact('Author', 2);

-- rights: on every table; rows that policies hide are not counted
CREATE ROLE regress_orm_impact;
GRANT USAGE ON SCHEMA impact_test TO regress_orm_impact;
GRANT SELECT ON authors, posts, events, visits, tickets, prizes TO regress_orm_impact;
SET ROLE regress_orm_impact;
SELECT refused($$SELECT orm.impact('Author', 2)$$);
SELECT orm.impact('Event', (1, 11));
RESET ROLE;
GRANT SELECT ON notes, remarks, orders TO regress_orm_impact;
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_20 ON posts USING (id <> 20);
CREATE POLICY second_kind ON visits USING (kind = 2);
SET ROLE regress_orm_impact;
SELECT orm.impact('Author', 2), orm.impact('Author', 3), orm.impact('Post', 20);
SELECT orm.impact('Event', (1, 1));
RESET ROLE;
SELECT orm.impact('Author', 2), orm.impact('Post', 20);

-- operators of the path are not asked
CREATE FUNCTION never(int, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called'; END $$;
CREATE OPERATOR = (LEFTARG = int, RIGHTARG = int, FUNCTION = never);
SET search_path = impact_test, pg_catalog;
SELECT orm.impact('Author', 2);

DROP SCHEMA impact_test CASCADE;
DROP ROLE regress_orm_impact;
