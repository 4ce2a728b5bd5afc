-- renamed_from of constraints and indexes, renamed_labels of enums
CREATE SCHEMA migrate_key_renames;
SET search_path = migrate_key_renames;
\pset format unaligned
\set SHOW_CONTEXT never
CREATE FUNCTION undo() RETURNS TABLE (sql text) LANGUAGE sql AS $$
    SELECT sql FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration))::text::orm.document)
$$;
CREATE FUNCTION key_names() RETURNS TABLE (name name) LANGUAGE sql AS $$
    SELECT conname FROM pg_constraint WHERE conrelid = to_regclass('migrate_key_renames.rooms') AND contype <> 'n'
    UNION SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid WHERE indrelid = to_regclass('migrate_key_renames.rooms') ORDER BY 1
$$;

SELECT orm.model('House', 'houses', orm.column('id', 'integer', primary_key => true));
SELECT orm.model('Room', 'rooms', orm.enum('state', ARRAY['open', 'shut', 'gone']), orm.column('id', 'integer'), orm.column('name', 'text'),
    orm.column('state', 'state', server_default => '''open'''), orm.column('states', 'state[]'), orm.column('house_id', 'integer'), orm.column('during', 'int4range'),
    orm.primary_key(ARRAY['id'], name => 'room_key'), orm.unique(ARRAY['name', 'house_id'], name => 'one_name'), orm.unique('name', name => 'other_name'),
    orm.check('named', 'name <> '''''), orm.index(ARRAY['-name'], name => 'by_name'), orm.index('house_id', name => 'by_house'),
    orm.foreign_key('house_id', 'House', name => 'of_house'), orm.exclude('apart', ARRAY['during WITH &&']),
    orm.constraint('positive', 'CHECK (id > 0) NOT VALID'), orm.check('not_gone', 'state <> ''gone'''));
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT orm.create('House', '{"id": 1}');
SELECT orm.create('Room', '[{"id": 1, "name": "a", "house_id": 1, "states": ["open", "shut"]}, {"id": 2, "state": "shut"}]') IS NOT NULL AS created;

SELECT orm.model('Room', 'rooms', orm.enum('state', ARRAY['free', 'shut', 'lost'], renamed_labels => '{"open": "free", "gone": "lost"}'), orm.column('id', 'integer'), orm.column('name', 'text'),
    orm.column('state', 'state', server_default => '''free'''), orm.column('states', 'state[]'), orm.column('house_id', 'integer'), orm.column('during', 'int4range'),
    orm.primary_key(ARRAY['id'], name => 'rooms_key', renamed_from => 'room_key'), orm.unique(ARRAY['name', 'house_id'], name => 'unique_name', renamed_from => 'one_name'),
    orm.unique('name', name => 'another_name', renamed_from => 'other_name'),
    orm.check('has_name', 'name <> ''''', renamed_from => 'named'), orm.index(ARRAY['-name'], name => 'rooms_by_name', renamed_from => 'by_name'),
    orm.index('house_id', name => 'rooms_by_house', renamed_from => 'by_house'),
    orm.foreign_key('house_id', 'House', name => 'its_house', renamed_from => 'of_house'), orm.exclude('not_together', ARRAY['during WITH &&'], renamed_from => 'apart'),
    orm.constraint('over_zero', 'CHECK (id > 0) NOT VALID', renamed_from => 'positive'), orm.check('not_lost', 'state <> ''lost''', renamed_from => 'not_gone'));
SELECT room_model();
SELECT action, object, sql, reverse_sql, lock FROM orm.diff();
SELECT count(*) FROM orm.migrate('{"name": "names"}');
SELECT count(*) AS difference FROM orm.diff();
SELECT * FROM key_names();
SELECT orm.all('Room', '{"order_by": ["id"]}');
SELECT orm.create('Room', '{"id": 3, "name": "c"}') ->> 'state' AS state;
SELECT room_model() ->> 'elements' LIKE '%renamed%' AS word;
SELECT orm.create('Room', '{"id": 4, "name": ""}');

-- undone, and done again
SELECT * FROM undo();
SELECT count(*) AS difference FROM orm.diff();
SELECT * FROM key_names();
SELECT orm.all('Room', '{"order_by": ["id"], "select": ["id", "state", "states"]}');
SELECT * FROM undo();
SELECT count(*) AS difference FROM orm.diff();

