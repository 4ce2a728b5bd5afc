-- load: object graphs.
-- Oracle: what stands in the tables, read by eye; query_oracle_load compares many more with SQL.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA query_load;
SET search_path = query_load;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;

CREATE TABLE authors (id int PRIMARY KEY, name text, mentor_id int REFERENCES authors);
CREATE TABLE posts (id bigint PRIMARY KEY, title text, likes int, author_id int REFERENCES authors);
CREATE INDEX ON posts (author_id);
CREATE TABLE comments (id int PRIMARY KEY, text text, post_id bigint REFERENCES posts, parent_id int REFERENCES comments);
CREATE TABLE tags (name text PRIMARY KEY);
CREATE TABLE posts_tags (post_id bigint REFERENCES posts, tag_name text REFERENCES tags, PRIMARY KEY (post_id, tag_name));
CREATE TABLE profiles (author_id int PRIMARY KEY REFERENCES authors, bio text);
SELECT count(*) > 0 FROM orm.map('query_load.authors', 'Author',
    orm.has_many('posts', 'Post'), orm.has_one('profile', 'Profile'),
    orm.belongs_to('mentor', 'Author', foreign_key => 'mentor_id'), orm.has_many('students', 'Author', foreign_key => 'mentor_id'));
SELECT count(*) > 0 FROM orm.map('query_load.posts', 'Post',
    orm.belongs_to('author', 'Author'), orm.has_many('comments', 'Comment'), orm.many_to_many('tags', 'Tag', through => 'posts_tags'));
SELECT count(*) > 0 FROM orm.map('query_load.comments', 'Comment',
    orm.belongs_to('post', 'Post'), orm.belongs_to('parent', 'Comment', foreign_key => 'parent_id'),
    orm.has_many('replies', 'Comment', foreign_key => 'parent_id'));
SELECT count(*) > 0 FROM orm.map('query_load.tags', 'Tag', orm.many_to_many('posts', 'Post', through => 'posts_tags'));
SELECT count(*) > 0 FROM orm.map('query_load.profiles', 'Profile', orm.belongs_to('author', 'Author'));
INSERT INTO authors VALUES (1, 'Ada', NULL), (2, 'Bob', 1), (3, 'Cid', 1), (4, 'Dee', 2);
INSERT INTO posts VALUES (40, 'four', 1, 1), (10, 'one', 5, 1), (20, 'two', 9, 1), (30, 'three', 3, 2), (50, 'five', NULL, NULL);
INSERT INTO comments VALUES (1, 'c1', 10, NULL), (2, 'c2', 10, 1), (3, 'c3', 30, NULL), (4, 'c4', 10, 2), (5, 'c5', 10, 2);
INSERT INTO tags VALUES ('red'), ('blue'), ('green');
INSERT INTO posts_tags VALUES (10, 'red'), (10, 'blue'), (20, 'blue'), (30, 'green');
INSERT INTO profiles VALUES (1, 'bio of Ada');

-- to one, from either side: an object or null
SELECT orm.all('Post', '{"select": ["title"], "order_by": ["id"], "load": {"author": {"select": ["name"]}}}');
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "load": {"profile": {"omit": ["author_id"]}}}');
-- ... of a has_one whose key is not unique, the first by its own key
CREATE TABLE badges (id int PRIMARY KEY, label text, author_id int REFERENCES authors);
SELECT count(*) > 0 FROM orm.map('query_load.badges', 'Badge');
SELECT count(*) >= 0 FROM orm.map('query_load.authors', 'Bearer', orm.has_one('badge', 'Badge', foreign_key => 'author_id'));
INSERT INTO badges VALUES (9, 'last', 1), (2, 'first', 1), (5, 'other', 1);
SELECT orm.all('Bearer', '{"select": ["name"], "order_by": ["id"], "limit": 2, "load": ["badge"]}');
SELECT orm.all('Bearer', '{"select": ["name"], "order_by": ["id"], "limit": 2, "load": {"badge": {"order_by": ["-id"]}}}');
-- to many: an array in the order of the key, empty where there is none
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "load": {"posts": {"select": ["id"]}}}');
-- many to many, from both sides
SELECT orm.all('Post', '{"select": ["title"], "order_by": ["-id"], "load": ["tags"]}');
SELECT orm.all('Tag', '{"order_by": ["name"], "load": {"posts": {"select": ["title"]}}}');
-- paths: what begins alike is one load, whatever the order
SELECT orm.get('Author', 1, '{"select": ["name"], "load": ["posts.tags", "profile", "posts", "posts.comments", "posts.tags"]}');
-- ... and nothing that a query in the object could not say
SELECT orm.get('Author', 1, '{"select": ["name"], "load": {"posts": {"load": ["tags", "comments"]}, "profile": true}}')::text =
       orm.get('Author', 1, '{"select": ["name"], "load": ["posts.tags", "posts.comments", "profile"]}')::text;
