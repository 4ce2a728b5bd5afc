-- Writes by key: what a default scope hides is neither changed nor taken for missing.
CREATE SCHEMA scope_writes;
SET search_path = scope_writes, orm;
SET client_min_messages = warning;

SELECT orm.model('SwAuthor', 'sw_authors',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('name', 'text', is_unique => true),
    orm.column('gone', 'boolean', nullable => false, server_default => 'false'),
    orm.has_many('posts', 'SwPost', cascade => 'save-update, delete, delete-orphan'),
    orm.has_one('profile', 'SwProfile'),
    orm.scope('kept', '{"where": {"gone": false}}', true));
SELECT orm.model('SwPost', 'sw_posts',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('title', 'text'),
    orm.column('draft', 'boolean', nullable => false, server_default => 'false'),
    orm.belongs_to('author', 'SwAuthor'),
    orm.many_to_many('tags', 'SwTag'),
    orm.scope('ready', '{"where": {"draft": false}}', true));
SELECT orm.model('SwProfile', 'sw_profiles',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.belongs_to('author', 'SwAuthor'));
SELECT orm.model('SwTag', 'sw_tags',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('old', 'boolean', nullable => false, server_default => 'false'),
    orm.many_to_many('posts', 'SwPost'),
    orm.scope('new', '{"where": {"old": false}}', true));
SELECT count(*) > 0 AS created FROM orm.create_all();
INSERT INTO sw_authors VALUES (1, 'Ana', false), (2, 'Bo', true);
INSERT INTO sw_posts (id, title, draft, author_id) VALUES (1, 'a', false, 1), (2, 'b', true, 1), (3, 'c', false, 2);
INSERT INTO sw_tags VALUES (1, false), (2, true), (3, false);
INSERT INTO sw_posts_sw_tags SELECT 1, id FROM sw_tags;

-- every writer, by the primary key and by another unique one
SELECT orm.update('SwAuthor', 2, '{"name": "x"}');
SELECT orm.save('SwAuthor', '{"id": 2, "name": "x"}');
SELECT orm.save('SwAuthor', '[{"id": 1, "name": "y"}, {"id": 2, "name": "x"}]');
SELECT orm.upsert('SwAuthor', '{"id": 2, "name": "x"}', ARRAY['id']);
SELECT orm.upsert('SwAuthor', '{"id": 3, "name": "Bo"}', ARRAY['name']);
SELECT orm.upsert('SwAuthor', '[{"id": 3, "name": "Cid"}, {"id": 4, "name": "Bo"}]', ARRAY['name']);
SELECT orm.upsert('SwAuthor', '{"id": 3, "name": "Bo"}', ARRAY['name'], '{"on_conflict": "ignore"}');
SELECT orm.delete('SwAuthor', 2);
SELECT orm.delete('SwAuthor', 2, '{"return": {}}');
SELECT sw_author_update(2, name => 'x');
SELECT sw_author_save(ROW(2, 'x', false)::sw_authors);
SELECT sw_author_delete(2);
SELECT orm.add('SwAuthor', '{"id": 2, "name": "x"}');
SELECT orm.merge('SwAuthor', '{"id": 2, "name": "x"}'), orm.flush();
SELECT orm.remove('SwAuthor', 2), orm.flush();
SELECT orm.flush('{"merge": [{"model": "SwAuthor", "object": {"id": 2, "name": "x"}}]}');

-- nested: references, collections, join table rows
SELECT orm.save('SwPost', '{"id": 1, "author": {"id": 2}}');
SELECT orm.save('SwPost', '{"id": 1, "author": {"id": 2, "name": "x"}}');
SELECT orm.save('SwPost', '{"id": 1, "author": {"$connect": {"id": 2}}}');
SELECT orm.save('SwPost', '{"id": 1, "author": {"$connect": {"name": "Bo"}}}');
SELECT orm.save('SwPost', '{"id": 1, "author": {"$connect_or_create": {"id": 2, "name": "Bo"}}}');
SELECT orm.save('SwPost', '{"id": 1, "tags": {"$connect": [{"id": 2}]}}');
SELECT orm.save('SwAuthor', '{"id": 1, "posts": {"$connect": [{"id": 2}]}}');
SELECT orm.save('SwAuthor', '{"id": 1, "posts": {"$delete": [{"id": 2}]}}');
SELECT orm.save('SwAuthor', '{"id": 1, "posts": [{"id": 2, "title": "x"}]}');
SELECT * FROM sw_authors ORDER BY id;
SELECT * FROM sw_posts ORDER BY id;

