\set QUIET on
\set ECHO queries
-- What "make demo" shows, and what "make psql" begins with: statements and their results.

\echo '=============================================================================='
\echo ' orm: an object mapper that lives in PostgreSQL'
\echo
\echo ' What you see is SQL and what it returns, nothing else: any program that can'
\echo ' send a statement, in any language, can do all of this.'
\echo '=============================================================================='
\echo

CREATE EXTENSION orm;

\echo
\echo '== 1. A model'
\echo
\echo 'Say what a Usuario is. orm.column and the like only make pieces of a document.'
\echo

SELECT orm.model('Usuario', 'usuarios',
    orm.column('id',     'integer', primary_key => true),
    orm.column('nombre', 'text',    nullable => false),
    orm.column('edad',   'integer'));

\echo 'Nothing has been made so far. This makes it, and says what:'
\echo

SELECT * FROM orm.create_all();

\echo 'An ordinary table (a single integer key is numbered by the database), and'
\echo 'ordinary functions, which are yours to grant and to dump:'
\echo
\echo '\\d usuarios'
\d usuarios

\echo '== 2. Objects as rows: typed functions'
\echo

SELECT * FROM usuario_create(nombre => 'Juan', edad => 25);
SELECT * FROM usuario_create(nombre => 'Ana', edad => 31);
SELECT * FROM usuario_create('Luz');
SELECT * FROM usuario_find(1);
SELECT * FROM usuario_filter_by(nombre => 'Juan');

\echo 'usuario_all() is the table itself: conditions, joins and orders around it are'
\echo 'planned as if you had written the name of the table.'
\echo

SELECT nombre, edad FROM usuario_all() WHERE edad > 20 ORDER BY edad DESC;
EXPLAIN (COSTS OFF) SELECT * FROM usuario_all() WHERE id = 1;

\echo 'An argument that is left out is not touched. NULL is NULL.'
\echo

SELECT * FROM usuario_update(1, edad => 30);
SELECT * FROM usuario_update(1, edad => NULL);
SELECT * FROM usuario_filter_by(edad => NULL);
SELECT usuario_delete(1);
SELECT usuario_delete(1);

\echo '== 3. Objects as documents: one JSON value in, one JSON value out'
\echo

SELECT orm.create('Usuario', '{"nombre": "Eva", "edad": 40}');
SELECT orm.get('Usuario', 4);
SELECT orm.update('Usuario', 4, '{"edad": 41}');

\echo 'An array is written as a whole, and comes back in its order.'
\echo

SELECT orm.create('Usuario', '[{"nombre": "Max", "edad": 50}, {"nombre": "Sol", "edad": 27}]');

\echo 'save: the row with that key is changed; an object without a key is new.'
\echo

SELECT orm.save('Usuario', '[{"id": 2, "nombre": "Ana María"}, {"nombre": "Leo"}]');
SELECT orm.delete('Usuario', 6);

\echo 'A mistake is named, with its place in the document. This one is on purpose:'
\echo
\set ON_ERROR_STOP off

SELECT orm.create('Usuario', '[{"nombre": "Pía"}, {"nombre": "Noé", "edda": 22}]');

\set ON_ERROR_STOP on
\echo
\echo 'Nothing of that call was stored, not even the good half.'
\echo

SELECT * FROM usuario_all() ORDER BY id;

\echo '== 4. Relationships: a small blog'
\echo
\echo 'belongs_to brings its key column, a foreign key and an index along;'
\echo 'many_to_many brings its join table.'
\echo

SELECT orm.model('Author', 'authors',
    orm.column('id',    'integer', primary_key => true),
    orm.column('name',  'text', nullable => false),
    orm.column('email', 'text', is_unique => true),
    orm.has_many('posts', 'Post', back_populates => 'author'));

SELECT orm.model('Post', 'posts',
    orm.column('id',        'bigint', primary_key => true),
    orm.column('title',     'varchar(200)', nullable => false),
    orm.column('published', 'date'),
    orm.column('views',     'integer', nullable => false, server_default => '0', check_expr => 'views >= 0'),
    orm.belongs_to('author', 'Author', nullable => false, on_delete => 'cascade', back_populates => 'posts'),
    orm.has_many('comments', 'Comment', back_populates => 'post'),
    orm.many_to_many('tags', 'Tag', back_populates => 'posts'));

SELECT orm.model('Tag', 'tags',
    orm.column('id',   'integer', primary_key => true),
    orm.column('name', 'text', nullable => false, is_unique => true),
    orm.many_to_many('posts', 'Post', back_populates => 'tags'));

SELECT orm.model('Comment', 'comments',
    orm.column('id',   'bigint', primary_key => true),
    orm.column('text', 'text', nullable => false),
    orm.belongs_to('post', 'Post', nullable => false, on_delete => 'cascade', back_populates => 'comments'));

\echo 'Tables are made in the order in which they need each other.'
\echo

SELECT model_name, action, kind, identity FROM orm.create_all() WHERE kind <> 'function';

\echo '\\d posts'
\d posts

