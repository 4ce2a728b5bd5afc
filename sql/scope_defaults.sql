-- Default scopes: conditions at every mention of a model.
CREATE SCHEMA scope_defaults;
SET search_path = scope_defaults, orm;
SET client_min_messages = warning;
SET timezone = 'UTC';

SELECT orm.model('SdAuthor', 'sd_authors',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('name', 'text', nullable => false),
    orm.column('gone', 'boolean'),
    orm.has_many('posts', 'SdPost'),
    orm.has_many('tags', 'SdTag', path => 'posts.tags'),
    orm.scope('kept', '{"where": {"gone": null}, "order_by": ["-id"]}', is_default => true));
SELECT orm.model('SdPost', 'sd_posts',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('title', 'text'),
    orm.column('state', 'text', nullable => false),
    orm.belongs_to('author', 'SdAuthor'),
    orm.has_many('notes', 'SdNote'),
    orm.many_to_many('tags', 'SdTag'),
    orm.scope('live', '{"where": {"state": {"in": ["live", "it''s"]}}, "load": {"notes": {"select": ["id"]}}}', true),
    orm.scope('signed', '{"where": {"author": {}}}', true));
SELECT orm.model('SdNote', 'sd_notes',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.belongs_to('post', 'SdPost'));
SELECT orm.model('SdTag', 'sd_tags',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('old', 'boolean', nullable => false, server_default => 'false'),
    orm.many_to_many('posts', 'SdPost'),
    orm.scope('new', '{"where": {"not": {"old": true}}}', true));
SELECT count(*) > 0 AS created FROM orm.create_all();

INSERT INTO sd_authors VALUES (1, 'Ana', NULL), (2, 'Bo', true), (3, 'Cid', NULL);
INSERT INTO sd_posts (id, title, state, author_id) VALUES
    (1, 'a', 'live', 1), (2, 'b', 'draft', 1), (3, 'c', 'live', 2), (4, 'd', 'it''s', 3), (5, 'e', 'live', NULL);
INSERT INTO sd_notes (id, post_id) VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 4);
INSERT INTO sd_tags (id, old) VALUES (1, false), (2, true);
INSERT INTO sd_posts_sd_tags SELECT p.id, t.id FROM sd_posts p, sd_tags t;

-- root; order and loads for lists
SELECT orm.all('SdAuthor', '{"select": ["id"]}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "order_by": ["id"]}');
SELECT orm.all('SdPost', '{"select": ["id"]}');
SELECT orm.all('SdPost', '{"select": ["id"], "load": []}');
SELECT orm.first('SdAuthor', '{"select": ["id"]}'), orm.count('SdPost'), orm.exists('SdPost', '{"where": {"id": 2}}');
SELECT orm.get('SdPost', 1), orm.get('SdPost', 2);
SELECT orm.page('SdPost', '{"select": ["id"], "load": [], "limit": 1, "total": true}')::jsonb -> 'total';

-- lifted, all or some
SELECT orm.all('SdPost', '{"select": ["id"], "unscoped": true, "order_by": ["id"]}');
SELECT orm.all('SdPost', '{"select": ["id"], "unscoped": ["live"], "order_by": ["id"]}');
SELECT orm.all('SdPost', '{"select": ["id"], "unscoped": "signed", "order_by": ["id"], "load": []}');
SELECT orm.get('SdPost', 2, '{"select": ["id"], "unscoped": true}');

-- loads, both ways
SELECT orm.all('SdAuthor', '{"select": ["id"], "load": {"posts": {"select": ["id"], "load": []}}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "unscoped": true, "order_by": ["id"], "load": {"posts": {"select": ["id"], "unscoped": true, "order_by": ["id"]}}}');
SELECT orm.all('SdNote', '{"order_by": ["id"], "load": {"post": {"select": ["id"], "load": {"tags": true}}}}');
SELECT orm.all('SdPost', '{"select": ["id"], "unscoped": true, "order_by": ["id"], "load": {"author": {"select": ["name"]}}}');

-- over a path: the scopes of its tables hold, and the targets' can be lifted
SELECT orm.all('SdAuthor', '{"select": ["id"], "load": {"tags": {"select": ["id"]}}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "load": {"tags": {"select": ["id"], "unscoped": true, "order_by": ["id"]}}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "where": {"tags": {"any": {"old": true}}}}'), orm.all('SdAuthor', '{"select": ["id"], "where": {"tags": {"any": {"$unscoped": true, "old": true}}}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "compute": {"n": {"count": "tags"}}}'), orm.all('SdAuthor', '{"select": ["id"], "where": {"tags": {"none": {"$unscoped": true, "old": true}}}}');

-- conditions on relationships, and in them
SELECT orm.all('SdAuthor', '{"select": ["id"], "where": {"posts": {"any": {"title": {"ne": "d"}}}}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "unscoped": true, "order_by": ["id"], "where": {"posts": {"none": {}}}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "unscoped": true, "order_by": ["id"], "where": {"posts": {"none": {"$unscoped": true}}}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "where": {"posts": {"all": {"title": "a"}}}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "where": {"posts": {"count": 1, "where": {"$unscoped": ["signed"]}}}}');
SELECT orm.all('SdNote', '{"select": ["id"], "order_by": ["id"], "where": {"post": null}}');
SELECT orm.all('SdNote', '{"select": ["id"], "order_by": ["id"], "where": {"post": {"author": {"$unscoped": true, "id": 1}, "$unscoped": true}}}');
SELECT orm.all('SdPost', '{"select": ["id"], "load": [], "where": {"tags": {"any": {"id": 2}}}}'), orm.count('SdPost', '{"where": {"tags": {"any": {"id": 2, "$unscoped": true}}}}');