-- the foreign key itself is not looked at
BEGIN;
SELECT orm.update('SwPost', 1, '{"author_id": 2}');
ROLLBACK;

-- a whole collection: what is hidden stays in it
BEGIN;
SELECT orm.save('SwAuthor', '{"id": 1, "posts": {"$set": []}}');
SELECT id FROM sw_posts ORDER BY id;
ROLLBACK;
BEGIN;
SELECT orm.save('SwPost', '{"id": 1, "tags": {"$set": [{"id": 3}]}}');
SELECT * FROM sw_posts_sw_tags ORDER BY 1, 2;
ROLLBACK;

-- lifted
BEGIN;
SELECT orm.update('SwAuthor', 2, '{"name": "x"}', '{"unscoped": true}');
SELECT orm.save('SwAuthor', '{"id": 2, "name": "y"}', '{"unscoped": true}');
SELECT orm.upsert('SwAuthor', '{"id": 2, "name": "z"}', ARRAY['id'], '{"unscoped": true}');
SELECT orm.save('SwPost', '{"id": 1, "author": {"id": 2, "gone": false}}', '{"unscoped": true, "return": {"select": ["id"], "load": ["author"]}}');
SELECT orm.delete('SwPost', 2, '{"unscoped": true}');
SELECT orm.save('SwAuthor', '{"id": 2, "posts": {"$set": []}}', '{"unscoped": true}');
SELECT id FROM sw_posts;
ROLLBACK;

-- lifted for rows that exchange unique values, too; else nothing is parked
UPDATE sw_authors SET gone = true;
SELECT orm.save('SwAuthor', '[{"id": 1, "name": "Bo"}, {"id": 2, "name": "Ana"}]');
BEGIN;
SELECT orm.save('SwAuthor', '[{"id": 1, "name": "Bo"}, {"id": 2, "name": "Ana"}]', '{"unscoped": true}');
SELECT orm.upsert('SwAuthor', '[{"id": 1, "name": "Ana"}, {"id": 2, "name": "Bo"}]', ARRAY['id'], '{"unscoped": true}');
SELECT orm.save('SwPost', '[{"id": 1, "author": {"id": 1, "name": "Bo"}}, {"id": 3, "author": {"id": 2, "name": "Ana"}}]', '{"unscoped": true, "return": {"select": ["id"]}}');
SELECT * FROM sw_authors ORDER BY id;
ROLLBACK;
UPDATE sw_authors SET gone = id = 2;

-- nor are hidden rows in a collection of many to many, or those that a condition means; lifted they are
SELECT orm.update('SwPost', 1, '{"tags": {"$disconnect": [{"id": 2}]}}');
SELECT orm.update('SwPost', 1, '{"tags": {"$delete": [{"id": 2}]}}');
SELECT orm.validate('SwPost', '{"id": 1, "tags": {"$disconnect": [{"id": 2}]}}');
SELECT orm.update('SwAuthor', 1, '{"posts": {"$disconnect": [{"id": 2}]}}');
BEGIN;
SELECT orm.update('SwPost', 1, '{"tags": {"$disconnect": [{"id": 2}, {"id": 3}]}}', '{"unscoped": true, "return": false}');
SELECT * FROM sw_posts_sw_tags ORDER BY 1, 2;
SELECT orm.update('SwPost', 1, '{"tags": {"$connect": [{"id": 2}, {"id": 3}]}}', '{"unscoped": true, "return": false}');
SELECT orm.update('SwPost', 1, '{"tags": {"$delete": [{"id": 2}]}}', '{"unscoped": true, "return": false}');
SELECT id FROM sw_tags ORDER BY id;
ROLLBACK;
BEGIN;
SELECT orm.update('SwPost', 1, '{"tags": {"$set": [{"id": 3}]}}', '{"unscoped": true, "return": false}');
SELECT * FROM sw_posts_sw_tags ORDER BY 1, 2;
SELECT orm.update('SwPost', 1, '{"tags": {"$set": []}}', '{"unscoped": true, "return": false}');
SELECT * FROM sw_posts_sw_tags ORDER BY 1, 2;
ROLLBACK;
BEGIN;
SELECT orm.update('SwAuthor', 1, '{"posts": {"$update": {"where": {}, "set": {"title": "x"}}}}', '{"return": false}');
SELECT orm.update('SwPost', 1, '{"tags": {"$delete": {"where": {"id": {"lt": 3}}}}}', '{"return": false}');
SELECT id, title FROM sw_posts ORDER BY id;
SELECT id FROM sw_tags ORDER BY id;
SELECT orm.update('SwAuthor', 1, '{"posts": {"$update": {"where": {"draft": true}, "set": {"title": "y"}}}}', '{"unscoped": true, "return": false}');
SELECT orm.update('SwPost', 1, '{"tags": {"$delete": {"where": {"id": {"lt": 3}}}}}', '{"unscoped": true, "return": false}');
SELECT id, title FROM sw_posts ORDER BY id;
SELECT id FROM sw_tags ORDER BY id;
ROLLBACK;
BEGIN;
SELECT orm.extend('SwPost', orm.many_to_many('tags', 'SwTag', filter => '{"id": {"gt": 1}}'));
SELECT orm.update('SwPost', 1, '{"tags": {"$disconnect": [{"id": 2}]}}', '{"unscoped": true, "return": false}');
SELECT * FROM sw_posts_sw_tags ORDER BY 1, 2;
SELECT orm.update('SwPost', 1, '{"tags": {"$disconnect": [{"id": 1}]}}', '{"unscoped": true, "return": false}');
ROLLBACK;

