-- The unit of work on graphs: labels and $ref, nested objects in the queue,
-- changesets, circles among rows.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY default
CREATE SCHEMA session_graph;
SET search_path = session_graph;
SELECT count(orm.model(d)) FROM (VALUES
    ('{"model": "GAuthor", "table": "session_graph.authors", "elements": [
        {"column": {"name": "id", "type": "integer", "primary_key": true}},
        {"column": {"name": "name", "type": "text", "nullable": false}},
        {"has_many": {"name": "posts", "model": "GPost"}},
        {"has_one": {"name": "profile", "model": "GProfile"}}]}'),
    ('{"model": "GProfile", "table": "session_graph.profiles", "elements": [
        {"column": {"name": "id", "type": "integer", "primary_key": true}},
        {"column": {"name": "bio", "type": "text"}},
        {"belongs_to": {"name": "author", "model": "GAuthor"}}]}'),
    ('{"model": "GPost", "table": "session_graph.posts", "elements": [
        {"column": {"name": "id", "type": "integer", "primary_key": true}},
        {"column": {"name": "title", "type": "text"}},
        {"belongs_to": {"name": "author", "model": "GAuthor", "nullable": false}},
        {"many_to_many": {"name": "tags", "model": "GTag"}}]}'),
    ('{"model": "GTag", "table": "session_graph.tags", "elements": [
        {"column": {"name": "lang", "type": "text"}}, {"column": {"name": "word", "type": "text"}},
        {"primary_key": {"columns": ["lang", "word"]}}]}'),
    ('{"model": "GCompany", "table": "session_graph.companies", "elements": [
        {"column": {"name": "id", "type": "integer", "primary_key": true}},
        {"column": {"name": "name", "type": "text"}},
        {"belongs_to": {"name": "boss", "model": "GPerson"}},
        {"has_many": {"name": "staff", "model": "GPerson", "foreign_key": "company_id"}}]}'),
    ('{"model": "GPerson", "table": "session_graph.people", "elements": [
        {"column": {"name": "id", "type": "integer", "primary_key": true}},
        {"column": {"name": "name", "type": "text"}},
        {"belongs_to": {"name": "company", "model": "GCompany", "nullable": false}},
        {"belongs_to": {"name": "mentor", "model": "GPerson"}}]}')) AS m (d);
