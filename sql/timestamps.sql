-- Times and users of rows, kept by the trigger of the table.
CREATE SCHEMA timestamps;
SET search_path = timestamps, orm;
SET client_min_messages = warning;
SET timezone = 'UTC';

SELECT orm.model('TsNote', 'ts_notes',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('title', 'text'),
    orm.column('changed_by', 'integer'),
    orm.timestamps(),
    orm.stamp('made_by'),
    orm.stamp('changed_by', 'app.who', 'create, update'));
SELECT count(*) > 0 AS created FROM orm.create_all();
\d ts_notes

-- what is made now, and by whom
BEGIN;
SET LOCAL app.who = '7';
SELECT orm.create('TsNote', '{"id": 1, "title": "a"}', '{"return": {"select": ["title", "changed_by"]}}');
SELECT created_at = now() AS made, updated_at = now() AS changed, made_by = session_user AS by, changed_by FROM ts_notes;
COMMIT;

-- an update that changes something moves it, one that does not leaves it
UPDATE ts_notes SET updated_at = '2020-01-01', created_at = '2020-01-01';
SELECT updated_at, created_at FROM ts_notes;
UPDATE ts_notes SET title = 'a';
SELECT orm.update('TsNote', 1, '{"title": "a"}', '{"return": {"select": ["title"]}}');
SELECT updated_at, changed_by FROM ts_notes;
BEGIN;
SET LOCAL app.who = '8';
UPDATE ts_notes SET title = 'b';
SELECT created_at, updated_at = now() AS moved, changed_by FROM ts_notes;
SELECT orm.save('TsNote', '{"id": 1, "title": "c"}', '{"settings": {"app.who": "9"}, "return": {"select": ["title", "changed_by"]}}');
ROLLBACK;

-- what is given stands
SELECT orm.create('TsNote', '{"id": 2, "created_at": "2001-01-01", "updated_at": "2002-01-01", "made_by": "ann", "changed_by": 3}');
SELECT orm.update('TsNote', 2, '{"title": "x", "updated_at": "2003-01-01", "changed_by": 4}');
SELECT created_at, updated_at, made_by FROM ts_note_create(id => 3, created_at => '2004-01-01', updated_at => '2005-01-01', made_by => 'bo');

-- plain SQL, COPY, and null in the place of nothing
INSERT INTO ts_notes (id, created_at) VALUES (4, NULL);
COPY ts_notes (id, title) FROM stdin;
5	copied
\.
SELECT id, now() - created_at < '1 hour' AS made, made_by = session_user AS by, changed_by FROM ts_notes WHERE id > 3 ORDER BY id;

-- a setting that is no value of the type
BEGIN;
SET LOCAL app.who = 'ann';
UPDATE ts_notes SET title = 'd' WHERE id = 1;
ROLLBACK;

-- described in the words that declared it, following renames
SELECT e FROM jsonb_array_elements(orm.describe('TsNote')::jsonb -> 'elements') e WHERE e ?| ARRAY['timestamps', 'stamp'];
ALTER TABLE ts_notes RENAME COLUMN updated_at TO touched;
SELECT substring(orm.script('{TsNote}')::text from '"timestamps": [^}]*}');
UPDATE ts_notes SET title = 'e' WHERE id = 1;
SELECT now() - touched < '1 hour' AS moved FROM ts_notes WHERE id = 1;
SELECT sql FROM orm.diff('TsNote');

-- taken out, and put in again
SELECT action, kind FROM orm.drop_element('TsNote', 'stamp', 'made_by');
SELECT * FROM orm.extend('TsNote', orm.stamp('title', 'app.who'));
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'ts_notes'::regclass;

-- pending until migrate
SELECT orm.model('TsLater', 'ts_later', orm.column('id', 'integer', primary_key => true));
SELECT count(*) > 0 AS created FROM orm.create_table('TsLater');
INSERT INTO ts_later DEFAULT VALUES;
SELECT orm.model('TsLater', 'ts_later', orm.column('id', 'integer', primary_key => true), orm.timestamps(updated_at => NULL, clock => 'statement'));
SELECT sql FROM orm.diff('TsLater');
SELECT count(*) > 0 AS migrated FROM orm.migrate('{"allow_destructive": ["TsNote.made_by"]}');
SELECT created_at IS NOT NULL AS made FROM ts_later;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'ts_later'::regclass;

-- mapped: the columns are there
CREATE TABLE ts_old (id integer PRIMARY KEY, at timestamptz, by text, n integer GENERATED ALWAYS AS (1) STORED);
SELECT * FROM orm.map('ts_old', 'TsOld', orm.timestamps('at', NULL), orm.stamp('who'));
SELECT action, kind FROM orm.map('ts_old', 'TsOld', orm.timestamps('at', 'at2'));
SELECT * FROM orm.map('ts_old', 'TsOld', orm.stamp('n'));
SELECT count(*) > 0 AS mapped FROM orm.map('ts_old', 'TsOld', orm.timestamps(NULL, 'at'), orm.stamp('by', events => 'create, update'));
INSERT INTO ts_old (id) VALUES (1);
SELECT at IS NOT NULL AS at, by = session_user AS by FROM ts_old;

-- partitions
CREATE TABLE ts_parts (id integer, region text, at timestamptz, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE ts_part_a PARTITION OF ts_parts FOR VALUES IN ('a');
SELECT count(*) > 0 AS mapped FROM orm.map('ts_parts', 'TsPart', orm.timestamps('at', NULL));
INSERT INTO ts_part_a VALUES (1, 'a');
INSERT INTO ts_parts VALUES (2, 'a');
SELECT id, at IS NOT NULL AS at FROM ts_parts ORDER BY id;
SELECT * FROM orm.extend('TsPart', orm.stamp('region'));

-- where they cannot be
CREATE VIEW ts_view AS SELECT * FROM ts_old;
SELECT * FROM orm.map('ts_view', 'TsView', orm.primary_key('id'), orm.timestamps('at', NULL));
SELECT orm.model('TsBad', 'ts_bad', orm.column('id', 'integer', primary_key => true), orm.stamp('by', 'orm.user'));
SELECT orm.model('TsBad', 'ts_bad', orm.column('id', 'integer', primary_key => true), orm.stamp('by', events => 'update'));
SELECT orm.model('TsBad', 'ts_bad', orm.column('id', 'integer', primary_key => true), orm.timestamps(clock => 'wall'));
SELECT orm.model('TsBad', 'ts_bad', orm.column('id', 'integer', primary_key => true), orm.timestamps(), orm.timestamps());
SELECT orm.model('TsBad', 'ts_bad', orm.column('id', 'integer', primary_key => true), orm.timestamps(), orm.stamp('created_at'));

DROP SCHEMA timestamps CASCADE;