-- one statement a level, however many parents
SELECT orm.sql('Author', '{"select": ["name"], "load": ["posts.tags", "posts.comments.parent", "profile"]}');
-- loads stand behind all else, in their own order
SELECT orm.get('Author', 2, '{"compute": {"n": {"count": "posts"}}, "load": ["posts", "mentor"], "etag": true}') ->> '$etag' IS NOT NULL;
SELECT string_agg(key, ' ') FROM orm.get('Author', 2, '{"compute": {"n": {"count": "posts"}}, "load": ["students", "mentor"], "etag": true}') o,
    json_object_keys(o) key;

-- each load with a query of its own
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "where": {"id": {"le": 2}}, "load": {"posts": {
    "select": ["title"], "where": {"likes": {"ge": 3}}, "compute": {"n": {"count": "comments"}}, "order_by": ["-likes"]}}}');
-- limits are for each parent, and never leave the order in doubt
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "load": {"posts": {"select": ["title"], "limit": 2}}}');
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "load": {"posts": {"select": ["title"], "order_by": ["-likes"], "limit": 1, "offset": 1}}}');
SELECT orm.sql('Author', '{"select": ["name"], "load": {"posts": {"select": ["title"], "order_by": ["-likes"], "limit": 1, "offset": 1}}}');
SELECT orm.all('Post', '{"select": ["title"], "order_by": ["id"], "load": {"tags": {"limit": 1, "order_by": ["-name"]}}}');
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "load": {"posts": {"limit": 0}}}');
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "load": {"posts": {"select": ["id"], "limit": {"$": "n"}}}}', '{"n": 1}');
-- distinct, too
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "load": {"students": {"distinct": ["mentor_id"], "select": ["name"], "order_by": ["-name"]}}}');
-- "of" and "one": the same relationship under several names, the first of many
SELECT orm.all('Author', '{"select": ["name"], "order_by": ["id"], "load": {
    "best": {"of": "posts", "one": true, "select": ["title"], "order_by": [{"by": "likes", "desc": true, "nulls": "last"}]},
    "second": {"of": "posts", "one": true, "select": ["title"], "order_by": ["-likes"], "offset": 1},
    "all": {"of": "posts", "select": ["title"]}, "profile": {"one": true}}}');
-- what chooses among several has nothing to choose in a to-one; of a has_one "order_by" may say which object counts
SELECT orm.all('Author', '{"select": ["name"], "where": {"id": 1}, "load": {"profile": {"order_by": ["-bio"], "where": {"bio": {"ne": "x"}}}}}');
SELECT load, refused(format('SELECT orm.all(%L, %L)', 'Post', format('{"load": {"author": %s}}', load))) FROM unnest(ARRAY[
    '{"limit": 1}', '{"limit": {"$": "n"}}', '{"offset": 0}', '{"distinct": ["name"]}', '{"order_by": ["name"]}', '{"one": true, "limit": 1}',
    '{"load": {"profile": {"limit": 2}}}', '{"load": {"profile": {"offset": 1}}}', '{"load": {"profile": {"distinct": ["bio"]}}}', '{"load": {"boss": {"of": "profile", "limit": 2}}}'
    ]) AS load;
