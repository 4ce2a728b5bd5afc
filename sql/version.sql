-- orm.version: a column that counts how often a row was changed, by a trigger.
\set SHOW_CONTEXT never
\pset null <null>
CREATE SCHEMA version_test;
SET search_path = version_test;

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
-- The triggers of a table that count.
CREATE FUNCTION counters(relation regclass) RETURNS SETOF text LANGUAGE sql AS $$
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = relation AND NOT tgisinternal ORDER BY tgname $$;

-- the element
SELECT orm.version('lock_version');
SELECT refused($$SELECT orm.model('M', 't', orm.column('id', 'int'), orm.version('a'), orm.version('b'))$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('id', 'int'), orm.version(NULL))$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('id', 'int'), orm.version(''))$$);
SELECT refused($$SELECT orm.model('{"model": "M", "table": "t", "elements": [{"version": {"columnname": "a"}}]}')$$);
SELECT refused($$SELECT orm.model('{"model": "M", "table": "t", "elements": [{"version": {"column_name": 7}}]}')$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('id', 'int'), orm.has_many('v', 'M'), orm.version('v'))$$);

-- a declared column must be able to count
SELECT refused($$SELECT orm.model('M', 't', orm.column('v', 'text', nullable => false), orm.version('v'))$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('v', 'int'), orm.version('v'))$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('v', 'int', nullable => true), orm.version('v'))$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('v', 'int', primary_key => true, nullable => false), orm.version('v'))$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('v', 'int', nullable => false, identity => 'always'), orm.version('v'))$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('a', 'int'), orm.column('v', 'int', nullable => false, generated => 'a + 1'), orm.version('v'))$$);
SELECT refused($$SELECT orm.model('M', 't', orm.column('v', 'int', nullable => false), orm.primary_key('v'), orm.version('v'))$$);

-- made when it is not declared; an index may name it
SELECT orm.model('Post', 'posts', orm.column('id', 'int', primary_key => true), orm.column('title', 'text'),
    orm.version('version'), orm.index('version'), orm.has_many('notes', 'Note', back_populates => 'post'));
SELECT orm.model('Note', 'notes', orm.column('id', 'int', primary_key => true), orm.column('text', 'text'),
    orm.column('revision', 'smallint', nullable => false, attribute => 'rev'),
    orm.belongs_to('post', 'Post', back_populates => 'notes'), orm.version('revision'));
SELECT model_name, action, kind, identity FROM orm.create_all() WHERE kind <> 'function';
SELECT attname, atttypid::regtype, attnotnull, pg_get_expr(adbin, adrelid) AS default
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid IN ('posts'::regclass, 'notes'::regclass) AND attname IN ('version', 'revision') ORDER BY attname;
SELECT counters('posts');
SELECT counters('notes');
SELECT count(*) FROM orm.create_all();

-- describe, and back
SELECT jsonb_path_query(orm.describe('Note')::jsonb, '$.elements[*].version');
SELECT jsonb_path_query(orm.describe('Post')::jsonb, '$.elements[*].column ? (@.name == "version")');
SELECT orm.describe('Post')::text AS before \gset
SELECT orm.model(orm.describe('Post')::orm.document);
SELECT counters('posts');
SELECT model_name, action, kind FROM orm.create_table('Post') WHERE kind <> 'function';
SELECT counters('posts');
SELECT orm.describe('Post')::text = :'before' AS same;

-- every UPDATE counts, whatever it says; an unchanged row is not written, so it does not count
SELECT orm.create('Post', '[{"title": "a"}, {"title": "b", "version": 7}]');
UPDATE posts SET title = 'A' WHERE id = 1;
UPDATE posts SET version = 100 WHERE id = 1;
UPDATE posts SET version = -5, title = 'B';
INSERT INTO posts VALUES (1, 'on conflict', 50) ON CONFLICT (id) DO UPDATE SET version = excluded.version;
SELECT * FROM posts ORDER BY id;
SELECT orm.update('Post', 1, '{"title": "B"}');
SELECT orm.update('Post', 1, '{"title": "C"}');
SELECT orm.update_where('Post', '{"where": {"id": 1}}', '{"title": "D"}');
SELECT * FROM post_update(id => 1, title => 'E');
SELECT orm.upsert('Post', '{"id": 1, "title": "F"}', '{id}', '{"action": true}');
SELECT orm.save('Post', '{"id": 1, "title": "F", "notes": [{"text": "n"}]}');
SELECT * FROM posts ORDER BY id;
SELECT * FROM notes ORDER BY id;

-- nobody sets it
SELECT refused($$SELECT orm.update('Post', 1, '{"version": {"$inc": 1}}')$$);
SELECT refused($$SELECT orm.update_where('Post', '{"where": {"id": 1}}', '{"version": 1}')$$);

