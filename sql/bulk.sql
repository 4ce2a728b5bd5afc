-- Many objects at once: in the order of the document, matched by key, in few statements.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA bulk_test;
SET search_path = bulk_test;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;

CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, n int, at timestamptz DEFAULT now(), tags text[]);
CREATE TABLE codes (code text PRIMARY KEY, n int, note text DEFAULT 'none');
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.events', 'Event');
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.codes', 'Code');
CREATE TABLE results (what text, result json);

-- 10,000 objects in, as many out, each at its place
INSERT INTO results
SELECT 'create', orm.create('Event', json_agg(json_build_object('name', 'event ' || i, 'n', i))) FROM generate_series(1, 10000) i;
SELECT count(*) AS objects, count(*) FILTER (WHERE object->>'name' = 'event ' || ord AND object::text = to_json(e)::text) AS right
FROM results, json_array_elements(result) WITH ORDINALITY a(object, ord) LEFT JOIN events e ON e.id = (object->>'id')::bigint
WHERE what = 'create';
SELECT bool_and(id = n) AS ids_in_order FROM events;

-- with different sets of attributes
INSERT INTO results
SELECT 'mixed', orm.create('Event', json_agg(CASE i % 3
           WHEN 0 THEN json_build_object('name', 'mixed ' || i)
           WHEN 1 THEN json_build_object('n', i, 'name', 'mixed ' || i)
           ELSE json_build_object('tags', array['t' || i, null], 'name', 'mixed ' || i) END ORDER BY i))
FROM generate_series(1, 3000) i;
SELECT count(*) AS objects, count(*) FILTER (WHERE object->>'name' = 'mixed ' || ord AND object::text = to_json(e)::text) AS right,
       bool_and(e.id = 10000 + ord) AS ids_in_order
FROM results, json_array_elements(result) WITH ORDINALITY a(object, ord) LEFT JOIN events e ON e.id = (object->>'id')::bigint
WHERE what = 'mixed';

-- save: some there and changed, some there and the same, some new, in no order
INSERT INTO codes SELECT 'c' || i, i FROM generate_series(1, 2000) i;
INSERT INTO results
SELECT 'save', orm.save('Code', json_agg(json_build_object('code', 'c' || i, 'n', CASE WHEN i % 2 = 0 THEN i ELSE -i END) ORDER BY md5(i::text)))
FROM generate_series(1, 3000) i;
SELECT count(*) AS objects, count(*) FILTER (WHERE object::text = to_json(c)::text) AS right
FROM results, json_array_elements(result) WITH ORDINALITY a(object, ord) LEFT JOIN codes c ON c.code = object->>'code'
WHERE what = 'save';
SELECT count(*), count(*) FILTER (WHERE n < 0) AS negative,
       count(*) FILTER (WHERE xmin = (SELECT xmin FROM codes WHERE code = 'c2')) AS unwritten FROM codes;
SELECT bool_and(object->>'code' = code) AS in_order
FROM results, json_array_elements(result) WITH ORDINALITY a(object, ord)
     JOIN (SELECT 'c' || i AS code, row_number() OVER (ORDER BY md5(i::text)) AS ord FROM generate_series(1, 3000) i) given USING (ord)
WHERE what = 'save';

-- save by update first: a part of each row
INSERT INTO results
SELECT 'update', orm.save('Event', json_agg(json_build_object('id', i, 'n', 2 * i) ORDER BY md5(i::text))) FROM generate_series(1, 5000) i;
SELECT count(*) FILTER (WHERE n = 2 * id AND name LIKE 'event%') AS updated FROM events WHERE id <= 5000;
SELECT bool_and((object->>'id')::int = i) AS in_order
FROM results, json_array_elements(result) WITH ORDINALITY a(object, ord)
     JOIN (SELECT i, row_number() OVER (ORDER BY md5(i::text)) AS ord FROM generate_series(1, 5000) i) given USING (ord)
WHERE what = 'update';

-- upsert: get or create
INSERT INTO results
SELECT 'ignore', orm.upsert('Code', json_agg(json_build_object('code', 'c' || i, 'note', 'made now') ORDER BY i), '{}', '{"on_conflict": "ignore"}')
FROM generate_series(2501, 3500) i;
SELECT object->>'note' AS note, count(*) FROM results, json_array_elements(result) a(object) WHERE what = 'ignore' GROUP BY 1 ORDER BY 1;

