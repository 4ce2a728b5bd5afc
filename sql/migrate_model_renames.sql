-- orm.renamed_from: models that are renamed by a migration
CREATE SCHEMA migrate_model_renames;
SET search_path = migrate_model_renames;
\pset format unaligned
\set SHOW_CONTEXT never

SELECT orm.model('Comment', 'comments', orm.column('id', 'integer', primary_key => true), orm.belongs_to('post', 'Post', foreign_key => 'post_id'),
    orm.column('other', 'integer'), orm.has_many('siblings', 'Comment', path => 'post.comments'), orm.foreign_key('other', 'Post', name => 'other_post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text', indexed => true),
    orm.column('n', 'integer'), orm.has_many('comments', 'Comment', foreign_key => 'post_id'), orm.belongs_to('parent', 'Post'),
    orm.many_to_many('tags', 'Tag'), orm.version('v'), orm.timestamps());
SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true), orm.many_to_many('posts', 'Post', back_populates => 'tags'));
SELECT orm.model('Aside', 'asides', orm.column('id', 'integer', primary_key => true));
SELECT count(*) > 0 AS migrated FROM orm.migrate();
SELECT orm.create('Tag', '{"id": 5}');
SELECT orm.create('Post', '[{"id": 1, "title": "a", "n": 7, "tags": [{"id": 5}]}, {"id": 2, "title": "b", "parent": {"id": 1}}]') IS NOT NULL AS created;
SELECT orm.create('Comment', '{"id": 1, "post_id": 1, "other": 2}');
CREATE VIEW titles AS SELECT p.title FROM posts p;

-- pending: both names work
SELECT orm.model('Article', 'posts', orm.renamed_from('Post'), orm.column('id', 'integer', primary_key => true),
    orm.column('title', 'text', indexed => true), orm.has_many('comments', 'Comment'), orm.belongs_to('parent', 'Article'),
    orm.many_to_many('tags', 'Tag'), orm.version('v'), orm.timestamps());
SELECT article_model();
SELECT model, table_name, pending FROM orm.models ORDER BY model;
SELECT orm.get('Article', '1', '{"select": ["id", "title"], "load": ["comments", "tags", "parent"]}'), orm.get('Post', '1', '{"select": ["id", "title", "n"]}');
SELECT count(*) FROM post_all();
SELECT action, object, sql, reverse_sql, lock, note FROM orm.diff();
SELECT count(*) AS difference FROM orm.diff('Post');
SELECT state FROM orm.migrate('{"allow_destructive": true, "rehearse": true}') GROUP BY state;
SELECT orm.count('Post');
SELECT action, sql FROM orm.migrate('{"allow_destructive": true}');
SELECT count(*) AS difference FROM orm.diff();
SELECT model, table_name, pending FROM orm.models ORDER BY model;
SELECT orm.all('Post');
SELECT orm.all('Article', '{"select": ["id", "title", "v"], "order_by": ["id"], "load": [{"comments": {}}, "tags", {"parent": {"select": ["id", "title"]}}]}');
SELECT orm.all('Comment', '{"load": ["post"], "select": ["id", "other"]}') -> 0 -> 'post' ->> 'title' AS title;
SELECT article_model() ->> 'elements' LIKE '%renamed_from%' AS word;
SELECT comment_model(), tag_model();
SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'migrate_model_renames'::regnamespace AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'orm') ORDER BY p.oid::regprocedure::text;
SELECT id, title FROM article_create(id => 3, title => 'c');
UPDATE posts SET title = 'C' WHERE id = 3 RETURNING v;
SELECT count(*) AS lint FROM orm.lint() WHERE object LIKE '%Article%';
SELECT models, before -> 'Article' AS article, after -> 'Post' AS post FROM orm.migration ORDER BY id DESC LIMIT 1;

-- undone, and done again
SELECT action, sql FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration), 'allow_destructive', true)::text::orm.document);
SELECT count(*) AS difference FROM orm.diff();
SELECT model, table_name, pending FROM orm.models ORDER BY model;
SELECT orm.all('Post', '{"select": ["id", "title", "n"], "order_by": ["id"], "load": ["comments", "tags"]}');
SELECT comment_model() ->> 'elements' LIKE '%"Post"%' AS post, comment_model() ->> 'elements' LIKE '%Article%' AS article;
SELECT count(*) FROM post_all();
SELECT action, sql FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration), 'allow_destructive', true)::text::orm.document);
SELECT count(*) AS difference FROM orm.diff();
SELECT count(*) FROM article_all();
SELECT comment_model() ->> 'elements' LIKE '%"Post"%' AS post, comment_model() ->> 'elements' LIKE '%Article%' AS article;

