-- orm.sql and orm.explain of every verb: statements and plans by the path of the
-- document; writes are rolled back.
SET client_min_messages = warning;
CREATE SCHEMA explain;
SET search_path = explain;
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SELECT orm.model('Author', 'explain.authors', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text', is_unique => true), orm.has_many('posts', 'Post', cascade => 'all'));
SELECT orm.model('Post', 'explain.posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'), orm.column('views', 'integer', server_default => '0'), orm.belongs_to('author', 'Author', nullable => true));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO authors (name) VALUES ('Ana'), ('Bea');
INSERT INTO posts (title, author_id) VALUES ('one', 1), ('two', 1), ('three', 2);

\echo # statements of writes, which leave nothing behind
SELECT orm.sql('Author', '{"name": "Eva", "posts": [{"title": "x"}, {"title": "y"}]}', verb => 'create');
SELECT orm.sql('Author', '[{"name": "Ana"}, {"name": "Zoe"}]', verb => 'upsert', options => '{"conflict_on": ["name"]}');
SELECT orm.sql('Author', '{"name": "Ana"}', verb => 'upsert', options => '{"conflict_on": ["name"], "where": {"id": {"lt": 5}}}');
SELECT orm.sql('Author', '{"id": 1, "name": "Ada"}', verb => 'upsert', options => '{"conflict_on": ["id"], "where": {"name": "Ana"}}');
SELECT orm.sql('Author', '{"name": "Bea"}', verb => 'upsert', options => '{"where": {"id": 1}}');
SELECT orm.sql('Author', '{"name": "Ana!"}', verb => 'update', options => '{"key": 1}');
SELECT orm.sql('Author', '{"id": 2, "name": "B"}', verb => 'save');
SELECT orm.sql('Author', verb => 'delete', options => '{"key": 1}');
SELECT orm.sql('Post', '{"where": {"views": {"lt": {"$": "n"}}}}', '{"n": 5}', 'update_where', '{"patch": {"views": {"$inc": 1}}}');
SELECT orm.sql('Post', '{"where": {"views": 0}}', verb => 'delete_where');
SELECT orm.sql('Post', '{"where": {"views": 0}}', verb => 'count');
SELECT orm.sql('Author', verb => 'get', options => '{"key": 1}');
SELECT orm.sql('Author', '{"load": ["posts"]}', verb => 'get', options => '{"key": 1}');
SELECT count(*), min(name), sum(views) FROM authors, posts;

