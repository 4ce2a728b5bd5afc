-- orm.soft_delete: deletes mark rows, reads hide them, orm.restore and orm.purge.
\set VERBOSITY default
SET client_min_messages = warning;
CREATE SCHEMA soft_delete;
SET search_path = soft_delete, public;

-- The message of an error, or the answer.
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text; detail text; hint text;
BEGIN
  EXECUTE statement INTO answer;
  RETURN answer;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'),
  orm.has_many('posts', 'Post', back_populates => 'author', cascade => 'all'), orm.soft_delete());
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'),
  orm.belongs_to('author', 'Author', back_populates => 'posts'),
  orm.has_many('notes', 'Note', back_populates => 'post', cascade => 'all'),
  orm.has_many('tags', 'Tag', cascade => 'all'), orm.version('v'), orm.timestamps(NULL),
  orm.soft_delete(guard => true));
SELECT orm.model('Note', 'notes', orm.column('id', 'integer', primary_key => true), orm.column('body', 'text'),
  orm.belongs_to('post', 'Post', back_populates => 'notes'), orm.soft_delete('gone_at'),
  orm.column('gone_at', 'timestamp'));
SELECT orm.model('Tag', 'tags', orm.column('id', 'integer', primary_key => true), orm.column('word', 'text'),
  orm.belongs_to('post', 'Post', foreign_key => 'post_id'), orm.column('post_id', 'integer'));
SELECT model_name, action, kind, identity FROM orm.create_all() WHERE kind <> 'function';
SELECT count(*) FROM orm.diff();

CREATE FUNCTION state() RETURNS TABLE (kind text, id int, deleted bool) LANGUAGE sql AS $$
  SELECT 'author', a.id, a.deleted_at IS NOT NULL FROM authors a
  UNION ALL SELECT 'post', p.id, p.deleted_at IS NOT NULL FROM posts p
  UNION ALL SELECT 'note', n.id, n.gone_at IS NOT NULL FROM notes n
  UNION ALL SELECT 'tag', t.id, NULL FROM tags t ORDER BY 1, 2 $$;

SELECT orm.create('Author', '{"name": "Ann", "posts": [
  {"title": "one", "notes": [{"body": "n1"}, {"body": "n2"}], "tags": [{"word": "t"}]}, {"title": "two"}]}') IS NOT NULL;

-- A delete marks; the version and updated_at move; what is not marked stays.
SELECT orm.impact('Post', 1);
SELECT orm.delete('Post', 1);
SELECT * FROM state();
SELECT v, deleted_at = updated_at AS moved FROM posts WHERE id = 1;
SELECT count(DISTINCT i) FROM (SELECT deleted_at FROM posts WHERE id = 1 UNION ALL SELECT gone_at FROM notes) AS s(i);

-- Every level hides them, but over belongs_to; "deleted" shows them.
SELECT orm.all('Post', '{"select": ["id"]}'), orm.all('Post', '{"select": ["id"], "deleted": "too", "order_by": ["id"]}'),
  orm.all('Post', '{"select": ["id"], "deleted": "only"}'), orm.count('Post'), orm.count('Post', '{"deleted": "too"}'),
  orm.exists('Post', '{"where": {"id": 1}}');
SELECT orm.get('Post', 1), orm.get('Post', 1, '{"deleted": "too", "select": ["title"]}'),
  orm.first('Post', '{"where": {"id": 1}, "deleted": "only", "select": ["title"]}');
SELECT orm.aggregate('Post', '{"aggregate": {"n": {"count": "*"}}}'),
  orm.aggregate('Post', '{"aggregate": {"n": {"count": "*"}}, "deleted": "too"}');
SELECT orm.get('Author', 1, '{"select": ["name"], "load": {"posts": {"select": ["title"]}}}');
SELECT orm.get('Author', 1, '{"select": ["name"], "load": {"posts": {"select": ["title"], "deleted": "only",
  "load": {"notes": {"select": ["body"], "deleted": "too"}}}}}');
SELECT orm.all('Tag', '{"select": ["word"], "load": {"post": {"select": ["title"]}}}'),
  orm.all('Tag', '{"select": ["word"], "load": {"post": {"select": ["title"], "deleted": "no"}}}'),
  orm.all('Tag', '{"select": ["word", "t"], "compute": {"t": "post.title"}}');
