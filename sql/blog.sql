-- A small blog: authors, posts, tags and comments; relationships of every kind,
-- used from functions, from documents and from plain SQL.
\set regression :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_blog;
CREATE DATABASE regress_orm_blog TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_blog
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
CREATE SCHEMA blog;
SET search_path = blog;

-- Declared in any order: Author is declared last, and Post refers to it
SELECT orm.model('Post', 'blog.posts',
    orm.column('id',           'bigint', primary_key => true),
    orm.column('title',        'varchar(200)', nullable => false),
    orm.column('body',         'text', nullable => false, server_default => $$''$$),
    orm.column('published_on', 'date', indexed => true),
    orm.column('views',        'integer', nullable => false, server_default => '0', check_expr => 'views >= 0'),
    orm.belongs_to('author', 'Author', nullable => false, on_delete => 'cascade', back_populates => 'posts'),
    orm.has_many('comments', 'Comment', back_populates => 'post'),
    orm.many_to_many('tags', 'Tag', back_populates => 'posts'),
    orm.unique('author_id', 'title'));
SELECT orm.model('Tag', 'blog.tags',
    orm.column('id',   'integer', primary_key => true),
    orm.column('name', 'text', nullable => false, is_unique => true),
    orm.many_to_many('posts', 'Post', back_populates => 'tags'));
SELECT orm.model('Comment', 'blog.comments',
    orm.column('id',      'bigint', primary_key => true),
    orm.column('text',    'text', nullable => false),
    orm.column('written', 'timestamptz', nullable => false, server_default => $$'2026-05-01 12:00+00'$$),
    orm.belongs_to('post', 'Post', nullable => false, on_delete => 'cascade', back_populates => 'comments'),
    orm.belongs_to('writer', 'Author', back_populates => 'comments'),
    orm.belongs_to('parent', 'Comment', back_populates => 'replies'),
    orm.has_many('replies', 'Comment', back_populates => 'parent'));
SELECT orm.create_all();
SELECT orm.model('{"model": "Author", "table": "blog.authors", "elements": [
    {"column": {"name": "id", "type": "integer", "primary_key": true}},
    {"column": {"name": "name", "type": "text", "nullable": false}},
    {"column": {"name": "email", "type": "text", "is_unique": true}},
    {"column": {"name": "settings", "type": "jsonb", "nullable": false, "server_default": "''{}''"}},
    {"has_many": {"name": "posts", "model": "Post", "back_populates": "author"}},
    {"has_many": {"name": "comments", "model": "Comment", "back_populates": "writer"}},
    {"has_one": {"name": "profile", "model": "Profile", "back_populates": "author"}}]}');
SELECT orm.model('Profile', 'blog.profiles',
    orm.belongs_to('author', 'Author', nullable => false, on_delete => 'cascade', back_populates => 'profile'),
    orm.column('bio', 'text'),
    orm.primary_key('author_id'));
SELECT model, state FROM orm.models ORDER BY model;
SELECT * FROM orm.create_all();
SELECT * FROM orm.create_all();
\d blog.posts
\d blog.posts_tags
\d blog.profiles

-- Authors, as documents
SELECT orm.create('Author', '[
    {"name": "Ada",   "email": "ada@example.com", "settings": {"theme": "dark"}},
    {"name": "Grace", "email": "grace@example.com"},
    {"name": "Edsger"}]');

-- Posts, as rows
SELECT * FROM post_create(title => 'On engines', author_id => 1, published_on => '2026-03-01');
SELECT * FROM post_create('Notes', author_id => 1);
SELECT * FROM post_create('Compilers', 'A = 0.', '2026-04-01', author_id => 2);
SELECT * FROM post_create(title => 'Nobody', author_id => 99);
SELECT * FROM post_create(title => 'Notes', author_id => 1);
SELECT * FROM post_update(1, views => -1);