SELECT count(*) > 0 AS made FROM orm.create_all();
CREATE TABLE statements (n serial, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO session_graph.statements (what) SELECT format('%s %s: %s', TG_OP, TG_TABLE_NAME, count(*)) FROM changed; RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT ON authors REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER note AFTER INSERT ON posts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE FUNCTION refused(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text; state text;
BEGIN
    EXECUTE call;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, state = RETURNED_SQLSTATE;
    RETURN state || ' ' || message || coalesce(E'\nDETAIL ' || nullif(detail, ''), '') || coalesce(E'\nHINT ' || nullif(hint, ''), '');
END $$;

\echo # a label leads to an object that is queued
BEGIN;
SELECT orm.add('GAuthor', '{"name": "Ada"}', 'ada');
SELECT orm.add('GPost', '{"title": "p1", "author": {"$ref": "ada"}}');
SELECT orm.add('GPost', '{"title": "p2", "author": {"$ref": "ada"}}', 'p2');
SELECT orm.add('GTag', '{"lang": "en", "word": "db"}', 'db');
SELECT orm.merge('GPost', '{"title": "p3", "author": {"$connect": {"$ref": "ada"}}, "tags": [{"$ref": "db"}, {"lang": "en", "word": "sql"}]}');
SELECT action, model, label FROM orm.pending() ORDER BY position;
COMMIT;
SELECT p.title, a.name, array_agg(t.tag_word ORDER BY t.tag_word) AS tags
    FROM posts p JOIN authors a ON a.id = p.author_id LEFT JOIN posts_tags t ON t.post_id = p.id
    GROUP BY 1, 2 ORDER BY 1;
SELECT what FROM statements ORDER BY n;

\echo # and to one that has been written, as long as the transaction lasts
BEGIN;
SELECT orm.add('GAuthor', '{"name": "Luz"}', 'luz');
SELECT orm.flush();
SELECT orm.add('GPost', '{"title": "q1", "author": {"$ref": "luz"}}');
SELECT orm.flush();
SELECT orm.create('GPost', '{"title": "q2", "author": {"$ref": "luz"}}', '{"return": false}') IS NULL AS written;
SELECT orm.add('GAuthor', '{"name": "again"}', 'luz');
ROLLBACK;
SELECT refused($$SELECT orm.add('GPost', '{"title": "x", "author": {"$ref": "luz"}}'), orm.flush()$$);

\echo # what is undone by a savepoint has no key any more
BEGIN;
SELECT orm.add('GAuthor', '{"name": "Eva"}', 'eva');
SAVEPOINT s;
SELECT orm.flush();
SELECT orm.add('GPost', '{"title": "r1", "author": {"$ref": "eva"}}');
SELECT orm.flush();
ROLLBACK TO s;
SELECT orm.add('GPost', '{"title": "r2", "author": {"$ref": "eva"}}');
COMMIT;
SELECT a.name, p.title FROM authors a JOIN posts p ON p.author_id = a.id WHERE a.name IN ('Luz', 'Eva') ORDER BY 2;

\echo # nested objects, and lists of labels
TRUNCATE authors, posts, profiles, tags CASCADE;
BEGIN;
SELECT orm.add('GPost', '{"title": "s1", "author": {"name": "Kim"}}', 's1');
SELECT orm.add('GProfile', '{"bio": "b"}', 'bio');
SELECT orm.add('GAuthor', '{"name": "Sol", "posts": [{"title": "s2", "tags": [{"lang": "es", "word": "sol"}]}], "profile": {"$ref": "bio"}}', 'sol');
SELECT orm.merge('GAuthor', '{"name": "Tom", "posts": [{"title": "s3"}], "profile": {"bio": "c"}}');
SELECT orm.flush();
SELECT orm.remove('GPost', (SELECT id FROM posts WHERE title = 's3'));
COMMIT;
SELECT a.name, p.title, f.bio FROM authors a LEFT JOIN posts p ON p.author_id = a.id LEFT JOIN profiles f ON f.author_id = a.id ORDER BY 1, 2;

\echo # one object may occur again: it is written again
BEGIN;
SELECT orm.add('GAuthor', '{"id": 900, "name": "n1"}', 'n'), orm.merge('GAuthor', '{"id": 900, "name": "n2"}', 'again'),
    orm.merge('GAuthor', '{"id": 900, "posts": [{"title": "n3"}]}'), orm.add('GPost', '{"title": "n4", "author": {"$ref": "again"}}');
SELECT orm.flush();
COMMIT;
SELECT a.name, p.title FROM authors a JOIN posts p ON p.author_id = a.id WHERE a.id = 900 ORDER BY 2;

\echo # a changeset takes labels in any order, circles too: a key that may be null is set in the end
SELECT orm.flush('{"add": [
    {"model": "GCompany", "object": {"name": "c1", "boss": {"$ref": "boss"}}, "label": "c1"},
    {"model": "GPerson", "object": {"name": "boss", "company": {"$ref": "c1"}}, "label": "boss"},
    {"model": "GPerson", "object": {"name": "new", "company": {"$ref": "c1"}, "mentor": {"$ref": "boss"}}},
    {"model": "GPerson", "object": {"name": "self", "company": {"$ref": "c1"}, "mentor": {"$ref": "self"}}, "label": "self"}]}');
SELECT c.name, b.name AS boss FROM companies c JOIN people b ON b.id = c.boss_id;
SELECT p.name, c.name AS company, m.name AS mentor FROM people p JOIN companies c ON c.id = p.company_id LEFT JOIN people m ON m.id = p.mentor_id ORDER BY 1;
\echo # circles, however many, are broken together
TRUNCATE statements;
CREATE TRIGGER note AFTER INSERT ON people REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note();
SELECT orm.flush(jsonb_build_object('add', (SELECT jsonb_agg(jsonb_build_object('model', 'GPerson', 'label', 'p' || n, 'object',
    jsonb_build_object('company', 1, 'mentor', jsonb_build_object('$ref', 'p' || (n # 1))) ||
    CASE WHEN n % 2 = 0 THEN jsonb_build_object('name', 'pair ' || n) ELSE '{}' END) ORDER BY n) FROM generate_series(0, 9) AS n))) -> 'inserted' AS inserted;
DROP TRIGGER note ON people;
SELECT what FROM statements ORDER BY n;
SELECT p.name, m.id - p.id AS distance, m.mentor_id = p.id AS mutual FROM people p JOIN people m ON m.id = p.mentor_id WHERE p.name LIKE 'pair %' ORDER BY 1;
DELETE FROM people WHERE name LIKE 'pair %' OR name IS NULL;
\echo # or its constraint waits
ALTER TABLE companies ALTER CONSTRAINT companies_boss_id_fkey DEFERRABLE INITIALLY DEFERRED, ALTER boss_id SET NOT NULL;
SELECT orm.flush('{"add": [
    {"model": "GPerson", "object": {"name": "boss2", "company": {"$ref": "c2"}}, "label": "boss2"},
    {"model": "GCompany", "object": {"name": "c2", "boss": {"$ref": "boss2"}}, "label": "c2"}]}') -> 'inserted' AS inserted;
SELECT c.name, b.name AS boss FROM companies c JOIN people b ON b.id = c.boss_id ORDER BY 1;
\echo # or there is no way
ALTER TABLE companies ALTER CONSTRAINT companies_boss_id_fkey NOT DEFERRABLE;
SELECT refused($$SELECT orm.flush('{"add": [{"model": "GPerson", "object": {"company": {"$ref": "c2"}}, "label": "boss2"},
    {"model": "GCompany", "object": {"boss": {"$ref": "boss2"}}, "label": "c2"}]}')$$);
ALTER TABLE companies ALTER boss_id DROP NOT NULL;

\echo # three tables that refer to each other in a circle
CREATE TABLE east (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, name text, next integer);
CREATE TABLE north (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, name text, next integer NOT NULL);
CREATE TABLE south (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, name text, next integer NOT NULL);
ALTER TABLE east ADD FOREIGN KEY (next) REFERENCES south;
ALTER TABLE north ADD FOREIGN KEY (next) REFERENCES east;
ALTER TABLE south ADD CONSTRAINT south_next_fkey FOREIGN KEY (next) REFERENCES north;
SELECT count(*) AS functions FROM (VALUES ('GEast', 'east', 'GSouth'), ('GNorth', 'north', 'GEast'), ('GSouth', 'south', 'GNorth')) AS t (model, name, next),
    orm.map(('session_graph.' || name)::regclass, model, orm.belongs_to('to', next, foreign_key => 'next'), orm.accessors(include => '{}'));
CREATE VIEW circle AS SELECT e.name AS east, s.name AS south, n.name AS north, z.name AS east_again
    FROM east e JOIN south s ON s.id = e.next JOIN north n ON n.id = s.next JOIN east z ON z.id = n.next;
SELECT orm.create('GEast', '{"name": "e1", "to": {"name": "s1", "to": {"name": "n1", "to": {"name": "e2"}}}}');
SELECT orm.flush('{"add": [{"model": "GEast", "object": {"name": "e3", "to": {"$ref": "s"}}, "label": "e"},
    {"model": "GNorth", "object": {"name": "n3", "to": {"$ref": "e"}}, "label": "n"}, {"model": "GSouth", "object": {"name": "s3", "to": {"$ref": "n"}}, "label": "s"}]}') -> 'inserted' AS inserted;
\echo # a ring of twelve
SELECT orm.flush(json_build_object('add', (SELECT json_agg(json_build_object('model', (ARRAY['GEast', 'GSouth', 'GNorth'])[i % 3 + 1], 'label', 'r' || i,
    'object', json_build_object('name', 'r' || i, 'to', json_build_object('$ref', 'r' || (i + 1) % 12))) ORDER BY i * 5 % 12) FROM generate_series(0, 11) i))) -> 'inserted' AS inserted;
TABLE circle ORDER BY 1;
\echo # with keys that are given, by their columns: whose constraint waits may go first
SELECT refused($$SELECT orm.flush('{"add": [{"model": "GEast", "object": {"id": 60, "next": 60}}, {"model": "GNorth", "object": {"id": 60, "next": 60}}, {"model": "GSouth", "object": {"id": 60, "next": 60}}]}')$$) LIKE '23503%' AS refused;
ALTER TABLE south ALTER CONSTRAINT south_next_fkey DEFERRABLE INITIALLY DEFERRED;
SELECT orm.flush('{"add": [{"model": "GEast", "object": {"id": 60, "name": "e60", "next": 60}}, {"model": "GNorth", "object": {"id": 60, "name": "n60", "next": 60}}, {"model": "GSouth", "object": {"id": 60, "name": "s60", "next": 60}}]}') -> 'inserted' AS inserted;
SELECT * FROM circle WHERE east = 'e60';

\echo # in one table, rows that go in one statement may refer to each other by a key that may not be NULL
CREATE TABLE nodes (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, name text, up integer NOT NULL REFERENCES nodes);
SELECT count(*) AS functions FROM orm.map('nodes', 'GNode', orm.belongs_to('parent', 'GNode', foreign_key => 'up'), orm.accessors(include => '{}'));
SELECT orm.flush('{"add": [{"model": "GNode", "object": {"name": "root", "parent": {"$ref": "root"}}, "label": "root"},
    {"model": "GNode", "object": {"name": "leaf", "parent": {"$ref": "root"}}}, {"model": "GNode", "object": {"name": "a", "parent": {"$ref": "b"}}, "label": "a"},
    {"model": "GNode", "object": {"name": "b", "parent": {"$ref": "a"}}, "label": "b"}]}') -> 'inserted' AS inserted;
SELECT n.name, u.name AS up FROM nodes n JOIN nodes u ON u.id = n.up ORDER BY 1;
SELECT refused($$SELECT orm.flush('{"add": [{"model": "GNode", "object": {"name": "x", "parent": {"$ref": "y"}}, "label": "x"}, {"model": "GNode", "object": {"id": 50, "name": "y", "parent": {"$ref": "x"}}, "label": "y"}, {"model": "GNode", "object": {"name": "z"}}]}')$$);

\echo # it tells what it did
SELECT orm.flush('{"merge": [{"model": "GTag", "object": {"lang": "en", "word": "new"}, "label": "t"}, {"model": "GAuthor", "object": {"id": 900, "name": "n5"}, "label": "a"},
    {"model": "GAuthor", "object": {"id": 900, "name": "n5"}}], "remove": [{"model": "GPost", "key": 0}, {"model": "GTag", "key": {"lang": "es", "word": "sol"}}, {"model": "GPost", "key": null}],
    "add": [{"model": "GPost", "object": {"title": "z", "author": {"$ref": "a"}, "tags": [{"$ref": "t"}]}}]}');