-- renamed and changed
SELECT orm.extend('Room', orm.check('has_name', 'name <> ''-'''));
SELECT count(*) FROM orm.migrate();
SELECT orm.extend('Room', orm.enum('state', ARRAY['free', 'new', 'closed', 'lost'], renamed_labels => '{"shut": "closed"}')),
    orm.drop_element('Room', 'check', 'has_name'), orm.extend('Room', orm.check('long_name', 'length(name) < 9', renamed_from => 'has_name'));
SELECT sql FROM orm.migrate();
SELECT count(*) AS difference FROM orm.diff();
SELECT orm.all('Room', '{"order_by": ["id"], "select": ["id", "state", "states"]}');
-- a label is renamed, labels change places, and one goes
SELECT count(*) FROM orm.drop_element('Room', 'check', 'not_lost');
SELECT orm.extend('Room', orm.enum('state', ARRAY['closed', 'vacant', 'lost'], renamed_labels => '{"free": "vacant"}'),
    orm.column('state', 'state', server_default => '''vacant'''));
SELECT sql FROM orm.migrate();
SELECT count(*) AS difference FROM orm.diff();
SELECT orm.all('Room', '{"order_by": ["id"], "select": ["id", "state", "states"]}');
-- constraints and indexes over the column do not stand in the way
SELECT orm.extend('Room', orm.check('not_lost', 'state <> ''lost'''), orm.index(ARRAY['name'], name => 'of_closed', where_expr => 'state = ''closed'''),
    orm.index(ARRAY['(coalesce(state, ''vacant''))'], name => 'by_state'), orm.index(ARRAY['state'], name => 'plain'), orm.enum('state', ARRAY['closed', 'vacant', 'lost', 'extra']));
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT orm.extend('Room', orm.enum('state', ARRAY['vacant', 'closed', 'lost']));
SELECT sql FROM orm.migrate();
SELECT count(*) AS difference FROM orm.diff();
SELECT orm.create('Room', '{"id": 9, "state": "lost"}');
-- a label with rows does not go
SELECT orm.extend('Room', orm.enum('state', ARRAY['vacant', 'lost']));
SELECT count(*) FROM orm.migrate();
SELECT orm.extend('Room', orm.enum('state', ARRAY['vacant', 'closed', 'lost']));
SELECT count(*) AS difference FROM orm.diff();

-- the words where there is nothing to rename
SELECT orm.extend('Room', orm.check('long_name', 'length(name) < 9', renamed_from => 'has_name'), orm.enum('state', ARRAY['vacant', 'closed', 'lost'], renamed_labels => '{"open": "vacant"}'));
SELECT count(*) AS difference FROM orm.diff();

-- bad input
BEGIN;
SELECT orm.extend('Room', orm.check('new', 'length(name) < 9', renamed_from => 'nothing'));
SELECT sql FROM orm.diff();
ROLLBACK;
BEGIN;
SELECT orm.extend('Room', orm.check('long_name', 'length(name) < 9', renamed_from => 'over_zero'));
SELECT sql FROM orm.diff();
ROLLBACK;
BEGIN;
SELECT orm.extend('Room', orm.enum('state', ARRAY['closed', 'vacant', 'lost', 'x'], renamed_labels => '{"y": "x"}'));
SELECT sql FROM orm.diff();
ROLLBACK;
BEGIN;
SELECT orm.extend('Room', orm.enum('state', ARRAY['vacant', 'lost'], renamed_labels => '{"closed": "vacant"}'));
SELECT sql FROM orm.diff();
ROLLBACK;
SELECT orm.extend('Room', orm.enum('state', ARRAY['closed', 'vacant'], renamed_labels => '{"lost": "x"}'));
SELECT orm.extend('Room', orm.enum('state', ARRAY['closed', 'vacant'], renamed_labels => '{"closed": "vacant"}'));
SELECT orm.extend('Room', orm.enum('state', ARRAY['closed', 'vacant'], renamed_labels => '{"lost": 1}'));
SELECT orm.extend('Room', orm.enum('state', ARRAY['closed', 'vacant'], renamed_labels => '["lost"]'));
SELECT orm.extend('Room', orm.index(ARRAY['id'], renamed_from => 'x'));
SELECT orm.extend('Room', orm.check('a', 'id > 0', renamed_from => 'long_name'), orm.check('b', 'id > 0', renamed_from => 'long_name'));
SELECT orm.extend('Room', orm.column('a', 'text', renamed_from => 'name'), orm.column('b', 'text', renamed_from => 'name'));

SET client_min_messages = warning;
DROP SCHEMA migrate_key_renames CASCADE;
