-- "order_by" and "filter" of relationships, against SQL by hand.
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
SET client_min_messages = warning;
CREATE SCHEMA relationship_filter;
SET search_path = relationship_filter;
SELECT orm.model('Author', 'authors', orm.column('id', 'bigint', primary_key => true), orm.column('name', 'text'),
    orm.column('rank', 'int'),
    orm.has_many('all_posts', 'Post', cascade => 'all, delete-orphan'),
    orm.has_many('posts', 'Post', back_populates => 'author',
        order_by => '["-made", "id"]', filter => '{"published": true, "tag": {"in": ["a", "b"]}}'),
    orm.has_many('ranked', 'Post', order_by => '["author.name", {"by": "title", "nulls": "first"}, "id"]',
        filter => '{"$expr": {">": ["author.rank", 0]}, "title": {"starts_with": "o''ne%"}}'),
    orm.has_one('newest', 'Post', order_by => '["-made", "-id"]', filter => '{"published": true}'));
SELECT orm.model('Post', 'posts', orm.column('id', 'bigint', primary_key => true), orm.column('title', 'text'),
    orm.column('published', 'boolean'), orm.column('tag', 'text'), orm.column('made', 'date'),
    orm.belongs_to('author', 'Author', foreign_key => 'author_id', back_populates => 'posts'),
    orm.belongs_to('good', 'Author', foreign_key => 'author_id', filter => '{"rank": {"gt": 0}}'),
    orm.many_to_many('labels', 'Label', through => 'posts_labels'),
    orm.many_to_many('shown', 'Label', through => 'posts_labels', order_by => '["-word"]', filter => '{"hidden": false}'));
SELECT orm.model('Label', 'labels', orm.column('id', 'bigint', primary_key => true), orm.column('word', 'text'),
    orm.column('hidden', 'boolean'));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO authors VALUES (1, 'ana', 1), (2, 'bea', 0), (3, 'eve', 2);
INSERT INTO posts SELECT i, CASE WHEN i % 2 = 0 THEN 'o''ne%x' ELSE 'two' END, i % 3 <> 0, substr('abc', i % 3 + 1, 1),
    date '2026-01-01' + (i * 7) % 5, 1 + i % 2 FROM generate_series(1, 12) i;
INSERT INTO labels VALUES (1, 'x', false), (2, 'y', true), (3, 'z', false);
INSERT INTO posts_labels (post_id, label_id) SELECT p, l FROM generate_series(1, 12) p, generate_series(1, 3) l WHERE (p + l) % 2 = 0;
-- What the documents say, in SQL
CREATE VIEW posts_of AS SELECT * FROM posts WHERE published AND tag IN ('a', 'b');
CREATE VIEW ranked_of AS SELECT p.*, a.name FROM posts p JOIN authors a ON a.id = p.author_id WHERE a.rank > 0 AND starts_with(p.title, 'o''ne%');

-- Described in the words it was declared with, and as it is made again
SELECT e FROM json_array_elements(orm.describe('Author')::json->'elements') e WHERE e::text ~ 'order_by';
SELECT count(*) FROM orm.diff();
SELECT orm.model(orm.describe('Post'));

-- Loads
SELECT count(*) AS authors, bool_and(orm.get('Author', a.id, '{"load": {"posts": {"select": ["id"]}, "ranked": {"select": ["id"]}}}')::jsonb = jsonb_build_object('id', id, 'name', name, 'rank', rank,
    'posts', coalesce((SELECT jsonb_agg(jsonb_build_object('id', p.id) ORDER BY p.made DESC, p.id) FROM posts_of p WHERE p.author_id = a.id), '[]'),
    'ranked', coalesce((SELECT jsonb_agg(jsonb_build_object('id', p.id) ORDER BY p.name, p.title, p.id) FROM ranked_of p WHERE p.author_id = a.id), '[]'))) AS same