SELECT refused($$SELECT orm.all('Comment', '{"load": {"parent": {"recursive": true, "limit": 1}}}')$$);
-- a name that the query has left free may be taken
SELECT orm.get('Author', 2, '{"select": ["id"], "load": {"name": {"of": "mentor", "select": ["name"]}}}');
-- keys that are not selected still lead on
SELECT orm.all('Comment', '{"select": [], "where": {"id": 3}, "load": {"post": {"select": [], "load": {"author": {"select": []}}}}}');

-- recursive: until there is nothing more, or so deep
SELECT orm.all('Author', '{"select": ["name"], "where": {"mentor": null}, "load": {"students": {"recursive": true, "select": ["name"]}}}');
SELECT orm.all('Author', '{"select": ["name"], "where": {"mentor": null}, "load": {"students": {"recursive": 1, "select": ["name"]}}}');
SELECT orm.all('Author', '{"select": ["name"], "where": {"id": 4}, "load": {"mentor": {"recursive": true, "select": ["name"]}}}');
-- limit and order hold for each parent, nested loads at every depth
SELECT orm.all('Comment', '{"select": ["id"], "where": {"parent": null}, "order_by": ["id"], "load": {"replies": {
    "recursive": true, "select": ["id"], "order_by": ["-id"], "limit": 1, "load": {"post": {"select": ["title"]}}}}}');
-- a cycle ends where an object would stand in itself again
UPDATE authors SET mentor_id = 4 WHERE id = 1;
SELECT orm.get('Author', 1, '{"select": ["name"], "load": {"mentor": {"recursive": true, "select": ["name"]}}}');
SELECT orm.get('Author', 1, '{"select": ["id"], "load": {"students": {"recursive": true, "select": ["id"]}}}');
UPDATE authors SET mentor_id = 1 WHERE id = 1;
SELECT orm.get('Author', 1, '{"select": ["name"], "load": {"mentor": {"recursive": true, "select": ["name"]}}}');
UPDATE authors SET mentor_id = NULL WHERE id = 1;

-- keys of every kind: composite, of other types than what they refer to, without a hash function, without an array type
CREATE DOMAIN code AS int;
CREATE TYPE colour AS ENUM ('red', 'blue');
CREATE TABLE "Big ""one""" (a int, "B" text, d code UNIQUE, e colour UNIQUE, b bit(3) UNIQUE, arr int[] UNIQUE,
    n numeric(8,2) UNIQUE, i int UNIQUE, c char(5) UNIQUE, m money UNIQUE, PRIMARY KEY (a, "B"));
CREATE TABLE small (id int PRIMARY KEY, a int, "B" varchar(10), d int REFERENCES "Big ""one""" (d), e colour REFERENCES "Big ""one""" (e),
    b bit(3) REFERENCES "Big ""one""" (b), arr int[] REFERENCES "Big ""one""" (arr), n int REFERENCES "Big ""one""" (n),
    i bigint REFERENCES "Big ""one""" (i), c char(5) REFERENCES "Big ""one""" (c), m money REFERENCES "Big ""one""" (m),
    FOREIGN KEY (a, "B") REFERENCES "Big ""one""");