SELECT orm.create('Author', '[{"name": "Ada", "email": "ada@example.com"}, {"name": "Grace"}]');
SELECT orm.create('Post', '[
    {"title": "On engines", "author_id": 1, "published": "2026-03-01"},
    {"title": "Notes",      "author_id": 1},
    {"title": "Compilers",  "author_id": 2, "published": "2026-04-01", "views": 7}]', '{"return": false}');
SELECT * FROM comment_create('Well said.', post_id => 1);

\echo 'upsert: insert, or change the row that has this name already.'
\echo

SELECT orm.upsert('Tag', '[{"name": "history"}, {"name": "code"}]', '{name}');
SELECT orm.upsert('Tag', '[{"name": "code"}, {"name": "maths"}]', '{name}');

\echo 'The join table is a table like any other.'
\echo

INSERT INTO posts_tags (post_id, tag_id)
SELECT p.id, t.id FROM post_all() p, tag_all() t WHERE (p.title, t.name) IN
    (('On engines', 'history'), ('On engines', 'maths'), ('Compilers', 'code'));

\echo
\echo 'A relationship is a function on rows. In FROM it is a plain join.'
\echo

SELECT a.name, p.title FROM author_all() a, posts(a) p ORDER BY p.id;
SELECT p.title, t.name AS tag FROM post_all() p, tags(p) t ORDER BY p.id, t.name;
SELECT c.text, p.title, a.name FROM comment_all() c, post(c) p, author(p) a;
SELECT a.name, count(p.id) AS posts
FROM author_all() a LEFT JOIN LATERAL posts(a) p ON true GROUP BY a.id, a.name ORDER BY a.id;

\echo '== 5. Queries: whole object graphs in one call'
\echo
\echo 'A plain value means equals, an object says operators; load brings related objects,'
\echo 'each level with its own conditions, order and limit. One statement a level, one snapshot.'
\echo

SELECT orm.all('Author', '{
    "where": {"posts": {"any": {"tags": {"any": {"name": {"ne": null}}}}}},
    "select": ["name"],
    "compute": {"written": {"count": "posts"}},
    "load": {"posts": {"select": ["title"], "order_by": ["-id"], "limit": 2,
                       "load": {"tags": {"select": ["name"]}}}}}');
SELECT orm.aggregate('Post', '{"group_by": ["author.name"], "aggregate": {"posts": {"count": "*"}}, "order_by": ["-posts"]}');
SELECT orm.page('Post', '{"order_by": ["title"], "select": ["title"], "limit": 1, "total": true}');

\echo 'The other way round: nested objects are written in one call.'
\echo

SELECT orm.create('Author', '{"name": "Emmy", "posts": [{"title": "Symmetry", "tags": [{"name": "algebra"}]}]}');

\echo '== 6. The unit of work: queued now, written together at COMMIT'
\echo

BEGIN;
SELECT orm.add('Usuario', '{"nombre": "Nora", "edad": 31}');
SELECT orm.add('Usuario', '{"nombre": "Iris", "edad": 22}');
SELECT count(*) AS in_the_table FROM usuarios WHERE nombre IN ('Nora', 'Iris');
COMMIT;
SELECT orm.all('Usuario', '{"where": {"edad": {"gt": 20}}, "order_by": ["-edad"]}');

\echo '== 7. It is PostgreSQL'
\echo
\echo 'The catalogs are the truth: what anybody does with ALTER TABLE is seen at once,'
\echo 'in rows and in documents.'
\echo

ALTER TABLE authors ADD COLUMN born date;
ALTER TABLE authors RENAME COLUMN email TO mail;
SELECT orm.update('Author', 1, '{"born": "1815-12-10"}');

\echo 'The arguments of functions follow when you say so.'
\echo

SELECT model_name, action, identity FROM orm.sync('Author');
SELECT * FROM author_update(1, mail => 'lovelace@example.com');

\echo 'Privileges and row security are those of plain SQL: everything runs as its caller.'
\echo

CREATE ROLE reader;
GRANT SELECT ON authors TO reader;
SET ROLE reader;
SELECT name FROM author_all() ORDER BY id;

\echo 'And this is refused, as it should be:'
\echo
\set ON_ERROR_STOP off
SELECT * FROM author_create('Mallory');
\set ON_ERROR_STOP on
RESET ROLE;

\echo
\echo '== 8. LANGUAGE orm: functions of your own'
\echo
\echo 'A function is a verb, a model and its documents, and is checked when it is created.'
\echo

CREATE FUNCTION posts_on(published date) RETURNS SETOF posts
LANGUAGE orm STABLE AS 'filter_by Post';
SELECT id, title FROM posts_on('2026-03-01');
CREATE FUNCTION posts_about(word text) RETURNS SETOF posts
LANGUAGE orm STABLE AS 'all Post {"where": {"title": {"icontains": {"$": "word"}}}, "order_by": ["title"]}';
SELECT id, title FROM posts_about('e');

\echo '== 9. What is known'
\echo

SELECT * FROM orm.models ORDER BY model;
SELECT model, relationship, kind, target, foreign_key, through FROM orm.relationships ORDER BY model, relationship;

\echo 'A model can be read as one document, and declared by one. Its elements:'
\echo

SELECT e AS element FROM json_array_elements(orm.describe('Tag') -> 'elements') e;