-- paths, computed values, aggregates
SELECT orm.all('SdNote', '{"select": ["id"], "order_by": ["post.title", "id"], "compute": {"t": "post.title", "a": "post.author.name"}}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "compute": {"n": {"count": "posts"}, "notes": {"count": "posts.notes"}}}');
SELECT orm.aggregate('SdPost', '{"group_by": ["author.name"], "aggregate": {"n": {"count": "*"}, "notes": {"count": "notes"}}}');
SELECT orm.aggregate('SdPost', '{"aggregate": {"n": {"count": "*"}}, "unscoped": true}');
SELECT orm.all('SdAuthor', '{"select": ["id"], "compute": {"e": {"exists": {"posts": {"title": "b"}}}, "u": {"exists": {"posts": {"title": "b", "$unscoped": true}}}}}');

-- SQL functions, typed ones and those of relationships
SELECT id FROM sd_post_all() ORDER BY id;
SELECT id FROM sd_post_find(1) UNION ALL SELECT id FROM sd_post_find(2);
SELECT id FROM sd_post_filter_by(author_id => 1);
SELECT id FROM sd_post_find_by(title => 'b');
SELECT a.id, p.id AS post FROM sd_authors a, posts(a) p ORDER BY 1, 2;
SELECT n.id, p.id AS post FROM sd_notes n LEFT JOIN LATERAL post(n) p ON true ORDER BY 1;
EXPLAIN (COSTS OFF) SELECT id FROM sd_author_all() WHERE id = 1;

-- LANGUAGE orm
CREATE FUNCTION sd_titled(title text) RETURNS SETOF sd_posts STABLE LANGUAGE orm AS 'all SdPost {"where": {"title": {"ge": {"$": "title"}}}}';
SELECT id FROM sd_titled('a') ORDER BY id;

-- by query: what is hidden is neither changed nor deleted
BEGIN;
SELECT orm.update_where('SdPost', '{"where": {}}', '{"title": "x"}'), orm.delete_where('SdNote', '{"where": {"post": {}}}');
SELECT id, title FROM sd_posts ORDER BY id;
SELECT orm.delete_where('SdTag', '{"where": {}, "unscoped": true}');
ROLLBACK;

-- created outside, and shown
SELECT orm.create('SdPost', '{"id": 6, "state": "draft", "notes": [{"id": 6}]}');
SELECT orm.create('SdPost', '{"id": 7, "state": "draft", "notes": [{"id": 7}]}', '{"return": {"select": ["id"], "load": {"notes": true}}}');
DELETE FROM sd_notes WHERE id > 5;
DELETE FROM sd_posts WHERE id > 5;

-- what is sent
SELECT orm.sql('SdNote', '{"order_by": ["post.title"], "select": ["id"]}');

-- other declarations: bodies follow, of the functions of others, too
SELECT * FROM orm.extend('SdPost', orm.scope('live', '{"where": {"state": "draft"}}', true));
SELECT id FROM sd_post_all() ORDER BY id;
SELECT n.id, p.id AS post FROM sd_notes n, post(n) p ORDER BY 1;
SELECT * FROM orm.drop_element('SdPost', 'scope', 'live');
SELECT n.id, p.id AS post FROM sd_notes n, post(n) p ORDER BY 1;
SELECT * FROM orm.drop_element('SdPost', 'scope', 'signed');
SELECT n.id, p.id AS post FROM sd_notes n, post(n) p ORDER BY 1;

-- a path in a default scope needs no joins where it is mentioned
SELECT * FROM orm.extend('SdNote', orm.scope('of_a', '{"where": {"$expr": {"<": ["post.title", {"$value": "d"}]}}}', true));
SELECT orm.all('SdNote', '{"select": ["id"], "order_by": ["id"]}');
SELECT orm.all('SdPost', '{"select": ["id"], "order_by": ["id"], "compute": {"n": {"count": "notes"}}, "where": {"notes": {"any": {}}}}');
SELECT id FROM sd_note_all() ORDER BY id;
SELECT orm.sql('SdNote', '{"select": ["id"]}');

-- circles
SELECT * FROM orm.extend('SdAuthor', orm.scope('posted', '{"where": {"posts": {"any": {}}}}', true));
SELECT * FROM orm.extend('SdPost', orm.scope('signed', '{"where": {"author": {}}}', true));
SELECT * FROM orm.extend('SdPost', orm.scope('signed', '{"where": {"author": {"$unscoped": true}}}', true));
SELECT * FROM orm.extend('SdPost', orm.scope('noted', '{"load": ["notes.post.notes"]}', true));
SELECT * FROM orm.extend('SdNote', orm.scope('read', '{"load": {"post": {"load": ["notes"]}}}', true));

-- what default scopes do not have
SELECT * FROM orm.extend('SdPost', orm.scope('bad', '{"limit": 1}', true));
SELECT * FROM orm.extend('SdPost', orm.scope('bad', '{"parameters": ["a"], "where": {"title": {"$": "a"}}}', true));
SELECT * FROM orm.extend('SdPost', orm.scope('few', '{"limit": 1}'), orm.scope('bad', '{"scope": "few"}', true));
SELECT * FROM orm.extend('SdPost', orm.scope('bad', '{"where": {"titel": 1}}', true));

-- a column that goes
ALTER TABLE sd_authors DROP COLUMN gone;
SELECT orm.count('SdAuthor');
SELECT * FROM sd_author_all();
SELECT rule, severity, object, message FROM orm.lint('SdAuthor') WHERE rule = 'broken_scope';

DROP SCHEMA scope_defaults CASCADE;