SELECT orm.flush('{}');
SELECT orm.flush('{"add": [{"model": "GAuthor", "object": {"id": 901, "name": "dry"}, "label": "d"}]}', '{"dry_run": true}');
SELECT count(*) FROM authors WHERE name = 'dry';
\echo # what leaves a collection is counted: as updated, or as deleted when it goes altogether
CREATE TABLE boxes (id integer PRIMARY KEY);
CREATE TABLE things (id integer PRIMARY KEY, box_id integer REFERENCES boxes, owner_id integer REFERENCES boxes);
SELECT count(*) AS functions FROM orm.map('things', 'GThing', orm.accessors(include => '{}'));
SELECT count(*) AS functions FROM orm.map('boxes', 'GBox', orm.accessors(include => '{}'), orm.has_many('things', 'GThing', foreign_key => 'box_id', cascade => 'all, delete-orphan'),
    orm.has_many('lent', 'GThing', foreign_key => 'owner_id'));
SELECT orm.flush('{"add": [{"model": "GBox", "object": {"id": 1, "things": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4, "owner_id": 1}]}}]}');
SELECT orm.flush('{"merge": [{"model": "GBox", "object": {"id": 1, "things": {"$set": [3, 4]}}}]}');
SELECT orm.flush('{"merge": [{"model": "GBox", "object": {"id": 1, "lent": {"$set": []}}}]}');
SELECT orm.flush('{"merge": [{"model": "GBox", "object": {"id": 1, "things": {"$delete": [3]}}}]}');
SELECT orm.flush('{"remove": [{"model": "GBox", "key": 1}]}');
SELECT (SELECT count(*) FROM boxes) AS boxes, (SELECT count(*) FROM things) AS things;

