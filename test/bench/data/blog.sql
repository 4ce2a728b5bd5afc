-- blog.sql - what the pairs work on that read documents: 10,000 authors with 10
-- posts each, 5 comments and 3 of 200 tags a post.  Nobody writes here.
--
-- The children of a parent lie scattered over their table; blog_clustered.sql,
-- which includes this, says where else.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
\if :{?author_of}
\else
	\set author_of '1 + (i - 1) * 6181 % 10000'
	\set post_of   '1 + (i - 1) * 61803 % 100000'
\endif

CREATE EXTENSION orm;

CREATE TABLE authors (
	id     integer PRIMARY KEY,
	name   text NOT NULL,
	email  text NOT NULL UNIQUE,
	city   text NOT NULL,
	bio    text,
	joined timestamptz NOT NULL);
CREATE TABLE posts (
	id        integer PRIMARY KEY,
	author_id integer NOT NULL,
	title     text NOT NULL,
	body      text NOT NULL,
	views     integer NOT NULL,
	published timestamptz NOT NULL);
CREATE TABLE comments (
	id      integer PRIMARY KEY,
	post_id integer NOT NULL,
	body    text NOT NULL,
	likes   integer NOT NULL,
	written timestamptz NOT NULL);
CREATE TABLE tags (
	id   integer PRIMARY KEY,
	name text NOT NULL UNIQUE);
CREATE TABLE post_tags (
	post_id integer,
	tag_id  integer,
	PRIMARY KEY (post_id, tag_id));

-- Some text, with characters that JSON has to escape and one that has two bytes.
CREATE FUNCTION some_text(i bigint, length integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT substr(E'The quick brown fox jumps over the lazy dog, says "the book", and runs on through the woods.\n'
		'A caf\u00e9 by the river is where it rests; there it tells of what it saw that day, at length, and to '
		'whom it met: two crows, a "wolf", and the miller with his cart, who was on the way to the market.\n'
		'Nobody knows what became of them, for the story was told only once, and most of it was forgotten '
		'before the evening came and the lamps were lit along the water where the boats lay.', 1 + (i * 7 % 200)::integer,
		length)
$$;

INSERT INTO authors
	SELECT i, 'Author ' || i, 'author' || i || '@example.org', 'City ' || i % 100, some_text(i, 120),
		'2015-01-01 00:00+00'::timestamptz + i * interval '5 hours'
	FROM generate_series(1, 10000) i;
INSERT INTO posts
	SELECT i, :author_of, 'Post ' || i, some_text(i, 200), abs(hashint8(i)) % 10000,
		'2020-01-01 00:00+00'::timestamptz + abs(hashint8(-i)) % 100000000 * interval '1 second'
	FROM generate_series(bigint '1', 100000) i;
INSERT INTO comments
	SELECT i, :post_of, some_text(i, 90), abs(hashint8(i)) % 100,
		'2024-01-01 00:00+00'::timestamptz + i * interval '31 seconds'
	FROM generate_series(bigint '1', 500000) i;
INSERT INTO tags
	SELECT i, 'tag ' || i FROM generate_series(1, 200) i;
INSERT INTO post_tags
	SELECT i, 1 + (i * 13 + k * 67) % 200
	FROM generate_series(1, 100000) i, generate_series(0, 2) k;

ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES authors;
ALTER TABLE comments ADD FOREIGN KEY (post_id) REFERENCES posts;
ALTER TABLE post_tags ADD FOREIGN KEY (post_id) REFERENCES posts, ADD FOREIGN KEY (tag_id) REFERENCES tags;
CREATE INDEX ON posts (author_id);
CREATE INDEX ON posts (published, id);
CREATE INDEX ON comments (post_id);
CREATE INDEX ON post_tags (tag_id);
VACUUM ANALYZE;

SELECT count(*) FROM orm.map('authors', 'Author',
	orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT count(*) FROM orm.map('posts', 'Post',
	orm.belongs_to('author', 'Author', back_populates => 'posts'),
	orm.has_many('comments', 'Comment', back_populates => 'post'),
	orm.many_to_many('tags', 'Tag', through => 'post_tags', back_populates => 'posts'));
SELECT count(*) FROM orm.map('comments', 'Comment',
	orm.belongs_to('post', 'Post', back_populates => 'comments'));
SELECT count(*) FROM orm.map('tags', 'Tag',
	orm.many_to_many('posts', 'Post', through => 'post_tags', back_populates => 'tags'));