-- without results
SELECT orm.create('Event', json_agg(json_build_object('name', 'silent')), '{"return": false}') FROM generate_series(1, 1000) i;
SELECT count(*) FROM events WHERE name = 'silent';

-- one wrong value spoils it all, and its place is known
SELECT refused($$SELECT orm.create('Event', json_agg(json_build_object('name', 'x', 'n', CASE i WHEN 777 THEN 'y' ELSE '1' END) ORDER BY i))
                 FROM generate_series(0, 999) i$$);
SELECT refused($$SELECT orm.save('Code', json_agg(json_build_object('code', CASE i WHEN 900 THEN 'c5' ELSE 'c' || i END, 'n', 1) ORDER BY i))
                 FROM generate_series(0, 999) i$$);
SELECT count(*) FROM events WHERE name = 'x';

-- rows that do not come back as they went, in bulk and alone
CREATE TABLE guarded (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text);
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name = 'skip' THEN
        RETURN NULL;
    ELSIF NEW.name = 'move' THEN
        NEW.id := NEW.id + 1000;
    END IF;
    NEW.name := upper(NEW.name);
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION guard();
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.guarded', 'Guarded');
SELECT orm.create('Guarded', '[{"name": "a"}, {"name": "b"}, {"name": "c"}]');
SELECT refused($$SELECT orm.create('Guarded', '[{"name": "a"}, {"name": "skip"}, {"name": "c"}]')$$);
SELECT refused($$SELECT orm.create('Guarded', '[{"name": "a"}, {"name": "b"}, {"name": "move"}]')$$);
SELECT refused($$SELECT orm.create('Guarded', '{"name": "skip"}')$$);
SELECT orm.create('Guarded', '{"id": 50, "name": "move"}');
SELECT refused($$SELECT orm.create('Guarded', '[{"name": "x"}, {"name": "skip"}, {"name": "move"}]', '{"return": false}')$$);
SELECT refused($$SELECT orm.create('Guarded', '{"name": "skip"}', '{"return": false}')$$);

-- a trigger that makes the key, and no default: one at a time
CREATE TABLE triggered (id text PRIMARY KEY, name text);
CREATE FUNCTION make_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.id := 'k-' || NEW.name;
    RETURN NEW;
END $$;
CREATE TRIGGER make_key BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION make_key();
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.triggered', 'Triggered');
SELECT orm.create('Triggered', '[{"name": "c"}, {"name": "a"}, {"name": "b"}]');
SELECT refused($$SELECT orm.create('Triggered', '[{"name": "d"}, {"name": "a"}]')$$);

-- a trigger that calls the extension for the same model while rows come back
CREATE FUNCTION echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name NOT LIKE 'echo%' THEN
        PERFORM orm.create('Event', json_build_array(json_build_object('name', 'echo of ' || NEW.name), json_build_object('name', 'echo')));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER echo BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION echo();
SET orm.plan_cache_size = 10;
SELECT jsonb_path_query_array(orm.create('Event', '[{"name": "one"}, {"name": "two"}]')::jsonb, '$[*].name');
RESET orm.plan_cache_size;
SELECT jsonb_path_query_array(orm.create('Event', '[{"name": "three"}, {"name": "four"}]')::jsonb, '$[*].name');
SELECT count(*) FROM events WHERE name LIKE 'echo%';

-- privileges: an identity needs no right on its sequence, a default what it calls
CREATE ROLE regress_orm_bulk;
GRANT USAGE ON SCHEMA bulk_test TO regress_orm_bulk;
CREATE TABLE owned (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, secret text DEFAULT 's', name text);
CREATE TABLE serials (id serial PRIMARY KEY, name text);
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.owned', 'Owned');
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.serials', 'Serial');
GRANT INSERT ON owned, serials TO regress_orm_bulk;
SET ROLE regress_orm_bulk;
SELECT orm.create('Owned', '[{"name": "a"}, {"name": "b"}]'), orm.create('Owned', '{"name": "c"}'), orm.create('Owned', '{"name": "d"}', '{"return": false}');
RESET ROLE;
GRANT SELECT (id, name) ON owned TO regress_orm_bulk;
GRANT SELECT ON serials TO regress_orm_bulk;
SET ROLE regress_orm_bulk;
SELECT orm.create('Owned', '[{"name": "e"}, {"name": "f"}]');
SELECT refused($$SELECT orm.create('Serial', '[{"name": "e"}, {"name": "f"}]')$$);
RESET ROLE;
-- the key may be read but not given; it may not be read
REVOKE ALL ON owned FROM regress_orm_bulk;
GRANT INSERT (name), SELECT (id, name) ON owned TO regress_orm_bulk;
SET ROLE regress_orm_bulk;
SELECT orm.create('Owned', '[{"name": "g"}, {"name": "h"}]');
RESET ROLE;
REVOKE SELECT ON owned FROM regress_orm_bulk;
REVOKE SELECT (id, name) ON owned FROM regress_orm_bulk;
GRANT SELECT (name) ON owned TO regress_orm_bulk;
SET ROLE regress_orm_bulk;
SELECT orm.create('Owned', '[{"name": "i"}, {"name": "j"}]'), orm.create('Owned', '{"name": "k"}');
RESET ROLE;
SELECT string_agg(name, '' ORDER BY id) FROM owned;