-- the table as well, and a column; saved
SELECT orm.model('Story', 'stories', orm.renamed_from('Article'), orm.table_renamed_from('posts'), orm.column('id', 'integer', primary_key => true),
    orm.column('name', 'text', renamed_from => 'title', indexed => true), orm.has_many('comments', 'Comment', foreign_key => 'post_id'), orm.belongs_to('parent', 'Story'),
    orm.many_to_many('tags', 'Tag'), orm.version('v'), orm.timestamps());
SELECT object, sql FROM orm.diff();
SELECT count(*) FROM orm.migrate('{"name": "stories"}');
SELECT count(*) AS difference FROM orm.diff();
SELECT orm.all('Story', '{"select": ["id", "name"], "order_by": ["id"], "load": ["comments", "tags"]}');
SELECT * FROM titles ORDER BY title;
SELECT orm.migration('stories') AS document \gset
SELECT orm.schema_hash('{Story,Comment,Tag}') AS hash \gset
SELECT count(*) FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration))::text::orm.document);
SELECT count(*) AS difference FROM orm.diff();
SELECT object, sql FROM orm.migrate(:'document');
SELECT orm.schema_hash('{Story,Comment,Tag}') = :'hash' AS same;
SELECT count(*) FROM orm.migrate(:'document');

-- a model without a table takes its place at once
SELECT orm.model('Draft', 'drafts', orm.column('id', 'integer', primary_key => true));
SELECT orm.model('Sheet', 'sheets', orm.column('id', 'integer', primary_key => true), orm.belongs_to('draft', 'Draft'));
SELECT orm.model('Sketch', 'drafts', orm.renamed_from('Draft'), orm.column('id', 'integer', primary_key => true));
SELECT model, state FROM orm.models WHERE model IN ('Draft', 'Sketch');
SELECT sheet_model();
SELECT count(*) FROM orm.migrate();
SELECT count(*) AS difference FROM orm.diff();

-- the word where there is nothing to rename
SELECT orm.model('Sketch', 'drafts', orm.renamed_from('Draft'), orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS difference FROM orm.diff();

-- bad input
SELECT orm.model('New', 'drafts', orm.renamed_from('Nothing'), orm.column('id', 'integer', primary_key => true));
SELECT orm.model('New', 'new', orm.renamed_from('Sketch'), orm.column('id', 'integer', primary_key => true));
SELECT orm.model('Sheet', 'drafts', orm.renamed_from('Sketch'), orm.column('id', 'integer', primary_key => true));
SELECT orm.model('New', 'drafts', orm.renamed_from('New'), orm.column('id', 'integer', primary_key => true));
SELECT orm.model('New', 'drafts', orm.renamed_from('Sketch'), orm.renamed_from('Sheet'), orm.column('id', 'integer', primary_key => true));
SELECT orm.mixin('Renamed', orm.renamed_from('Sketch'));
BEGIN;
SELECT orm.model('New', 'drafts', orm.renamed_from('Sketch'), orm.column('id', 'integer', primary_key => true));
SELECT orm.model('Newer', 'drafts', orm.renamed_from('Sketch'), orm.column('id', 'integer', primary_key => true));
ROLLBACK;
BEGIN;
CREATE ROLE regress_orm_rename;
GRANT USAGE, CREATE ON SCHEMA migrate_model_renames TO regress_orm_rename;
GRANT EXECUTE ON FUNCTION orm.model(text, text, orm.document[]) TO regress_orm_rename;
ALTER TABLE drafts OWNER TO regress_orm_rename;
SET ROLE regress_orm_rename;
SELECT orm.model('New', 'drafts', orm.renamed_from('Sketch'), orm.column('id', 'integer', primary_key => true));
SAVEPOINT a;
SELECT sql FROM orm.diff();
ROLLBACK TO a;
SELECT * FROM orm.migrate();
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA migrate_model_renames CASCADE;
