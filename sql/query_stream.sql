-- orm.each: objects one by one, through a cursor of the server's.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA query_stream;
SET search_path = query_stream;
SET client_min_messages = warning;
CREATE TABLE parents (id int PRIMARY KEY, name text);
CREATE TABLE kids (id int PRIMARY KEY, parent_id int REFERENCES parents);
CREATE INDEX ON kids (parent_id);
SELECT count(*) > 0 FROM orm.map('query_stream.parents', 'Parent', orm.has_many('kids', 'Kid'));
SELECT count(*) > 0 FROM orm.map('query_stream.kids', 'Kid', orm.belongs_to('parent', 'Parent'));
INSERT INTO parents SELECT i, 'p' || i FROM generate_series(1, 3000) i;
INSERT INTO kids SELECT i, 1 + i % 3000 FROM generate_series(1, 9000) i;
ANALYZE parents, kids;

-- the same as orm.all, over several batches
CREATE FUNCTION same(query text) RETURNS boolean LANGUAGE sql AS $$
    SELECT (SELECT coalesce(json_agg(o)::jsonb, '[]') FROM (SELECT orm.each('Parent', query::orm.document) AS o) e)
        = orm.all('Parent', query::orm.document)::jsonb
$$;
SELECT same('{"order_by": ["-id"]}'), same('{"order_by": ["id"], "load": ["kids.parent"]}'),
    same('{"where": {"id": 0}, "load": ["kids"]}'), same('{"order_by": ["id"], "limit": 51, "load": ["kids"]}'),
    same('{"order_by": ["id"], "limit": 50}'), same('{"order_by": ["id"], "limit": 0}');
SELECT count(*), count(DISTINCT o::text) FROM orm.each('Parent', '{"load": ["kids"]}') o;
SELECT orm.each('Parent', '{"select": [], "limit": 2}');
SELECT orm.each('Parent', '{"lock": "update"}');
SELECT orm.each('Parent', '{"where": {"id": {"in": {"$": "ids"}}}, "order_by": ["id"], "load": {"kids": {"select": ["id"]}}}', '{"ids": [1, 2]}');

-- stopped early: nothing stays open, and nothing is said of leaks
RESET client_min_messages;
SELECT orm.each('Parent', '{"order_by": ["id"]}') LIMIT 2;
SELECT count(*) FROM pg_cursors WHERE statement LIKE '%parents%';
SELECT a.id, (SELECT (orm.each('Parent', '{"order_by": ["id"]}')->>'id')::int + a.id LIMIT 1) FROM parents a WHERE id < 4 ORDER BY id;
-- two at a time, one inside the other
SELECT orm.each('Parent', '{"where": {"id": {"le": 3}}, "order_by": ["id"], "select": ["id"]}') AS a,
    orm.each('Parent', '{"where": {"id": {"le": 2}}, "order_by": ["id"], "select": ["id"]}') AS b;
-- an error in the middle
SELECT 1 / (200 - (orm.each('Parent', '{"order_by": ["id"], "load": ["kids"]}')->>'id')::int) IS NULL LIMIT 300;
SELECT count(*) FROM pg_cursors WHERE statement LIKE '%parents%';

-- all of it sees the beginning, whatever is written meanwhile
BEGIN;
DECLARE c CURSOR FOR SELECT orm.each('Parent', '{"order_by": ["id"], "select": ["id"], "load": {"kids": {"select": ["id"], "limit": 1}}}');
FETCH 2 c;
DELETE FROM kids;
DELETE FROM parents WHERE id > 60;
MOVE 2996 c;
FETCH 2 c;
FETCH 1 c;
-- the subtransaction in which the cursor was read is rolled back, or committed
DECLARE d CURSOR FOR SELECT orm.each('Parent', '{"order_by": ["id"], "select": ["id"]}');
SAVEPOINT s;
FETCH 1 d;
RELEASE s;
FETCH 1 d;
DECLARE e CURSOR FOR SELECT orm.each('Parent', '{"order_by": ["id"], "select": ["id"]}');
SAVEPOINT s;
FETCH 1 e;
ROLLBACK TO s;
MOVE 40 e;
FETCH 1 e;
FETCH 10 e;
ROLLBACK;

-- its cursor was closed under it
BEGIN;
DECLARE c CURSOR FOR SELECT orm.each('Parent', '{"order_by": ["id"]}');
FETCH 1 c;
SELECT count(*) FROM pg_cursors;
CLOSE c;
COMMIT;
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT orm.each('Parent', '{"order_by": ["id"], "select": ["id"]}');
FETCH ALL c \g /dev/null
COMMIT;
FETCH 1 c;
CLOSE c;

-- the plan cache is emptied between two batches; the model changes
BEGIN;
SET LOCAL orm.plan_cache_size = 10;
DECLARE c CURSOR FOR SELECT orm.each('Parent', '{"order_by": ["id"], "select": ["id"], "load": {"kids": {"select": ["id"]}}}');
FETCH 1 c;
DO $$ BEGIN FOR i IN 1..30 LOOP PERFORM orm.all('Parent', ('{"limit": 1, "load": {"x' || i || '": {"of": "kids"}}}')::orm.document); END LOOP; END $$;
MOVE 100 c;
FETCH 1 c;
ALTER TABLE kids ADD more int;
MOVE 200 c;
FETCH 1 c;
COMMIT;

-- a loop that commits
CREATE TABLE seen (id int);
DO $$
DECLARE
    o json;
BEGIN
    FOR o IN SELECT orm.each('Parent', '{"order_by": ["id"], "limit": 120}') LOOP
        INSERT INTO seen VALUES ((o->>'id')::int);
        COMMIT;
    END LOOP;
END $$;
SELECT count(*), min(id), max(id) FROM seen;

SET client_min_messages = warning;
DROP SCHEMA query_stream CASCADE;