FROM authors a;
SELECT orm.all('Author', '{"select": ["id"], "load": {"posts": {"select": ["id"], "order_by": ["id"]}}}') AS own_order;
SELECT orm.all('Author', '{"select": ["id"], "load": {"posts": {"select": ["id", "made"], "limit": 1}}}') AS own_limit;
SELECT orm.all('Author', '{"select": ["id"], "load": {"posts": {"select": ["id"], "where": {"id": {"gt": 5}}}, "last": {"of": "posts", "one": true, "select": ["id"]}}}') AS narrowed;
SELECT orm.all('Author', '{"select": ["id"], "load": {"newest": {"select": ["id"]}}}') AS one;
SELECT a.id, (SELECT p.id FROM posts p WHERE p.author_id = a.id AND published ORDER BY made DESC, p.id DESC LIMIT 1) FROM authors a ORDER BY 1;
SELECT orm.all('Author', '{"select": ["id"], "compute": {"at": "newest.id"}, "order_by": ["newest.made", "id"]}') AS path;
SELECT orm.all('Post', '{"select": ["id"], "where": {"id": {"le": 2}}, "load": {"good": {"select": ["name"]}, "shown": {"select": ["word"]}, "labels": {"select": ["word"]}}, "compute": {"n": "good.name"}}') AS single;
SELECT orm.all('Author', '{"select": ["id"], "load": {"ranked": {"select": ["id"], "limit": 2, "compute": {"author": "id"}}}}') AS shadowed;

-- Conditions, counts, aggregates
SELECT orm.all('Author', '{"select": ["id"], "where": {"posts": {"any": {"id": 9}}}}') AS any,
    orm.all('Author', '{"select": ["id"], "where": {"posts": {"none": {}}}}') AS none,
    orm.all('Author', '{"select": ["id"], "where": {"posts": {"all": {"tag": "b"}}}}') AS every,
    orm.all('Author', '{"select": ["id"], "where": {"posts": {"count": {"gt": 0}}}}') AS counted;
SELECT orm.all('Post', '{"select": ["id"], "where": {"good": null}, "order_by": ["id"], "limit": 3}') AS null_one,
    orm.count('Post', '{"where": {"good": {"name": "bea"}}}') AS hidden_one,
    orm.count('Post', '{"where": {"$expr": {"exists": {"shown": {"word": "y"}}}}}') AS hidden_many;
SELECT count(*), bool_and(orm.get('Author', a.id, '{"select": [], "compute": {"n": {"count": "posts"}, "m": {"max": "posts.id"}, "r": {"count": "ranked"}, "w": {"count": "posts.shown"}, "x": {"count": "posts", "where": {"id": {"gt": 5}}}}}')::jsonb = jsonb_build_object(
    'n', (SELECT count(*) FROM posts_of p WHERE p.author_id = a.id), 'm', (SELECT max(id) FROM posts_of p WHERE p.author_id = a.id),
    'r', (SELECT count(*) FROM ranked_of p WHERE p.author_id = a.id),
    'w', (SELECT count(*) FROM posts_of p JOIN posts_labels j ON j.post_id = p.id JOIN labels l ON l.id = j.label_id WHERE p.author_id = a.id AND NOT l.hidden),
    'x', (SELECT count(*) FROM posts_of p WHERE p.author_id = a.id AND p.id > 5))) AS same FROM authors a;
SELECT orm.aggregate('Author', '{"group_by": ["id"], "aggregate": {"n": {"count": "posts"}}, "order_by": ["id"]}');
SELECT orm.aggregate('Post', '{"group_by": ["good.name"], "aggregate": {"n": {"count": "*"}}, "order_by": ["-n"]}');

-- Functions
SELECT count(*), bool_and(ARRAY(SELECT p.id FROM posts(a) p) = ARRAY(SELECT p.id FROM posts_of p WHERE p.author_id = a.id ORDER BY p.made DESC, p.id)
    AND ARRAY(SELECT p.id FROM ranked(a) p) = ARRAY(SELECT p.id FROM ranked_of p WHERE p.author_id = a.id ORDER BY p.name, p.title, p.id)) AS same FROM authors a;
SELECT p.id, (good(p)).name, ARRAY(SELECT word FROM shown(p)) FROM posts p WHERE id < 3 ORDER BY 1;
SELECT prosrc FROM pg_proc WHERE pronamespace = 'relationship_filter'::regnamespace AND proname IN ('posts', 'good') ORDER BY 1;
CREATE FUNCTION of_author(id bigint) RETURNS json LANGUAGE orm AS 'first Author {"where": {"id": {"eq": {"$": "id"}}}, "select": ["id"], "load": {"posts": {"select": ["id"]}}}';
SELECT of_author(1);
SELECT bool_or(s::text ~ 'published') AS shown FROM orm.sql('Author', '{"load": ["posts"]}') s;