\echo # what is queued goes first
BEGIN;
SELECT orm.add('GAuthor', '{"name": "queued"}', 'q');
SELECT orm.flush('{"add": [{"model": "GPost", "object": {"title": "of queued", "author": {"$ref": "q"}}}]}');
COMMIT;
SELECT a.name FROM authors a JOIN posts p ON p.author_id = a.id WHERE p.title = 'of queued';

\echo # models go in the order of their tables, whatever the objects say
SELECT orm.flush('{"add": [{"model": "GPost", "object": {"title": "y", "author_id": 77}}, {"model": "GAuthor", "object": {"id": 77, "name": "y"}}]}');
SELECT orm.flush('{"remove": [{"model": "GAuthor", "key": 77}, {"model": "GPost", "key": 0}]}');
SELECT orm.flush(json_build_object('remove', json_build_array('{"model": "GAuthor", "key": 77}'::json,
    json_build_object('model', 'GPost', 'key', (SELECT id FROM posts WHERE author_id = 77)))));

\echo # a label of another role is not known
CREATE ROLE regress_orm_labels;
GRANT USAGE ON SCHEMA session_graph TO regress_orm_labels;
GRANT INSERT ON authors, posts TO regress_orm_labels;
GRANT INSERT, SELECT ON statements TO regress_orm_labels;
GRANT USAGE ON SEQUENCE statements_n_seq TO regress_orm_labels;
BEGIN;
SELECT orm.add('GAuthor', '{"name": "high"}', 'high');
SET LOCAL ROLE regress_orm_labels;
SELECT session_graph.refused($$SELECT orm.add('GPost', '{"title": "x", "author": {"$ref": "high"}}'), orm.flush()$$);
\echo # the right to insert is enough for what goes together
SELECT orm.add('GAuthor', '{"name": "low"}', 'low');
SELECT orm.add('GPost', '{"title": "low", "author": {"$ref": "low"}}');
RESET ROLE;
COMMIT;
SELECT a.name FROM authors a JOIN posts p ON p.author_id = a.id WHERE p.title = 'low';

