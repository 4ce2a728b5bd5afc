-- The options of orm.add, orm.merge and orm.remove: "unscoped" and "settings". Oracle: the calls at once with these options.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA queue_options;
SET search_path = queue_options;
SET client_min_messages = warning;

SELECT orm.model('QoPost', 'posts', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('title', 'text'),
    orm.column('gone', 'boolean', nullable => false, server_default => 'false'), orm.stamp('editor', 'app.user', 'create, update'),
    orm.scope('kept', '{"where": {"gone": false}}', is_default => true));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO posts (id, title, gone) VALUES (1, 'a', false), (2, 'b', true), (3, 'c', true), (4, 'd', true);

-- each entry by its own option
BEGIN;
SELECT orm.merge('QoPost', '{"id": 1, "title": "A"}');
SELECT orm.merge('QoPost', '{"id": 2, "title": "B"}', options => '{"unscoped": true}');
SELECT orm.remove('QoPost', 3, '{"unscoped": true}');
SELECT orm.flush();
SAVEPOINT s;
SELECT orm.merge('QoPost', '{"id": 2, "title": "BB"}', NULL, '{"unscoped": false}');
SELECT orm.flush();
ROLLBACK TO s;
SELECT orm.remove('QoPost', 4);
SELECT orm.flush();
ROLLBACK TO s;
COMMIT;
SELECT id, title, gone FROM posts ORDER BY id;

-- settings are those of the call, when the object is written; labels go on
BEGIN;
SELECT orm.add('QoPost', '{"id": 5, "title": "e"}', 'e', '{"settings": {"app.user": "ann"}}');
SELECT orm.add('QoPost', '{"id": 6, "title": "f"}', options => '{"settings": {"app.user": "bob"}, "unscoped": true}');
SELECT orm.merge('QoPost', '{"id": 1, "title": "AA"}', options => '{"settings": {"app.user": "cy"}}');
SELECT orm.add('QoPost', '{"id": 7}');
COMMIT;
SELECT id, title, editor FROM posts ORDER BY id;
SELECT current_setting('app.user', true);
SELECT orm.batch('[["merge", "QoPost", {"id": 4, "title": "D"}, null, {"unscoped": true, "settings": {"app.user": "dee"}}], ["flush"]]');
CREATE FUNCTION retitle(id bigint, title text) RETURNS void LANGUAGE orm AS 'merge QoPost {"id": {"$": "id"}, "title": {"$": "title"}} {"unscoped": true}';
SELECT retitle(4, 'DD');
SELECT id, title, editor FROM posts WHERE gone ORDER BY id;

SELECT orm.add('QoPost', '{"id": 8}', options => '{"unscopd": true}');
SELECT orm.add('QoPost', '{"id": 8}', options => '{"dry_run": true}');
SELECT orm.merge('QoPost', '{"id": 8}', options => '{"validate": "all"}');
SELECT orm.add('QoPost', '{"id": 8}', options => '{"settings": {"orm.nothing": 1}}');
SELECT orm.add('QoPost', '{"id": 8}', NULL, NULL);
DROP SCHEMA queue_options CASCADE;