SELECT setval(pg_get_serial_sequence('posts', 'id'), 100);

-- Writes: what a load does not show stays; what is given is stored
CREATE FUNCTION of(bigint) RETURNS text LANGUAGE sql AS 'SELECT string_agg(id::text, '' '' ORDER BY id) FROM relationship_filter.posts WHERE author_id = $1';
BEGIN;
SELECT orm.update('Author', 1, '{"posts": {"$set": [{"id": 4}, {"title": "new", "published": false}]}}');
SELECT of(1), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM posts WHERE author_id IS NULL) AS unlinked;
ROLLBACK;
BEGIN;
SELECT orm.update('Author', 1, '{"posts": {"$delete": {"where": {}}}}');
SELECT of(1), count(*) FROM posts;
ROLLBACK;
BEGIN;
SELECT orm.update('Author', 1, '{"posts": {"$update": {"where": {}, "set": {"title": "set"}}}}');
SELECT string_agg(id::text, ' ' ORDER BY id) FROM posts WHERE title = 'set';
ROLLBACK;
SELECT orm.update('Author', 1, '{"posts": {"$disconnect": [{"id": 6}]}}');
SELECT orm.update('Author', 1, '{"posts": {"$delete": [{"id": 6}]}}');
SELECT orm.validate('Author', '{"id": 1, "posts": {"$delete": [{"id": 6}]}}');
BEGIN;
SELECT orm.update('Author', 1, '{"posts": {"$connect": [{"id": 3}]}}');
SELECT of(1);
SELECT orm.update('Author', 1, '{"newest": {"title": "changed"}}');
SELECT id FROM posts WHERE title = 'changed';
ROLLBACK;
BEGIN;
SELECT orm.update('Post', 1, '{"shown": {"$set": [{"id": 1}]}}');
SELECT orm.update('Post', 2, '{"shown": {"$set": []}}');
SELECT post_id, string_agg(label_id::text, ' ' ORDER BY label_id) FROM posts_labels WHERE post_id < 3 GROUP BY 1 ORDER BY 1;
SELECT orm.update('Post', 4, '{"shown": {"$connect": [{"id": 3}]}}');
SELECT orm.update('Post', 4, '{"shown": {"$disconnect": [{"id": 2}]}}');
ROLLBACK;

-- The unit of work, changesets and saves write through the same collections
BEGIN;
SELECT orm.merge('Author', '{"id": 1, "posts": {"$set": [{"id": 4}]}}');
SELECT orm.flush();
SELECT of(1), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM posts WHERE author_id IS NULL) AS unlinked;
SELECT orm.save('Author', '{"id": 2, "name": "bea", "rank": 0, "posts": []}');
SELECT of(2), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM posts WHERE author_id IS NULL) AS unlinked;
ROLLBACK;
SELECT orm.update('Author', 1, '{"posts": {"$set": []}}', '{"dry_run": true, "return": {"select": ["id"], "load": {"posts": {"select": ["id"]}, "all_posts": {"select": ["id"]}}}}');
SELECT of(1);

-- Cascades go along what a load shows
SELECT count(*) > 0 FROM orm.drop_element('Author', 'relationship', 'all_posts');
SELECT count(*) > 0 FROM orm.drop_element('Author', 'relationship', 'posts');
SELECT count(*) > 0 FROM orm.extend('Author', orm.has_many('posts', 'Post', cascade => 'all, delete-orphan', back_populates => 'author', filter => '{"published": true}'));
SELECT orm.impact('Author', 1);
SELECT orm.delete('Author', 1);
UPDATE posts SET author_id = NULL WHERE author_id = 1 AND NOT published;
BEGIN;
SELECT orm.delete('Author', 1);
SELECT count(*) FROM posts;
ROLLBACK;