SELECT orm.all('Author', '{"where": {"posts": {"any": {"title": "one"}}}}'),
  orm.all('Author', '{"where": {"posts": {"any": {"title": "one", "$deleted": "too"}}}, "select": ["id"]}'),
  orm.all('Author', '{"where": {"posts": {"count": 1}}, "select": ["id"]}'),
  orm.all('Tag', '{"where": {"post": {"title": "one"}}, "select": ["id"]}'),
  orm.all('Tag', '{"where": {"post": {"title": "one", "$deleted": "no"}}, "select": ["id"]}');
SELECT title FROM post_all();
SELECT count(*) FROM post_find(1);
SELECT title FROM authors a, posts(a);
SELECT title FROM tags t, post(t);

-- By key a deleted row is P0002, whatever writes; never an insert, never an unseen change.
SELECT try($$SELECT orm.update('Post', 1, '{"title": "x"}')$$);
SELECT try($$SELECT orm.update('Post', 1, '{"title": "x"}', '{"unscoped": true}')$$);
SELECT try($$SELECT orm.save('Post', '{"id": 1, "title": "x"}')$$);
SELECT try($$SELECT orm.upsert('Post', '{"id": 1, "title": "x"}')$$);
SELECT try($$SELECT orm.delete('Post', 1)$$);
SELECT try($$SELECT post_delete(1)$$);
SELECT try($$SELECT orm.update('Author', 1, '{"posts": {"$connect": [1]}}')$$);
SELECT try($$SELECT orm.update('Author', 1, '{"posts": {"$delete": [1]}}')$$);
SELECT try($$SELECT orm.flush('{"remove": [{"model": "Post", "key": 1}]}')$$);
SELECT try($$SELECT orm.update_where('Post', '{"where": {"id": 1}}', '{"title": "x"}')$$),
  try($$SELECT orm.update_where('Post', '{"where": {"id": 1}, "deleted": "too"}', '{"title": "uno"}')$$);
SELECT orm.delete('Post', 99), orm.restore('Post', 99);

-- Restoring brings back exactly what went along: post 2 was deleted before the author.
SELECT orm.delete('Post', 2);
SELECT orm.restore('Post', 1) IS NOT NULL;
SELECT * FROM state();
SELECT orm.delete('Note', 1), orm.delete('Author', 1);
SELECT * FROM state();
SELECT orm.restore('Author', 1);
SELECT * FROM state();
SELECT orm.restore('Author', 1) ->> 'name', orm.restore('Note', 1) ->> 'body';
-- The same in one transaction, where now() stands still.
BEGIN;
SELECT orm.delete('Note', 1), orm.delete('Post', 1);
SELECT min(deleted_at) >= now() FROM posts WHERE id = 1;
SELECT orm.restore('Post', 1) IS NOT NULL;
SELECT * FROM state();
ROLLBACK;

-- The guard raises for plain SQL and lets orm pass; it guards again after an error.
SELECT try('DELETE FROM posts');
SELECT try($$SELECT orm.delete('Post', 1, '{"hard": 1}')$$);
CREATE TABLE holds (post_id int REFERENCES posts);
INSERT INTO holds VALUES (1);
SELECT split_part(try($$SELECT orm.delete('Post', 1, '{"hard": true}')$$), '|', 1);
SELECT try('DELETE FROM posts');
DROP TABLE holds;
SELECT orm.delete('Post', 2, '{"hard": true}'), orm.delete('Post', 1, '{"hard": true, "return": {"select": ["title"]}}');
SELECT * FROM state();

-- delete_where, the unit of work, changesets, functions; orm.purge.
SELECT orm.create('Post', '[{"title": "a"}, {"title": "b"}, {"title": "c", "notes": [{"body": "nc"}]}, {"title": "d"}]') IS NOT NULL;
SELECT orm.delete_where('Post', '{"where": {"title": "a"}}'), orm.delete_where('Post', '{"where": {"title": "a"}}');
SELECT orm.flush('{"remove": [{"model": "Post", "key": 4}]}');
BEGIN;
SELECT orm.remove('Post', 5);
COMMIT;
SELECT title, deleted_at IS NOT NULL AS deleted FROM posts ORDER BY id;
CREATE FUNCTION drop_post(id int) RETURNS boolean LANGUAGE orm AS 'delete Post';
SELECT drop_post(6), drop_post(60);
SELECT * FROM state();
SELECT orm.purge('Post', now() - interval '1 day'), orm.purge('Post', now()), orm.purge('Post', now());
SELECT * FROM state();
SELECT try($$SELECT orm.purge('Post')$$);
SELECT try($$SELECT orm.purge('Tag', now())$$);
SELECT try($$SELECT orm.restore('Tag', 1)$$);
SELECT try($$SELECT orm.all('Tag', '{"deleted": "too"}')$$);
SELECT try($$SELECT orm.all('Post', '{"deleted": "all"}')$$);
SELECT try($$SELECT orm.all('Post', '{"deleted": true}')$$);
SELECT try($$SELECT orm.all('Post', '{"where": {"$deleted": "too"}}')$$);

