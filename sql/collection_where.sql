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

\echo # a default scope with a load; keys of two attributes, hidden keys; a foreign key to another key of the owner
CREATE TABLE shelves (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE books (id int, no int, v int, gone boolean, shelf_id int REFERENCES shelves, PRIMARY KEY (id, no));
CREATE TABLE cards (id int PRIMARY KEY, v int, shelf_code text REFERENCES shelves (code));
CREATE TABLE marks (id int, no bigint, v int, gone boolean, PRIMARY KEY (id, no));
CREATE TABLE stamps (id int PRIMARY KEY, v int, gone boolean);
CREATE TABLE shelf_marks (shelf_id int REFERENCES shelves, mark_id int, mark_no bigint, PRIMARY KEY (shelf_id, mark_id, mark_no), FOREIGN KEY (mark_id, mark_no) REFERENCES marks);
CREATE TABLE shelf_stamps (shelf_id int REFERENCES shelves, stamp_id int REFERENCES stamps, PRIMARY KEY (shelf_id, stamp_id));
SELECT count(*) > 0 FROM orm.map('collection_where.shelves', 'Shelf', orm.has_many('books', 'Book'), orm.has_many('cards', 'Card', filter => '{"v": {"gt": 0}}'), orm.many_to_many('marks', 'Mark', 'shelf_marks'), orm.many_to_many('stamps', 'Stamp', 'shelf_stamps'));
SELECT count(*) > 0 FROM orm.map('collection_where.books', 'Book', orm.belongs_to('shelf', 'Shelf'), orm.scope('kept', '{"where": {"gone": false}, "load": ["shelf"], "order_by": ["-v"]}', true));
SELECT count(*) > 0 FROM orm.map('collection_where.cards', 'Card', orm.column('id', hidden => true), orm.column('shelf_code', hidden => true));
SELECT count(*) > 0 FROM orm.map('collection_where.marks', 'Mark', orm.column('id', hidden => true), orm.many_to_many('shelves', 'Shelf', 'shelf_marks'), orm.scope('kept', '{"where": {"gone": false}, "load": ["shelves"]}', true));
SELECT count(*) > 0 FROM orm.map('collection_where.stamps', 'Stamp', orm.many_to_many('shelves', 'Shelf', 'shelf_stamps'), orm.scope('kept', '{"where": {"gone": false}, "load": ["shelves"]}', true));
INSERT INTO shelves VALUES (1, 'a'), (2, 'b');
INSERT INTO books SELECT i, 10 + i, i, i = 3, 1 + i % 2 FROM generate_series(1, 8) i;
INSERT INTO cards SELECT i, i, substr('ab', 1 + i % 2, 1) FROM generate_series(1, 8) i;
INSERT INTO marks SELECT i, 10 + i, i, i = 3 FROM generate_series(1, 8) i;
INSERT INTO stamps SELECT i, i, i = 3 FROM generate_series(1, 8) i;
INSERT INTO shelf_marks SELECT 2, i, 10 + i FROM generate_series(1, 7, 2) i;
INSERT INTO shelf_stamps SELECT 2, i FROM generate_series(1, 7, 2) i;
CREATE FUNCTION all_of(instruction text) RETURNS orm.document LANGUAGE sql AS $$
    SELECT format('{"books": {%1$s}, "marks": {%1$s}, "stamps": {%1$s}}', instruction)::orm.document $$;
SELECT orm.update('Shelf', 2, all_of('"$update": {"where": {"v": {"lt": 6}}, "set": {"v": {"$inc": 100}}}'), '{"return": false}');
SELECT orm.update('Shelf', 1, '{"cards": {"$update": {"where": {"v": {"lt": 6}}, "set": {"v": {"$inc": 100}}}}}', '{"return": false}');
SELECT orm.update('Shelf', 1, '{"code": "a", "cards": {"$delete": {"where": {"v": 8}}}}', '{"return": false}');
SELECT orm.update('Shelf', 2, all_of('"$delete": {"where": {"v": {"in": [7, 101, 3, 2]}}}'), '{"return": false}');
SELECT orm.validate('Shelf', '{"id": 2, "books": {"$delete": {"where": {}}}, "marks": {"$update": {"where": {}, "set": {"v": "x"}}}}');
SELECT id, b.v AS book, b.shelf_id, m.v AS mark, s.v AS stamp, c.v AS card FROM books b FULL JOIN marks m USING (id) FULL JOIN stamps s USING (id) FULL JOIN cards c USING (id) ORDER BY id;
SELECT orm.update('Shelf', 1, '{"cards": {"$update": {"where": {"id": {"gt": 1}}, "set": {"v": 0}}}}');

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