-- Bad declarations
SELECT orm.model('X', 'xs', orm.column('id', 'int', primary_key => true), orm.has_many('p', 'Post', filter => '{"publishd": true}'));
SELECT orm.model('X', 'xs', orm.column('id', 'int', primary_key => true), orm.has_many('p', 'Post', order_by => '["titl"]'));
SELECT orm.model('X', 'xs', orm.column('id', 'int', primary_key => true), orm.has_many('p', 'Post', filter => '{"published": {"$": "x"}}'));
SELECT orm.model('X', 'xs', orm.column('id', 'int', primary_key => true), orm.has_many('p', 'Post', filter => '{"published": "perhaps"}'));
SELECT orm.model('X', 'xs', orm.column('id', 'int', primary_key => true), orm.has_many('p', 'Post', filter => '{"$expr": {">": [{"row_number": [], "over": {}}, 1]}}'));
SELECT orm.model('X', 'xs', orm.column('id', 'int', primary_key => true), orm.has_many('p', 'Post', filter => '["published"]'));
SELECT orm.model('X', 'xs', orm.column('id', 'int', primary_key => true), orm.has_many('p', 'Post', order_by => '"title"'));
SELECT orm.model('{"model": "X", "table": "xs", "elements": [{"belongs_to": {"name": "p", "model": "Post", "order_by": ["id"]}}]}');
CREATE FUNCTION x_model() RETURNS json STABLE LANGUAGE orm AS 'model X {"table": "xs", "elements": [{"column": {"name": "id", "type": "int", "primary_key": true}}, {"has_many": {"name": "p", "model": "Post", "filter": {"publishd": true}}}]}';
SELECT orm.extend('Label', orm.many_to_many('posts', 'Post', through => 'posts_labels', filter => '{"made": {"gt": "soon"}}'));
SELECT orm.extend('Post', orm.has_many('selves', 'Post', foreign_key => 'author_id', filter => '{"selves": {"any": {}}}'));

-- What a filter and an order name is renamed: they follow, but for expressions and paths
ALTER TABLE posts RENAME COLUMN published TO shown_to_all;
ALTER TABLE posts RENAME COLUMN made TO "made ""at""";
SELECT e FROM json_array_elements(orm.describe('Author')::json->'elements') e WHERE e::text ~ 'shown_to_all|made';
SELECT orm.get('Author', 2, '{"select": ["id"], "load": {"posts": {"select": ["id"]}, "newest": {"select": ["id"]}}}'), (SELECT array_agg(p.id) FROM authors a, posts(a) p WHERE a.id = 2) AS function;
SELECT count(*) AS differences FROM orm.diff();
ALTER TABLE posts RENAME COLUMN "made ""at""" TO made;
SELECT orm.extend('Author', orm.has_many('nested', 'Post', filter => '{"not": {"or": [{"title": "x"}, {"and": [{"title": null}]}]}, "$expr": {"=": ["title", "title"]}}', order_by => '["title", {"by": "title", "desc": true}]'));
ALTER TABLE posts RENAME COLUMN title TO head;
SELECT e FROM json_array_elements(author_model()::json->'elements') e WHERE e::text ~ 'nested';
SELECT orm.get('Author', 2, '{"load": ["nested"]}');
ALTER TABLE posts RENAME COLUMN head TO title;
SELECT orm.count('Author', '{"where": {"nested": {"any": {}}}}');

-- Over a view
CREATE VIEW author_view AS SELECT id, name FROM authors;
SELECT count(*) > 0 FROM orm.map('author_view', 'AuthorView', orm.primary_key('id'), orm.has_many('posts', 'Post', foreign_key => 'author_id', order_by => '["-id"]', filter => '{"shown_to_all": true}'));
SELECT orm.all('AuthorView', '{"where": {"id": 2}, "load": {"posts": {"select": ["id"]}}}');
SELECT count(*) > 0 FROM orm.unmap('AuthorView');
DROP VIEW author_view, posts_of, ranked_of;

-- What a filter names is gone
ALTER TABLE posts DROP COLUMN shown_to_all;
SELECT orm.get('Author', 2, '{"load": ["posts"]}');
SELECT orm.get('Author', 2, '{"select": ["name"]}');
SELECT severity, object, message FROM orm.lint('Author') WHERE rule = 'broken_relationship';
DROP TABLE posts_labels;
SELECT count(*) > 0 FROM orm.drop_all();
DROP SCHEMA relationship_filter CASCADE;