-- the end of what the type holds
INSERT INTO notes (text, revision) VALUES ('last', 32766), ('full', 32767);
UPDATE notes SET text = 'once more' WHERE text = 'last' RETURNING revision;
SELECT refused($$UPDATE notes SET text = 'too far' WHERE text = 'full'$$);
CREATE TABLE wide (id int PRIMARY KEY, a int NOT NULL, b bigint NOT NULL);
CREATE TRIGGER t1 BEFORE UPDATE ON wide FOR EACH ROW WHEN (OLD.a IS NOT NULL) EXECUTE FUNCTION orm.count_version();
CREATE TRIGGER t2 BEFORE UPDATE ON wide FOR EACH ROW WHEN (OLD.b IS NOT NULL) EXECUTE FUNCTION orm.count_version();
INSERT INTO wide VALUES (1, 2147483646, 9223372036854775806);
UPDATE wide SET a = 0 RETURNING *;
SELECT refused($$UPDATE wide SET a = 0$$);
DROP TRIGGER t1 ON wide;
SELECT refused($$UPDATE wide SET a = 0$$);

-- the function is for its trigger alone
SELECT refused($$SELECT orm.count_version()$$);
CREATE TABLE misused (id int PRIMARY KEY, v int, w text);
INSERT INTO misused VALUES (1, 1, 'x');
CREATE TRIGGER t BEFORE INSERT ON misused FOR EACH ROW EXECUTE FUNCTION orm.count_version();
SELECT refused($$INSERT INTO misused VALUES (2, 1, 'x')$$);
DROP TRIGGER t ON misused;
CREATE TRIGGER t AFTER UPDATE ON misused FOR EACH ROW EXECUTE FUNCTION orm.count_version();
SELECT refused($$UPDATE misused SET v = 1$$);
DROP TRIGGER t ON misused;
CREATE TRIGGER t BEFORE UPDATE ON misused FOR EACH ROW EXECUTE FUNCTION orm.count_version();
SELECT refused($$UPDATE misused SET v = 1$$);
DROP TRIGGER t ON misused;
CREATE TRIGGER t BEFORE UPDATE ON misused FOR EACH ROW WHEN (OLD.v IS NULL OR OLD.w IS NOT NULL) EXECUTE FUNCTION orm.count_version();
SELECT refused($$UPDATE misused SET v = 1$$);
DROP TRIGGER t ON misused;
CREATE TRIGGER t BEFORE UPDATE ON misused FOR EACH ROW WHEN (OLD.w IS NOT NULL) EXECUTE FUNCTION orm.count_version();
SELECT refused($$UPDATE misused SET v = 1$$);
DROP TRIGGER t ON misused;
CREATE TRIGGER t BEFORE UPDATE ON misused FOR EACH ROW WHEN (OLD.v IS DISTINCT FROM -1) EXECUTE FUNCTION orm.count_version();
UPDATE misused SET v = NULL RETURNING v;
ALTER TABLE misused DISABLE TRIGGER t;
UPDATE misused SET v = NULL;
ALTER TABLE misused ENABLE TRIGGER t;
UPDATE misused SET v = 9 RETURNING v;

-- tables that exist: mapped
CREATE TABLE legacy (id int PRIMARY KEY, name text, rev bigint NOT NULL DEFAULT 1, loose int, word text NOT NULL DEFAULT '');
INSERT INTO legacy (id, name) VALUES (1, 'one');
SELECT refused($$SELECT orm.map('legacy', 'Legacy', orm.version('nowhere'))$$);
SELECT refused($$SELECT orm.map('legacy', 'Legacy', orm.version('xmin'))$$);
SELECT refused($$SELECT orm.map('legacy', 'Legacy', orm.version('loose'))$$);
SELECT refused($$SELECT orm.map('legacy', 'Legacy', orm.accessors(), orm.version('word'))$$);
SELECT refused($$SELECT orm.map('legacy', 'Legacy', orm.version('id'))$$);
CREATE VIEW legacy_view AS SELECT * FROM legacy;
SELECT refused($$SELECT orm.map('legacy_view', 'LegacyView', orm.primary_key('id'), orm.version('rev'))$$);
DROP VIEW legacy_view;
SELECT model_name, action, kind, identity FROM orm.map('legacy', 'Legacy', orm.version('rev')) WHERE kind <> 'function';
SELECT counters('legacy');
SELECT orm.update('Legacy', 1, '{"name": "uno"}');
-- mapped again, without: the trigger stays; another model that wants it keeps it
SELECT model_name, action, kind, identity FROM orm.map('legacy', 'Legacy') WHERE kind <> 'function';
SELECT counters('legacy');
SELECT model_name, action, kind, identity FROM orm.map('legacy', 'Legacy', orm.version('rev')) WHERE kind <> 'function';
SELECT model_name, action, kind, identity FROM orm.map('legacy', 'Other', orm.version('rev')) WHERE kind <> 'function';
SELECT model_name, action, kind, identity FROM orm.unmap('Legacy') WHERE kind <> 'function';
SELECT counters('legacy');
SELECT model_name, action, kind, identity FROM orm.unmap('Other') WHERE kind <> 'function';
SELECT counters('legacy');
-- its name may be taken; what is there already is used
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER orm_version BEFORE UPDATE ON legacy FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT model_name, action, kind, identity FROM orm.map('legacy', 'Legacy', orm.version('rev')) WHERE kind <> 'function';
SELECT counters('legacy');
-- dropped by hand: orm.sync makes it again
DROP TRIGGER orm_version_1 ON legacy;
SELECT model_name, action, kind, identity FROM orm.sync('Legacy') WHERE kind <> 'function';
SELECT count(*) FROM orm.sync('Legacy');

