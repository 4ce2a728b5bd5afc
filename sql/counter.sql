-- orm.counter: what is made, what changes it, and how it is described. The oracle counts after every write.
CREATE SCHEMA counter;
SET search_path = counter;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'), orm.has_many('posts', 'Post'),
    orm.counter('post_count', 'posts'), orm.counter('live', 'posts', where_expr => 'published'),
    orm.counter('words', 'posts', where_expr => 'published /* and words */', sum_of => 'words'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true, identity => 'by default'), orm.column('title', 'text'),
    orm.column('published', 'boolean'), orm.column('words', 'numeric'),
    orm.belongs_to('author', 'Author', nullable => true, on_delete => 'cascade', on_update => 'cascade'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgfoid = 'orm.keep_counters'::regproc AND tgrelid IN ('posts'::regclass, 'authors'::regclass) ORDER BY tgname;
SELECT format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'authors'::regclass AND attnum > 2;

CREATE VIEW wrong AS
SELECT a.id, a.post_count, a.live, a.words FROM authors a LEFT JOIN
    (SELECT author_id, count(*) n, count(*) FILTER (WHERE published) live, sum(words) FILTER (WHERE published) words FROM posts GROUP BY 1) p ON p.author_id = a.id
WHERE (a.post_count, a.live, a.words) IS DISTINCT FROM (coalesce(p.n, 0), coalesce(p.live, 0), coalesce(p.words, 0));
CREATE VIEW counts AS SELECT string_agg(concat_ws('/', id, post_count, live, words), ' ' ORDER BY id), (SELECT count(*) FROM wrong) FROM authors;

-- documents: what is nested is counted in the result; counters are not given, and passed over by save
SELECT orm.create('Author', '{"id": 1, "name": "Ana", "posts": [{"title": "a", "published": true, "words": 10}, {"title": "b", "words": 5}]}');
SELECT orm.create('Author', '{"id": 2, "post_count": 4}');
INSERT INTO authors VALUES (2);
SELECT orm.update('Author', 1, '{"post_count": {"$inc": 1}}');
SELECT orm.save('Author', '{"id": 2, "name": "Eva", "post_count": 7}');
SELECT array_to_string(proargnames, ' ') FROM pg_proc WHERE proname = 'author_create';
SELECT orm.add('Post', '{"title": "c", "published": true, "author": 2}');
SELECT orm.flush();
SELECT * FROM counts;
SELECT orm.all('Author', '{"where": {"post_count": {"gt": 1}}, "select": ["name"]}');

-- statements of all kinds
INSERT INTO posts (title, published, words, author_id) SELECT 'x' || i, i % 2 = 0, nullif(i, 4), nullif(i % 3, 0) FROM generate_series(1, 12) i;
SELECT * FROM counts;
COPY posts (published, words, author_id) FROM stdin;
t	100	1
f	100	2
\N	100	\N
\.
SELECT * FROM counts;
UPDATE posts SET author_id = 3 - author_id WHERE id % 2 = 0;
SELECT * FROM counts;
UPDATE posts SET published = NOT published, words = words + 0.5, author_id = coalesce(author_id, 1);
SELECT * FROM counts;
UPDATE posts SET title = 'same';
INSERT INTO posts (id, words, author_id) VALUES (1, 1, 2), (1000, 1, 2) ON CONFLICT (id) DO UPDATE SET author_id = excluded.author_id, published = true;
SELECT * FROM counts;
MERGE INTO posts p USING (VALUES (1), (2), (2000)) v (id) ON p.id = v.id
WHEN MATCHED AND v.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET author_id = 2 WHEN NOT MATCHED THEN INSERT (id, author_id) VALUES (v.id, 1);
SELECT * FROM counts;
WITH gone AS (DELETE FROM posts WHERE id % 5 = 0 RETURNING words) INSERT INTO posts (words, published, author_id) SELECT words, true, 1 FROM gone;
SELECT * FROM counts;
BEGIN;
DELETE FROM posts;
SELECT * FROM counts;
ROLLBACK;
SELECT * FROM counts;

-- keys that change, with what follows them; a parent that goes
UPDATE authors SET id = id + 10;
SELECT * FROM counts;
INSERT INTO authors VALUES (13, 'Leo');
UPDATE posts SET author_id = 13 WHERE author_id = 11;
DELETE FROM authors WHERE id = 12;
SELECT * FROM counts;
TRUNCATE posts;
SELECT * FROM counts;

-- what is wrong all the same
INSERT INTO posts (words, published, author_id) VALUES (7, true, 11);
UPDATE authors SET post_count = 99, words = 0 WHERE id = 11;
SELECT * FROM orm.repair('Author');
SELECT * FROM orm.repair('Author');
SELECT * FROM counts;

-- described, and what renames do
SELECT e FROM json_array_elements(orm.describe('Author') -> 'elements') e WHERE e ->> 'counter' IS NOT NULL;
SELECT count(*) FROM json_array_elements(orm.describe('Post') -> 'elements') e WHERE e ->> 'statement' IS NOT NULL;
SELECT count(*) FROM orm.diff();
DROP VIEW counts, wrong;
ALTER TABLE posts RENAME words TO "Length of it";
ALTER TABLE posts RENAME author_id TO writer;
ALTER TABLE posts RENAME published TO live;
ALTER TABLE authors RENAME post_count TO n;
ALTER TABLE authors RENAME id TO no;
SELECT e FROM json_array_elements(orm.describe('Author') -> 'elements') e WHERE e ->> 'counter' IS NOT NULL;
INSERT INTO posts ("Length of it", live, writer) VALUES (3, true, 11), (NULL, true, 11), (4, false, 11);
SELECT * FROM authors ORDER BY no;
SELECT count(*) FROM orm.diff();

-- dropped and disabled by hand
DROP TRIGGER orm_counter_delete_author_posts ON posts;
ALTER TABLE posts DISABLE TRIGGER orm_counter_create_author_posts;
DELETE FROM posts WHERE writer = 11;
SELECT pending FROM orm.models WHERE model = 'Author';
SELECT action, object, sql, lock FROM orm.diff();
SELECT action, kind, identity FROM orm.sync('Author') WHERE kind = 'trigger';
SELECT * FROM authors ORDER BY no;
SELECT count(*) FROM orm.diff();

-- a table that goes takes its counters along, and brings them back
SELECT action, kind, identity FROM orm.drop_table('Post') WHERE kind <> 'function';
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO posts (writer) VALUES (11), (13), (13);
SELECT * FROM authors ORDER BY no;
SELECT count(*) > 0 FROM orm.unmap('Author');
SELECT count(*) FROM pg_trigger WHERE tgfoid = 'orm.keep_counters'::regproc AND tgrelid IN ('posts'::regclass, 'authors'::regclass);

DROP SCHEMA counter CASCADE;