INSERT INTO "Big ""one""" VALUES (1, 'x', 1, 'red', '101', '{1,2}', 1, 10, 'ab', 1), (2, 'y', 2, 'blue', '111', NULL, 2, 20, NULL, 2);
INSERT INTO small VALUES (1, 1, 'x', 1, 'red', '101', '{1,2}', 1, 10, 'ab', 1), (2, 2, 'y', 2, 'blue', '111', NULL, 2, 20, NULL, 2),
    (3, 1, 'x', 1, 'red', '101', '{1,2}', 1, 10, 'ab  ', 1), (4, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE keys (name text, columns text[]);
INSERT INTO keys VALUES ('composite', '{a,B}'), ('domain', '{d}'), ('enum', '{e}'), ('bits', '{b}'), ('array', '{arr}'),
    ('numeric', '{n}'), ('integers', '{i}'), ('char', '{c}'), ('cash', '{m}');
SELECT count(*) > 0 FROM orm.map('query_load."Big ""one"""', 'Big',
    VARIADIC (SELECT array_agg(orm.has_many(name, 'Small', foreign_key => columns)) FROM keys));
SELECT count(*) > 0 FROM orm.map('query_load.small', 'Small',
    VARIADIC (SELECT array_agg(orm.belongs_to(name, 'Big', foreign_key => columns)) FROM keys));
SELECT name, orm.all('Big', format('{"select": ["a"], "order_by": ["a"], "load": {%s: {"select": ["id"]}}}', to_json(name))) FROM keys;
SELECT name, orm.all('Big', format('{"select": ["a"], "order_by": ["a"], "load": {%s: {"select": ["id"], "limit": 1, "order_by": ["-id"]}}}', to_json(name))) FROM keys;
SELECT name, orm.all('Small', format('{"select": ["id"], "order_by": ["id"], "load": {%s: {"select": ["a"]}}}', to_json(name))) FROM keys;
SELECT name, (SELECT string_agg(s, E'\n') FROM orm.sql('Big', format('{"select": ["a"], "load": {%s: {"select": ["id"]}}}', to_json(name))) s) FROM keys;
-- values that are equal and not the same, under a nondeterministic collation; a graph of many to many with a cycle
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE places (name text COLLATE any_case PRIMARY KEY);
CREATE TABLE roads (start text COLLATE any_case REFERENCES places, finish text COLLATE any_case REFERENCES places, PRIMARY KEY (start, finish));
SELECT count(*) > 0 FROM orm.map('query_load.places', 'Place',
    orm.many_to_many('next', 'Place', through => 'roads', foreign_key => 'start', back_populates => 'before'),
    orm.many_to_many('before', 'Place', through => 'roads', foreign_key => 'finish', back_populates => 'next'));
INSERT INTO places VALUES ('A'), ('B'), ('C'), ('D');
INSERT INTO roads VALUES ('a', 'B'), ('b', 'c'), ('C', 'a'), ('B', 'D');
SELECT orm.all('Place', '{"load": ["next", "before"]}');
SELECT orm.all('Place', '{"where": {"name": "a"}, "load": {"next": {"recursive": true}}}');
SELECT orm.all('Place', '{"where": {"name": "a"}, "load": {"next": {"recursive": true, "limit": 1, "order_by": ["-name"]}}}');
-- no primary key: no order of its own, and no way to tell objects apart
CREATE TABLE loose (id int UNIQUE, up int REFERENCES loose (id));
SELECT count(*) > 0 FROM orm.map('query_load.loose', 'Loose', orm.has_many('down', 'Loose'), orm.belongs_to('above', 'Loose', foreign_key => 'up'));
INSERT INTO loose VALUES (1, NULL), (2, 1);
SELECT orm.all('Loose', '{"order_by": ["id"], "load": ["down"]}');
SELECT refused($$SELECT orm.all('Loose', '{"load": {"down": {"recursive": true}}}')$$);

-- refused
SELECT document, refused(format('SELECT orm.all(%L, %L)', 'Author', document)) FROM unnest(ARRAY[
    '{"load": "posts"}', '{"load": null}', '{"load": ["post"]}', '{"load": ["name"]}', '{"load": ["posts.tag"]}', '{"load": ["posts..tags"]}',
    '{"load": [1]}', '{"load": [["posts"]]}', '{"load": {"posts": 1}}', '{"load": {"posts": null}}', '{"load": {"posts": false}}',
    '{"load": {"posts.tags": true}}', '{"load": {"posts": {"of": "post"}}}', '{"load": {"posts": {"of": null}}}', '{"load": {"posts": {"of": 1}}}',
    '{"load": {"posts": true, "posts": true}}', '{"load": {"name": {"of": "posts"}}}', '{"compute": {"x": "name"}, "load": {"x": {"of": "posts"}}}',
    '{"load": {"$etag": {"of": "posts"}}}', '{"load": {"posts": {"selct": []}}}', '{"load": {"posts": {"lock": "update"}}}',
    '{"load": {"posts": {"total": true}}}', '{"load": {"posts": {"after": null}}}', '{"load": {"posts": {"group_by": []}}}',
    '{"load": {"posts": {"one": 1}}}', '{"load": {"posts": {"one": true, "limit": 1}}}', '{"load": {"posts": {"limit": -1}}}',
    '{"load": {"posts": {"where": {"likez": 1}}}}', '{"load": {"posts": {"where": {"likes": "x"}}}}', '{"load": {"posts": {"order_by": ["likez"]}}}',
    '{"load": {"posts": {"select": ["tags"]}}}', '{"load": {"posts": {"recursive": true}}}', '{"load": {"students": {"recursive": 0}}}',
    '{"load": {"students": {"recursive": "deep"}}}', '{"load": {"students": {"recursive": 1.5}}}', '{"load": {"students": {"recursive": 99999999999}}}',
    '{"load": {"students": {"recursive": true, "load": ["students"]}}}',
    '{"load": ["posts.author.posts.author.posts.author.posts.author.posts.author.posts"]}', '{"one": true}', '{"recursive": true}', '{"of": "posts"}'
    ]) AS document;
SET orm.max_load_depth = 1;
SELECT refused($$SELECT orm.all('Author', '{"load": {"posts": {"load": {"tags": true}}}}')$$);
SELECT orm.all('Author', '{"select": ["id"], "order_by": ["id"], "load": {"students": {"recursive": true, "select": ["id"]}}}');
RESET orm.max_load_depth;
-- a target that is not known yet
CREATE TABLE widows (id int PRIMARY KEY, author_id int);
SELECT count(*) > 0 FROM orm.map('query_load.widows', 'Widow', orm.belongs_to('ghost', 'Ghost'));
SELECT refused($$SELECT orm.all('Widow', '{"load": ["ghost"]}')$$);

-- what changes is seen: a dropped column, a relationship that follows another key
SELECT orm.all('Tag', '{"load": {"posts": {"select": ["id"]}}, "where": {"name": "green"}}');
ALTER TABLE posts RENAME COLUMN id TO number;
ALTER TABLE posts_tags RENAME COLUMN post_id TO post_number;
SELECT orm.all('Tag', '{"load": {"posts": {"select": ["number"]}}, "where": {"name": "green"}}');
SELECT orm.all('Tag', '{"load": {"posts": {"select": ["number"]}}, "where": {"name": "green", "posts": {"any": {"number": 30}}}}');
-- a column of the join table, which has no model of its own
ALTER TABLE posts_tags RENAME COLUMN post_number TO post;
SELECT orm.all('Tag', '{"load": {"posts": {"select": ["number"]}}, "where": {"name": "green", "posts": {"any": {"number": 30}}}}');

-- ... its collations, by which neither side is compared unless that is said
CREATE TABLE ca (id text COLLATE "C" PRIMARY KEY);
CREATE TABLE cb (id text COLLATE "C" PRIMARY KEY);
CREATE TABLE cab (a_id text COLLATE "POSIX" REFERENCES ca, b_id text COLLATE "C" REFERENCES cb);
INSERT INTO ca VALUES ('a1'), ('a2');
INSERT INTO cb VALUES ('b1'), ('b2');
INSERT INTO cab VALUES ('a1', 'b1'), ('a1', 'b2'), ('a2', 'b2');
SELECT count(*) > 0 FROM orm.map('query_load.ca', 'Ca', orm.many_to_many('bs', 'Cb', through => 'query_load.cab'));
SELECT count(*) > 0 FROM orm.map('query_load.cb', 'Cb', orm.many_to_many('as', 'Ca', through => 'query_load.cab'));
SELECT orm.all('Ca', '{"where": {"bs": {"any": {"id": "b1"}}}, "compute": {"n": {"count": "bs"}}, "load": ["bs"]}');
ALTER TABLE cab ALTER b_id TYPE text COLLATE "POSIX";
SELECT orm.all('Ca', '{"where": {"bs": {"any": {"id": "b1"}}}, "compute": {"n": {"count": "bs"}}, "load": ["bs"]}');

DROP SCHEMA query_load CASCADE;