\echo # wrong calls
BEGIN;
SELECT orm.add('GAuthor', '{"name": "w"}', 'w');
SELECT refused($$SELECT orm.add('GPost', '{"author": {"$ref": "nobody"}}'), orm.flush()$$);
SELECT refused($$SELECT orm.add('GPost', '{"author": {"$ref": 1}}')$$);
SELECT refused($$SELECT orm.add('GPost', '{"author": {"$ref": "w", "name": "x"}}')$$);
SELECT refused($$SELECT orm.add('GPost', '{"author": {"name": "x", "$ref": "w"}}')$$);
SELECT refused($$SELECT orm.add('GPost', '{"author": {"$ref": "w"}, "author_id": 1}'), orm.flush()$$);
SELECT refused($$SELECT orm.add('GAuthor', '{"name": "x", "posts": [{"title": "ok"}, {"$ref": "w"}]}')$$);
SELECT refused($$SELECT orm.add('GAuthor', '{"name": "x", "posts": {"$ref": "w"}}')$$);
SELECT refused($$SELECT orm.add('GAuthor', '{"name": "x", "posts": [{"titel": "ok"}]}')$$);
SELECT refused($$SELECT orm.add('GAuthor', '{"name": "x", "posts": [{"title": "ok", "tags": ["x"]}]}')$$);
SELECT refused($$SELECT orm.add('GAuthor', '{"$ref": "w"}')$$);
SELECT refused($$SELECT orm.add('GPost', '{"title": "x"}', 'p'), orm.add('GAuthor', '{"name": "x", "posts": {"$disconnect": [{"$ref": "p"}]}}'), orm.flush()$$);
SELECT refused($$SELECT orm.add('GAuthor', '{"name": "x", "posts": [{"title": "x"}, {"title": "y", "author": 0}]}'), orm.flush()$$);
SELECT orm.expunge('w');
SELECT refused($$SELECT orm.add('GPost', '{"author": {"$ref": "w"}}'), orm.flush()$$);
SELECT orm.add('GAuthor', '{"name": "w"}', 'w'), orm.add('GPost', '{"title": "lost", "author": {"$ref": "w"}}');
SELECT orm.expunge('w');
SELECT refused($$SELECT orm.flush()$$);
ROLLBACK;
SELECT refused(format('SELECT orm.flush(%L)', d)) FROM (VALUES ('[]'), ('{"ad": []}'), ('{"add": {}}'), ('{"add": [], "add": []}'), ('{"add": [1]}'), ('{"add": [{}]}'),
    ('{"add": [{"model": 1, "object": {}}]}'), ('{"add": [{"model": "GAuthor"}]}'), ('{"add": [{"model": "GAuther", "object": {}}]}'),
    ('{"add": [{"model": "GAuthor", "object": {"name": "x"}}, {"model": "GAuthor", "object": {"nme": "x"}}]}'),
    ('{"add": [{"model": "GAuthor", "object": {"name": "x"}, "key": 1}]}'), ('{"add": [{"model": "GAuthor", "object": {"name": "x"}, "label": 1}]}'),
    ('{"add": [{"model": "GAuthor", "object": {"name": "x"}, "label": "a"}], "merge": [{"model": "GAuthor", "object": {"name": "x"}, "label": "a"}]}'),
    ('{"add": [{"model": "GAuthor", "object": [], "label": "a"}]}'), ('{"merge": [{"model": "GAuthor", "object": {"id": "x"}}]}'),
    ('{"remove": [{"model": "GAuthor"}]}'), ('{"remove": [{"model": "GAuthor", "key": "x"}]}'), ('{"remove": [{"model": "GTag", "key": 1}]}'),
    ('{"remove": [{"model": "GAuthor", "key": 1, "label": "x"}]}'), ('{"add": [{"model": "GAuthor", "object": {"name": null}}]}'),
    ('{"add": [{"model": "GPost", "object": {"author": {"$ref": "x"}}}]}')) AS t (d);
SELECT orm.flush(NULL);
SELECT orm.flush('{}', '{"return": false}');
SELECT count(*) FROM authors WHERE name = 'x';

DROP OWNED BY regress_orm_labels;
DROP ROLE regress_orm_labels;
DROP SCHEMA session_graph CASCADE;
