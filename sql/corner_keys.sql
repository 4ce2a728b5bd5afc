-- Columns that stand for a foreign key: how they are paired with the key, and many_to_many over them.
\pset null '~'
CREATE SCHEMA corner_keys;
SET search_path = corner_keys, public;

-- The oracle: which parent a child has, by plain SQL.
CREATE TABLE parents (a int, b int, name text, PRIMARY KEY (b, a));
INSERT INTO parents VALUES (1, 2, 'a1 b2'), (2, 1, 'a2 b1');
CREATE VIEW parent_view AS SELECT * FROM parents;
CREATE FUNCTION corner_keys.check_pairs(holder regclass, variation text, columns text[])
RETURNS TABLE (foreign_key text[], loaded text, by_function text, children text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orm.map('parents', 'Parent', orm.has_many('children', 'Child', back_populates => 'parent'));
    PERFORM orm.map(holder, 'Child', orm.primary_key('id'),
        orm.belongs_to('parent', 'Parent', back_populates => 'children', foreign_key => columns));
    foreign_key := columns;
    loaded := orm.get('Child', 1, '{"load": ["parent"]}') #>> '{parent,name}';
    EXECUTE pg_catalog.format('SELECT p.name FROM %s c, parent(c) p WHERE c.id = 1', holder) INTO by_function;
    children := orm.all('Parent', '{"select": ["name"], "load": {"children": {"select": ["id"]}}, "order_by": ["name"]}');
    PERFORM orm.unmap('Child');
    PERFORM orm.unmap('Parent');
    RETURN NEXT;
END $$;

-- id 1 belongs to "a1 b2" in every table: (b, a) = (2, 1)
CREATE TABLE by_order (id int PRIMARY KEY, x int, y int);
INSERT INTO by_order VALUES (1, 2, 1);
CREATE TABLE by_name (id int PRIMARY KEY, a int, b int);
INSERT INTO by_name VALUES (1, 1, 2);
CREATE TABLE by_prefix (id int PRIMARY KEY, parent_a int, parent_b int);
INSERT INTO by_prefix VALUES (1, 1, 2);
CREATE TABLE by_half (id int PRIMARY KEY, a int, other int);
INSERT INTO by_half VALUES (1, 2, 1);
CREATE VIEW order_view AS SELECT * FROM by_order;
CREATE VIEW prefix_view AS SELECT * FROM by_prefix;
SELECT v.holder, c.*
  FROM (VALUES ('by_order', '{x,y}'), ('order_view', '{x,y}'),
               ('by_name', '{a,b}'), ('by_name', '{b,a}'),
               ('by_prefix', '{parent_a,parent_b}'), ('by_prefix', '{parent_b,parent_a}'),
               ('prefix_view', '{parent_a,parent_b}'),
               ('by_half', '{a,other}')) v (holder, columns),
       check_pairs(v.holder::regclass, v.holder, v.columns::text[]) c;

-- A foreign key that is dropped leaves its columns in the order of the key.
CREATE TABLE kept (id int PRIMARY KEY, x int, y int,
    CONSTRAINT kept_parent FOREIGN KEY (x, y) REFERENCES parents (a, b));
INSERT INTO kept VALUES (1, 1, 2);
SELECT count(*) FROM orm.map('parents', 'Parent');
SELECT count(*) FROM orm.map('kept', 'Kept', orm.belongs_to('parent', 'Parent'));
SELECT orm.get('Kept', 1, '{"load": ["parent"]}');
ALTER TABLE kept DROP CONSTRAINT kept_parent;
SELECT orm.get('Kept', 1, '{"load": ["parent"]}');
SELECT foreign_key FROM orm.relationships WHERE model = 'Kept';
SELECT count(*) FROM orm.unmap('Kept');
SELECT count(*) FROM orm.unmap('Parent');

-- many_to_many over a join table without foreign keys.
CREATE TABLE posts (id int PRIMARY KEY, title text);
CREATE TABLE tags (id int PRIMARY KEY, name text);
CREATE TABLE posts_tags (post int, tag int, PRIMARY KEY (post, tag));
INSERT INTO posts VALUES (1, 'one'), (2, 'two');
INSERT INTO tags VALUES (10, 'x'), (20, 'y');
INSERT INTO posts_tags VALUES (1, 10), (1, 20), (2, 20);
CREATE VIEW posts_tags_view AS SELECT * FROM posts_tags;
CREATE TABLE posts_tags_half (post int REFERENCES posts, tag int, PRIMARY KEY (post, tag));
INSERT INTO posts_tags_half SELECT * FROM posts_tags;

CREATE FUNCTION corner_keys.check_join(join_table text, post_side text[], tag_side text[], named_by text)
RETURNS TABLE (tags text, posts text, by_function text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orm.map('posts', 'Post', orm.many_to_many('tags', 'Tag', through => join_table, foreign_key => post_side,
        back_populates => CASE WHEN named_by IN ('both', 'first') THEN 'posts' END));
    PERFORM orm.map('tags', 'Tag', orm.many_to_many('posts', 'Post', through => join_table, foreign_key => tag_side,
        back_populates => CASE WHEN named_by IN ('both', 'second') THEN 'tags' END));
    tags := orm.get('Post', 1, '{"load": {"tags": {"select": ["name"], "order_by": ["name"]}}}');
    posts := orm.get('Tag', 20, '{"load": {"posts": {"select": ["title"], "order_by": ["title"]}}}');
    SELECT pg_catalog.string_agg(t.name, ' ' ORDER BY t.name) INTO by_function FROM corner_keys.posts p, tags(p) t WHERE p.id = 1;
    PERFORM orm.unmap('Post');
    PERFORM orm.unmap('Tag');
    RETURN NEXT;
END $$;
SELECT v.*, c.*
  FROM (VALUES ('posts_tags', 'both'), ('posts_tags', 'first'), ('posts_tags', 'second'),
               ('posts_tags_view', 'both'), ('posts_tags_half', 'both')) v (join_table, named_by),
       check_join(v.join_table, '{post}', '{tag}', v.named_by) c;

-- writing through it
SELECT count(*) FROM orm.map('posts', 'Post',
    orm.many_to_many('tags', 'Tag', through => 'posts_tags', foreign_key => 'post', back_populates => 'posts'));
SELECT count(*) FROM orm.map('tags', 'Tag',
    orm.many_to_many('posts', 'Post', through => 'posts_tags', foreign_key => 'tag', back_populates => 'tags'));
SELECT orm.update('Post', 2, '{"tags": {"$set": [{"id": 10}, {"id": 20}]}}', '{"return": {"load": ["tags"]}}');
SELECT orm.update('Tag', 20, '{"posts": {"$disconnect": [1]}}', '{"return": {"load": ["posts"]}}');
SELECT * FROM posts_tags ORDER BY 1, 2;
SELECT count(*) FROM orm.unmap('Post');
SELECT count(*) FROM orm.unmap('Tag');

-- the same table on both sides
CREATE TABLE people (id int PRIMARY KEY, name text);
CREATE TABLE follows (follower int, followed int, PRIMARY KEY (follower, followed));
INSERT INTO people VALUES (1, 'Ana'), (2, 'Bo');
INSERT INTO follows VALUES (1, 2);
SELECT count(*) FROM orm.map('people', 'Person',
    orm.many_to_many('following', 'Person', through => 'follows', foreign_key => 'follower', back_populates => 'followers'),
    orm.many_to_many('followers', 'Person', through => 'follows', foreign_key => 'followed', back_populates => 'following'));
SELECT orm.all('Person', '{"select": ["name"], "load": ["following", "followers"], "order_by": ["id"]}');
SELECT count(*) FROM orm.unmap('Person');

-- what is missing
SELECT count(*) FROM orm.map('tags', 'Tag');
SELECT count(*) FROM orm.map('posts', 'Post', orm.many_to_many('tags', 'Tag', through => 'posts_tags', foreign_key => 'post'));
SELECT count(*) FROM orm.unmap('Tag');

SET client_min_messages = warning;
DROP SCHEMA corner_keys CASCADE;