-- renamed, retyped, dropped
ALTER TABLE legacy RENAME rev TO revision;
ALTER TABLE legacy RENAME TO heritage;
UPDATE heritage SET name = 'eins' RETURNING *;
SELECT orm.save('Legacy', orm.get('Legacy', 1)::jsonb || '{"name": "ein"}');
SELECT jsonb_path_query(orm.describe('Legacy')::jsonb, '$.elements[*].version');
SELECT split_part(refused($$ALTER TABLE heritage ALTER revision TYPE int$$), E'\n', 1) AS refused;
SELECT refused($$ALTER TABLE heritage DROP revision$$);
SET client_min_messages = warning;
ALTER TABLE heritage DROP revision CASCADE;
RESET client_min_messages;
UPDATE heritage SET name = 'un' RETURNING *;
SELECT orm.update('Legacy', 1, '{"name": "une"}');
SELECT counters('heritage');
SELECT count(*) FROM orm.unmap('Legacy');

-- adopted: a table that is there keeps its integer type, and must be able to count
CREATE TABLE adopted (id int PRIMARY KEY, version bigint NOT NULL DEFAULT 10);
SELECT orm.model('Adopted', 'adopted', orm.column('id', 'int', primary_key => true), orm.version('version'));
SELECT model_name, action, kind, identity FROM orm.create_table('Adopted') WHERE kind <> 'function';
SELECT counters('adopted');
-- redeclared without it: the trigger goes, table and column stay
SELECT orm.model('Adopted', 'adopted', orm.column('id', 'int', primary_key => true));
SELECT counters('adopted');
ALTER TABLE adopted ALTER version DROP NOT NULL;
SELECT orm.model('Adopted', 'adopted', orm.column('id', 'int', primary_key => true), orm.version('version'));
SELECT refused($$SELECT orm.create_table('Adopted')$$);
ALTER TABLE adopted DROP version;
SELECT refused($$SELECT orm.create_table('Adopted')$$);

-- partitions
CREATE TABLE parts (id int PRIMARY KEY, name text, v int NOT NULL DEFAULT 1) PARTITION BY RANGE (id);
CREATE TABLE parts_low (name text, v int NOT NULL DEFAULT 1, id int NOT NULL);
ALTER TABLE parts ATTACH PARTITION parts_low FOR VALUES FROM (0) TO (100);
SELECT count(*) > 0 AS mapped FROM orm.map('parts', 'Part', orm.version('v'));
CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (100) TO (200);
INSERT INTO parts VALUES (1, 'low'), (101, 'high');
UPDATE parts SET name = upper(name), v = 0;
UPDATE parts SET id = 102 WHERE id = 1;
SELECT tableoid::regclass, * FROM parts ORDER BY id;
SELECT orm.save('Part', '[{"id": 101, "name": "x", "v": 2}, {"id": 102, "name": "y", "v": 3}]');
-- the partition's own model uses the trigger that it has
SELECT model_name, action, kind, identity FROM orm.map('parts_low', 'PartLow', orm.version('v')) WHERE kind <> 'function';
SELECT model_name, action, kind, identity FROM orm.unmap('PartLow') WHERE kind <> 'function';
SELECT count(*) FROM counters('parts_low');

-- only who owns the table may
CREATE ROLE regress_version_guest;
GRANT USAGE, CREATE ON SCHEMA version_test TO regress_version_guest;
GRANT EXECUTE ON FUNCTION orm.map(regclass, text, orm.document[]) TO regress_version_guest;
SET ROLE regress_version_guest;
SELECT refused($$SELECT orm.map('version_test.wide', 'Wide', orm.version('b'))$$);
CREATE TABLE guest (id int PRIMARY KEY, v int NOT NULL DEFAULT 1);
SELECT model_name, action, kind, identity FROM orm.map('guest', 'Guest', orm.version('v')) WHERE kind <> 'function';
RESET ROLE;
SELECT model_name, action, kind, identity FROM orm.unmap('Guest') WHERE kind <> 'function';

-- drop_table writes the version back, create_table makes it again
SELECT model_name, action, kind, identity FROM orm.drop_table('Note') WHERE kind <> 'function';
SELECT jsonb_path_query(orm.describe('Note')::jsonb, '$.elements[*].version');
SELECT model_name, action, kind, identity FROM orm.create_table('Note') WHERE kind <> 'function';
SELECT counters('notes');

SET client_min_messages = warning;
DROP SCHEMA version_test CASCADE;
REVOKE EXECUTE ON FUNCTION orm.map(regclass, text, orm.document[]) FROM regress_version_guest;
DROP ROLE regress_version_guest;
SELECT model FROM orm.models WHERE model ~ '^(Post|Note|Part|Legacy|Guest|Other|Adopted)';