-- what becomes hidden by the write is written, and shown
BEGIN;
SELECT orm.update('SwAuthor', 1, '{"gone": true}');
SELECT orm.update('SwAuthor', 1, '{"gone": false}');
ROLLBACK;
BEGIN;
SELECT orm.save('SwAuthor', '{"id": 1, "gone": true}', '{"return": {"select": ["id", "gone"], "load": {"posts": {"select": ["id"]}}}}');
ROLLBACK;

-- new ones, outside and inside
BEGIN;
SELECT orm.save('SwAuthor', '{"id": 5, "name": "Eva", "gone": true, "posts": [{"id": 9, "draft": true}]}');
SELECT orm.upsert('SwAuthor', '{"id": 6, "name": "Fay"}', ARRAY['id']);
ROLLBACK;

-- what is deleted along with an object is not asked
BEGIN;
SELECT orm.delete('SwAuthor', 1);
SELECT id FROM sw_posts ORDER BY id;
ROLLBACK;

-- deleting takes no privilege but that, with a default scope, too
CREATE ROLE regress_orm_scope_writes;
GRANT USAGE ON SCHEMA scope_writes TO regress_orm_scope_writes;
GRANT SELECT, DELETE ON sw_tags TO regress_orm_scope_writes;
BEGIN;
DELETE FROM sw_posts_sw_tags;
SET LOCAL ROLE regress_orm_scope_writes;
SELECT orm.delete('SwTag', 1);
SELECT sw_tag_delete(3);
SELECT sw_tag_delete(4);
SELECT orm.delete('SwTag', 4, '{"return": {}}');
SELECT orm.remove('SwTag', 1);
SELECT orm.flush('{"remove": [{"model": "SwTag", "key": 3}]}');
SELECT orm.delete('SwTag', 2, '{"unscoped": true}');
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_orm_scope_writes;
SELECT orm.delete('SwTag', 2);
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_orm_scope_writes;
SELECT orm.update('SwTag', 1, '{"old": true}');
ROLLBACK;
BEGIN;
DELETE FROM sw_posts_sw_tags;
SET LOCAL ROLE regress_orm_scope_writes;
SELECT orm.remove('SwTag', 1);
SELECT orm.flush();
SELECT id FROM sw_tags ORDER BY id;
ROLLBACK;
DROP OWNED BY regress_orm_scope_writes;
DROP ROLE regress_orm_scope_writes;

-- what is there is said by validate, too
SELECT orm.validate('SwPost', '{"id": 1, "author": {"$connect": {"id": 2}}}');
SELECT orm.validate('SwPost', '{"id": 1, "author": {"$connect": {"id": 7}}}');

SELECT count(*) > 0 AS dropped FROM orm.drop_all();
DROP SCHEMA scope_writes CASCADE;