-- A hook after delete fires for marks, not for other changes, and for removed rows.
CREATE TABLE heard (op text, id int);
CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO soft_delete.heard VALUES (TG_OP, OLD.id); RETURN NULL; END$$;
SELECT action, kind, identity FROM orm.extend('Author', orm.on('after delete', 'hear'));
UPDATE authors SET name = 'Anna';
SELECT orm.delete('Author', 1), orm.restore('Author', 1) IS NOT NULL, orm.delete('Author', 1, '{"hard": true}');
SELECT * FROM heard;
DROP TRIGGER orm_after_update_hear_soft ON authors;
SELECT action, object FROM orm.diff('Author');
SELECT action, kind, identity FROM orm.sync('Author');
SELECT action, kind, identity FROM orm.drop_element('Author', 'soft_delete', 'deleted_at') WHERE kind = 'trigger';

-- A boolean marks, too; the object comes back alone.  The column follows a new name.
CREATE TABLE things (id int PRIMARY KEY, name text, gone boolean);
INSERT INTO things (id, name) VALUES (1, 'a'), (2, 'b');
SELECT count(*) FROM orm.map('things', 'Thing', orm.soft_delete('gone'));
SELECT orm.delete('Thing', 1), orm.all('Thing'), orm.all('Thing', '{"deleted": "only"}');
ALTER TABLE things RENAME COLUMN gone TO is_gone;
SELECT orm.all('Thing'), orm.restore('Thing', 1);
SELECT orm.describe('Thing') -> 'elements' -> -1;
SELECT orm.delete('Thing', 2);
SELECT try($$SELECT orm.purge('Thing', now())$$), try($$SELECT orm.purge('Thing')$$);

-- Rows of others, and no rights: the server's own errors.
CREATE ROLE regress_orm_soft;
GRANT USAGE ON SCHEMA soft_delete TO regress_orm_soft;
GRANT SELECT, DELETE ON posts TO regress_orm_soft;
SELECT orm.create('Post', '{"title": "e"}') ->> 'title';
SET ROLE regress_orm_soft;
SELECT try($$SELECT orm.delete_where('Post', '{"where": {}}')$$);
RESET ROLE;
REVOKE ALL ON SCHEMA soft_delete FROM regress_orm_soft;
REVOKE ALL ON posts FROM regress_orm_soft;
DROP ROLE regress_orm_soft;

-- What cannot be is said when it is declared.
SELECT try($$SELECT orm.model('Bad', 'bad', orm.column('id', 'int', primary_key => true), orm.soft_delete('id'))$$);
SELECT try($$SELECT orm.model('Bad', 'bad', orm.column('id', 'int', primary_key => true), orm.soft_delete(), orm.soft_delete('b'))$$);
CREATE TABLE bad (n int, a int PRIMARY KEY, t timestamptz NOT NULL DEFAULT now());
SELECT try($$SELECT orm.map('bad', 'Bad', orm.soft_delete('n'))$$);
SELECT try($$SELECT orm.map('bad', 'Bad', orm.soft_delete('t'))$$);
SELECT try($$SELECT orm.map('bad', 'Bad', orm.soft_delete('nothere'))$$);
ALTER TABLE bad DROP COLUMN a, ALTER t DROP NOT NULL;
SELECT try($$SELECT orm.map('bad', 'Bad', orm.soft_delete('t'))$$);
CREATE VIEW seen AS SELECT * FROM things;
SELECT try($$SELECT orm.map('seen', 'Seen', orm.primary_key('id'), orm.soft_delete('is_gone', guard => true))$$);
SELECT count(*) FROM orm.map('seen', 'Seen', orm.primary_key('id'), orm.soft_delete('is_gone'));
SELECT orm.delete('Seen', 1), orm.all('Seen'), orm.restore('Seen', 1);
CREATE VIEW again AS SELECT * FROM things;
SELECT count(*) FROM orm.map('again', 'Again', orm.primary_key('id'), orm.soft_delete('is_gone', revive => true));
SELECT orm.delete('Again', 1), try($$SELECT orm.upsert('Again', '{"id": 1, "name": "z"}')$$);

DROP SCHEMA soft_delete CASCADE;
