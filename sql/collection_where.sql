-- Objects of a collection by a condition: {"$delete": {"where"}}, {"$update": {"where", "set"}}.
-- The oracle is the same in SQL.
SET client_min_messages = warning;
CREATE SCHEMA collection_where;
SET search_path = collection_where;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SELECT orm.model('Author', 'collection_where.authors', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', is_unique => true), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'collection_where.posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'), orm.column('views', 'integer', server_default => '0'), orm.belongs_to('author', 'Author', nullable => true), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'collection_where.tags', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO authors (name) VALUES ('Ana'), ('Bea');
INSERT INTO posts (title, views, author_id) SELECT 'p' || i, i % 4, 1 + i % 2 FROM generate_series(1, 12) i;
INSERT INTO tags (name) VALUES ('x'), ('y'), ('z');
SELECT orm.update('Post', 2, '{"tags": [1, 2, 3]}', '{"return": false}');
CREATE TABLE oracle AS SELECT * FROM posts;

SELECT orm.update('Author', 1, '{"posts": {"$update": {"where": {"views": {"ge": 2}}, "set": {"title": {"$expr": {"||": ["title", {"$value": "!"}]}}, "views": {"$inc": 10}}}}}') -> 'posts';
UPDATE oracle SET title = title || '!', views = views + 10 WHERE author_id = 1 AND views >= 2;
SELECT orm.update('Author', 2, '{"posts": {"$delete": {"where": {"views": 1, "title": {"ne": "p1"}}}}}', '{"return": false, "action": true}');
DELETE FROM oracle WHERE author_id = 2 AND views = 1 AND title <> 'p1';
SELECT * FROM posts EXCEPT TABLE oracle;
SELECT count(*) - (SELECT count(*) FROM oracle) FROM posts;
\echo # both, beside other instructions; none that match; a set with nested objects
SELECT orm.update('Author', 2, '{"posts": {"$delete": {"where": {"views": 3}}, "$update": {"where": {"title": "p1"}, "set": {"views": 7}}, "$save": [{"title": "new"}]}}') -> 'posts';
DELETE FROM oracle WHERE author_id = 2 AND views = 3;
UPDATE oracle SET views = 7 WHERE title = 'p1';
SELECT orm.update('Author', 1, '{"posts": {"$update": {"where": {"views": -1}, "set": {"views": 0}}}}') -> 'posts';
SELECT orm.update('Author', 1, '{"posts": {"$update": {"where": {}, "set": {"views": 0}}}}', '{"return": false}');
UPDATE oracle SET views = 0 WHERE author_id = 1;
SELECT * FROM posts WHERE title <> 'new' EXCEPT TABLE oracle;
SELECT count(*) - (SELECT count(*) FROM oracle) FROM posts WHERE title <> 'new';
\echo # many to many, a new owner, save, the unit of work, validate, dry_run
SELECT orm.update('Post', 2, '{"tags": {"$update": {"where": {"name": {"in": ["x", "y"]}}, "set": {"name": {"$expr": {"upper": ["name"]}}}}, "$delete": {"where": {"name": "z"}}}}') -> 'tags';
SELECT id, name FROM tags ORDER BY id;
SELECT orm.create('Author', '{"name": "Eva", "posts": {"$delete": {"where": {}}, "$save": [{"title": "hers"}]}}') -> 'posts' -> 0 ->> 'title';
SELECT orm.save('Author', '{"id": 3, "posts": {"$update": {"where": {}, "set": {"title": "still hers"}}}}') -> 'posts' -> 0 ->> 'title';
SELECT orm.merge('Author', '{"id": 3, "posts": {"$update": {"where": {"title": "still hers"}, "set": {"views": 5}}}}');
SELECT title, views FROM posts WHERE author_id = 3;
SELECT orm.update('Author', 3, '{"posts": {"$delete": {"where": {}}}}', '{"dry_run": true, "return": false}');
SELECT orm.validate('Author', '{"id": 3, "posts": {"$delete": {"where": {}}}}');
SELECT orm.validate('Author', '{"id": 3, "posts": {"$update": {"where": {}, "set": {"views": "many"}}}}');
SELECT count(*) FROM posts WHERE author_id = 3;

\echo # bad input
SELECT orm.update('Author', 1, '{"posts": {"$delete": {"wher": {}}}}');
SELECT orm.update('Author', 1, '{"posts": {"$delete": {}}}');
SELECT orm.update('Author', 1, '{"posts": {"$delete": {"where": {"titel": "x"}}}}');
SELECT orm.update('Author', 1, '{"posts": {"$delete": {"where": {"views": "x"}}}}');
SELECT orm.update('Author', 1, '{"posts": {"$delete": {"where": {}, "set": {"views": 1}}}}');
SELECT orm.update('Author', 1, '{"posts": {"$update": {"where": {}}}}');
SELECT orm.update('Author', 1, '{"posts": {"$update": {"where": {}, "set": {}}}}');
SELECT orm.update('Author', 1, '{"posts": {"$update": {"where": {}, "set": {"titel": "x"}}}}');
SELECT orm.update('Author', 1, '{"posts": {"$update": {"where": {}, "set": {"id": 1}}}}');
SELECT orm.update('Author', 1, '{"posts": {"$update": [1]}}');
SELECT orm.update('Author', 1, '{"posts": {"$disconnect": {"where": {}}}}');
SELECT orm.upsert('Author', '{"name": "Ana", "posts": {"$delete": {"where": {}}}}', '{name}');
DROP SCHEMA collection_where CASCADE;