-- plans without what is not the same everywhere
CREATE FUNCTION shape(document text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('rolled back: %s', document::json ->> 'rolled_back')
    UNION ALL SELECT format('%s | %s | %s | plan: %s | rows: %s | measured: %s', s ->> 'path', left(s ->> 'statement', 40), json_typeof(s -> 'plan'), length(s ->> 'plan') > 0, s ->> 'rows',
        (s ->> 'milliseconds')::numeric >= 0 AND (s -> 'buffers' ->> 'hit')::bigint >= 0)
    FROM json_array_elements(document::json -> 'statements') s $$;
\echo # by path, as json
SELECT shape(orm.explain('Author', '{"load": {"posts": {"where": {"views": 0}}}}', options => '{"format": "json", "analyze": true}'));
SELECT shape(orm.explain('Author', '{"load": ["posts"]}', options => '{"format": "json"}'));
SELECT shape(orm.explain('Author', '[{"name": "Eva", "posts": [{"title": "x"}]}, {"name": "Ida"}]', verb => 'create', options => '{"format": "json", "analyze": true}'));
SELECT shape(orm.explain('Author', '{"posts": [1, {"title": "new"}]}', verb => 'update', options => '{"key": {"id": 1}, "format": "json", "analyze": true}'));
SELECT shape(orm.explain('Post', '{"order_by": ["id"], "limit": 1, "total": true}', verb => 'page', options => '{"format": "json", "analyze": true}'));
SELECT shape(orm.explain('Author', '{"name": "Ana"}', verb => 'upsert', options => '{"where": {"id": 1}, "format": "json"}'));
SELECT shape(orm.explain('Author', '{"select": ["name"], "load": ["posts"]}', verb => 'get', options => '{"key": 1, "format": "json", "analyze": true}'));
\echo # removals from collections
SELECT orm.model('Shelf', 'shelves', orm.column('id', 'integer', primary_key => true), orm.has_many('books', 'ShBook', cascade => 'all, delete-orphan'),
    orm.has_many('cards', 'ShCard'), orm.many_to_many('tags', 'ShTag'));
SELECT orm.model('ShBook', 'sh_books', orm.column('id', 'integer', primary_key => true), orm.belongs_to('shelf', 'Shelf'), orm.has_many('pages', 'ShPage', cascade => 'all'));
SELECT orm.model('ShPage', 'sh_pages', orm.column('id', 'integer', primary_key => true), orm.belongs_to('book', 'ShBook'));
SELECT orm.model('ShCard', 'sh_cards', orm.column('id', 'integer', primary_key => true), orm.belongs_to('shelf', 'Shelf'));
SELECT orm.model('ShTag', 'sh_tags', orm.column('id', 'integer', primary_key => true));
SELECT count(*) > 0 FROM orm.create_all();
SELECT orm.create('Shelf', '{"books": [{"pages": [{}]}, {}], "cards": [{}, {}], "tags": [{}, {}]}', '{"return": false}') IS NULL;
SELECT shape(orm.explain('Shelf', '{"id": 1, "books": {"$set": []}, "cards": {"$disconnect": [1]}, "tags": {"$disconnect": [1], "$delete": [2]}}', verb => 'save', options => '{"format": "json", "analyze": true}'));
SELECT shape(orm.explain('Shelf', '{"id": 1, "cards": {"$set": [2]}, "tags": {"$set": [1]}, "books": {"$delete": {"where": {"id": 2}}}}', verb => 'save', options => '{"format": "json", "analyze": true}'));
\echo # as text
SELECT regexp_replace(regexp_replace(l, '\(cost.*\)|(?<=Time: )[0-9.]+|(?<=hit=).*', '...', 'g'), 'Sort.*', 'Sort') FROM orm.explain('Author', '{"name": "Eva"}', verb => 'create', options => '{"analyze": true}') l;
SELECT regexp_replace(l, '\(cost.*\)', '...') FROM orm.explain('Author', '{"name": "Eva"}', verb => 'create') l;
SELECT count(*) FROM authors;
\echo # the queue, and a transaction that goes on
BEGIN;
SELECT orm.add('Author', '{"name": "Queued"}');
SELECT count(*) > 0 FROM orm.explain('Author', '{"name": "Eva"}', verb => 'create');
SELECT orm.flush();
SELECT string_agg(name, ' ' ORDER BY id) FROM authors;
ROLLBACK;

\echo # bad input
SELECT orm.sql('Author', verb => 'updat');
SELECT orm.sql('Author', '{"name": "x"}', verb => 'update');
SELECT orm.sql('Author', '{"name": "x"}', verb => 'update', options => '{"key": 1, "analyze": true}');
SELECT orm.explain('Author', '{"name": "x"}', verb => 'update', options => '{"key": 99}');
SELECT orm.explain('Author', '{"nam": "x"}', verb => 'create');
SELECT orm.explain('Author', options => '{"format": "yaml"}');
SELECT orm.explain('Author', options => '{"key": 1}');
SELECT orm.explain('Author', '{"name": "x"}', '{"p": 1}', 'create');
SELECT orm.explain('Author', '{"name": "x"}', verb => 'upsert', options => '{"conflict_on": "name"}');
SELECT orm.sql('Author', '{"name": "x"}', verb => 'upsert', options => '{"where": [1]}');
SELECT orm.sql('Author', '{"name": "x"}', verb => 'upsert', options => '{"where": {"nme": 1}}');
SELECT orm.explain('Author', '{"name": "x"}', verb => 'save', options => '{"where": {}}');
SELECT orm.explain('Author', options => '{"analyse": true}');
SELECT orm.explain('Author', options => '[1]');
SELECT orm.explain('Author', options => '{"analyze": 1}');
DROP SCHEMA explain CASCADE;