-- A profile's key is its author's: belongs_to and primary key in one
SELECT orm.create('Profile', '{"author_id": 1, "bio": "Countess"}');
SELECT a.name, p.bio FROM author_all() a LEFT JOIN LATERAL profile(a) p ON true ORDER BY a.id;
SELECT a.name FROM profile_find(1) p, author(p) a;

-- Tags by name: upsert by the unique key
SELECT orm.create('Tag', '[{"name": "history"}, {"name": "code"}]');
SELECT orm.upsert('Tag', '{"name": "code"}', '{name}');
SELECT orm.upsert('Tag', '[{"name": "maths"}, {"name": "history"}]', '{name}');
SELECT name FROM tag_all() ORDER BY name;
INSERT INTO posts_tags (post_id, tag_id)
SELECT p.id, t.id FROM (VALUES ('On engines', 'history'), ('On engines', 'maths'), ('Compilers', 'code')) v (title, name)
JOIN post_all() p USING (title) JOIN tag_all() t USING (name);

-- Comments, and replies to them
SELECT orm.create('Comment', '{"text": "First!", "post_id": 1, "writer_id": 2}', '{"return": false}');
SELECT id, text, post_id, writer_id, parent_id FROM comment_create('Thank you.', post_id => 1, writer_id => 1, parent_id => 1);
SELECT id, text, post_id, writer_id, parent_id FROM comment_create('Anonymous', post_id => 3);

-- Relationships are functions on rows
SELECT a.name, p.title FROM author_all() a, posts(a) p ORDER BY p.id;
SELECT a.name, count(p.id) FROM author_all() a LEFT JOIN LATERAL posts(a) p ON true GROUP BY a.id, a.name ORDER BY a.id;
SELECT p.title, t.name FROM post_all() p, tags(p) t ORDER BY p.id, t.name;
SELECT t.name, p.title FROM tag_filter_by(name => 'code') t, posts(t) p;
SELECT c.text, r.text AS reply, w.name AS by FROM comment_all() c, replies(c) r, writer(r) w;
SELECT c.text, w.name FROM comment_all() c LEFT JOIN LATERAL writer(c) w ON true ORDER BY c.id;
SELECT a.name AS author, w.name AS commented_by, c.text
FROM author_find_by(email => 'ada@example.com') a, posts(a) p, comments(p) c, writer(c) w ORDER BY c.id;

-- They are joins, no more and no less
SELECT count(*) FROM author_all() a, posts(a) p, tags(p) t;
SELECT count(*) FROM authors a JOIN posts p ON p.author_id = a.id JOIN posts_tags j ON j.post_id = p.id;

-- Changing and deleting
SELECT orm.update('Post', 2, '{"published_on": "2026-06-01", "views": 5}');
SELECT id, title, views FROM post_save((SELECT p FROM post_find(2) p));
SELECT author_delete(3);
SELECT orm.delete('Author', 1);
SELECT (SELECT count(*) FROM post_all()) AS posts, (SELECT count(*) FROM comment_all()) AS comments,
    (SELECT count(*) FROM posts_tags) AS posts_tags, (SELECT count(*) FROM profile_all()) AS profiles;

-- What is known
SELECT model, relationship, kind, target, foreign_key, through, back_populates, resolved
FROM orm.relationships ORDER BY model, relationship;
SELECT e FROM json_array_elements(orm.describe('Post') -> 'elements') e;

-- A description is a declaration: taken back, it makes the same again
CREATE TABLE before AS SELECT m.model, orm.describe(m.model)::text AS document FROM orm.models m;
SELECT action, kind, identity FROM orm.drop_all() WHERE kind <> 'function';
SELECT orm.model(document) FROM before;
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT b.model, b.document = orm.describe(b.model)::text AS same FROM before b ORDER BY b.model;
SELECT action, kind, identity FROM orm.drop_all() WHERE kind <> 'function';

\c :regression
DROP DATABASE regress_orm_blog;