-- parents and children in one array: keys are checked when all are there
CREATE TABLE nodes (id int PRIMARY KEY, parent_id int REFERENCES nodes);
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.nodes', 'Node');
SELECT orm.create('Node', '[{"id": 2, "parent_id": 1}, {"id": 1, "parent_id": null}, {"id": 3, "parent_id": 2}]');
SELECT orm.create('Node', '[{"id": 10}, {"id": 11, "parent_id": 10}, {"id": 12}]');

-- views: the key is the base table's to make
CREATE VIEW event_names AS SELECT id, name FROM events;
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.event_names', 'EventName', orm.primary_key('id'));
SELECT jsonb_path_query_array(orm.create('EventName', '[{"name": "echo a"}, {"name": "echo b"}]')::jsonb, '$[*].name');

-- a key that nothing can order, only compare
CREATE TABLE xid_table (id xid, n int);
CREATE VIEW xids AS TABLE xid_table;
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.xids', 'Xid', orm.primary_key('id'));
SELECT orm.create('Xid', '[{"id": "2", "n": 1}, {"id": "1", "n": 2}]');
SELECT orm.save('Xid', '[{"id": "1", "n": 3}, {"id": "3", "n": 4}, {"id": "2", "n": 1}]');

-- many collections become what is given in a time that grows with them, not with their square
CREATE TABLE clubs (id int PRIMARY KEY);
CREATE TABLE members (id int PRIMARY KEY, club_id int);
CREATE TABLE clubs_members (club_id int REFERENCES clubs, member_id int REFERENCES members);
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.clubs', 'Club', orm.has_many('members', 'Member', foreign_key => 'club_id'),
    orm.many_to_many('guests', 'Member', through => 'clubs_members'));
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.members', 'Member');
INSERT INTO clubs SELECT generate_series(1, 20000);
INSERT INTO members SELECT i, (i + 1) / 2 FROM generate_series(1, 40000) AS i;
INSERT INTO clubs_members SELECT club_id, id FROM members;
ANALYZE clubs, members, clubs_members;
SET statement_timeout = '20s';
SELECT json_array_length(orm.save('Club', (SELECT json_agg(json_build_object('id', id, 'members', json_build_object('$set', json_build_array(2 * id)))) FROM clubs)));
SELECT json_array_length(orm.save('Club', (SELECT json_agg(json_build_object('id', id, 'guests', json_build_object('$set', json_build_array(2 * id)))) FROM clubs)));
RESET statement_timeout;
SELECT count(*), count(club_id), min(id) FILTER (WHERE club_id IS NOT NULL) FROM members;
SELECT count(*), count(*) FILTER (WHERE member_id = 2 * club_id) AS kept FROM clubs_members;

-- names that are hostile, many rows
CREATE TABLE "u" ("u" int PRIMARY KEY, "t" int, "excluded" int, """; --" int[]);
SELECT count(*) > 0 AS mapped FROM orm.map('bulk_test.u', 'U');
SELECT orm.create('U', '[{"u": 1, "t": 1, "excluded": 1}, {"u": 2, "t": 2, "excluded": 2}]');
SELECT orm.save('U', '[{"u": 1, "t": 3, "excluded": 1}, {"u": 2, "t": 2, "excluded": 4}]');
SELECT orm.save('U', '[{"u": 1, "\"; --": [1]}, {"u": 2, "\"; --": [2, null]}]');

SET client_min_messages = warning;
DROP SCHEMA bulk_test CASCADE;
DROP ROLE regress_orm_bulk;
