-- orm.reflect: schemas, patterns and options, and mistakes in them.
\set SHOW_CONTEXT never
CREATE SCHEMA reflect_options;
SET search_path = reflect_options;
CREATE TABLE users (id int PRIMARY KEY, first_name text, boss_id int REFERENCES users);
CREATE TABLE posts (id int PRIMARY KEY, title text, author_id int REFERENCES users, editor_id int CONSTRAINT edited REFERENCES users);
CREATE TABLE tags (id int PRIMARY KEY);
CREATE TABLE posts_tags (post_id int REFERENCES posts, tag_id int REFERENCES tags, PRIMARY KEY (post_id, tag_id));
CREATE TABLE logs (a int, b int);
CREATE TABLE "Odd.Name" (id int PRIMARY KEY);
CREATE TABLE old_users (id int PRIMARY KEY);

-- What a call maps, without doing it.
CREATE FUNCTION maps(include text[], exclude text[] DEFAULT NULL) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(identity, ' ' ORDER BY identity COLLATE "C") FROM orm.reflect('reflect_options', include, exclude, '{"dry_run": true}')
	WHERE kind IN ('table', 'join table') $$;
SELECT maps(NULL), maps('{}'), maps(NULL, '{}');
SELECT maps('{users}'), maps('{USERS}'), maps('{"\"USERS\""}'), maps('{*users}'), maps('{post?}'), maps('{post*}', '{*_*}'),
	maps('{posts|tags}'), maps('{"[p-t]*s"}'), maps('{"\"Odd.Name\""}'), maps('{o*}'), maps('{"\"O\"*"}'), maps(NULL, '{*}');
SELECT maps('{a.b}');
SELECT maps('{"("}');
SELECT maps('{NULL}');
SELECT count(*) FROM orm.models;

-- schemas
SELECT * FROM orm.reflect('no_such_schema');
SELECT * FROM orm.reflect('pg_catalog');
SELECT * FROM orm.reflect('information_schema');
SELECT * FROM orm.reflect('pg_toast');
SELECT * FROM orm.reflect('orm');
SET search_path = no_such_schema;
SELECT * FROM orm.reflect();
SELECT * FROM orm.reflect('');
SET search_path = reflect_options;
CREATE TEMPORARY TABLE temporaries (id int PRIMARY KEY);
SELECT model_name, action, kind, identity, detail FROM orm.reflect((SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()));

-- mistakes are errors before anything is mapped
CREATE FUNCTION refused(options text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	PERFORM orm.reflect('reflect_options', options => options);
	RAISE SQLSTATE '22222';
EXCEPTION WHEN SQLSTATE '22222' THEN
	RETURN 'not refused';
WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;
\pset format unaligned
SELECT options, refused(options) FROM unnest(ARRAY[
	'[1]', '{"model": {}}', '{"accessors": 1}', '{"prune": null}', '{"case": "snake"}', '{"strip_prefix": 1}', '{"dry_run": true, "dry_run": false}',
	'{"models": []}', '{"models": 1}', '{"models": {"user": {}}}', '{"models": {"pg_class": {}}}', '{"models": {"users": {}, "users": {}}}', '{"models": {"users": {"names": "X"}}}',
	'{"models": {"users": {"name": ""}}}', '{"models": {"users": {"name": 1}}}', '{"models": {"users": {"name": "X"}, "posts": {"name": "X"}}}',
	'{"models": {"users": {"skip": "yes"}}}',
	'{"models": {"logs": {"key": "a"}}}', '{"models": {"logs": {"key": []}}}', '{"models": {"logs": {"key": ["a", "c"]}}}', '{"models": {"logs": {"key": ["a", "a"]}}}', '{"models": {"users": {"key": ["id"]}}}',
	'{"models": {"users": {"attributes": {"firstname": "x"}}}}', '{"models": {"users": {"attributes": {"first_name": "id"}}}}', '{"models": {"users": {"attributes": {"first_name": "x", "boss_id": "x"}}}}',
	'{"models": {"users": {"attributes": {"first_name": "and"}}}}', '{"models": {"users": {"attributes": {"first_name": 1}}}}', '{"models": {"users": {"attributes": {"first_name": "x", "first_name": "y"}}}}',
	'{"models": {"posts": {"relationships": {"editet": {"name": "x"}}}}}', '{"models": {"posts": {"relationships": {"posts.title": {"name": "x"}}}}}', '{"models": {"tags": {"relationships": {"posts.author_id": {"name": "x"}}}}}',
	'{"models": {"posts": {"relationships": {"edited": {"names": "x"}}}}}', '{"models": {"posts": {"relationships": {"edited": "x"}}}}', '{"models": {"posts": {"relationships": {"edited": {"name": "a.b"}}}}}',
	'{"models": {"posts": {"relationships": {"edited": {"name": "title"}}}}}', '{"models": {"posts": {"relationships": {"edited": {"name": "x"}, "posts.author_id": {"name": "x"}}}}}',
	'{"models": {"posts": {"relationships": {"edited": {"name": "x"}}}, "users": {"relationships": {"edited": {"inverse": "y"}}}}}'
]) AS options;
\pset format aligned
SELECT count(*) FROM orm.models;
SELECT * FROM orm.reflect(options => NULL);

-- names, attributes, keys and relationships that are given, from either side
SELECT * FROM orm.reflect(exclude => '{old*,"\"Odd.Name\""}', options => '{"models": {
	"users": {"name": "Person", "attributes": {"first_name": "name"}, "relationships": {
		"users_boss_id_fkey": {"name": "boss", "inverse": "staff"}, "posts.author_id": {"name": "articles"}}},
	"posts": {"relationships": {"edited": {"name": "corrector", "inverse": "corrections"}, "posts_author_id_fkey": {"name": "writer"}}},
	"tags": {"relationships": {"posts_tags.tag_id": {"name": "tagged", "inverse": "labels"}}},
	"logs": {"key": ["a", "b"]}}}');
SELECT orm.describe('Person');
SELECT orm.save('Post', '{"id": 1, "writer": {"id": 1, "name": "Ada", "boss": {"id": 2}}, "labels": [{"id": 5}]}') IS NOT NULL AS saved;
SELECT orm.all('Person', '{"load": ["articles", "corrections", "staff"], "order_by": ["id"]}'), orm.all('Tag', '{"load": ["tagged"]}');
SELECT count(*) FROM orm.reflect(include => '{old_users}', options => '{"models": {"old_users": {"skip": true}}}') WHERE action = 'skipped';
-- a name that a model has
SELECT refused('{"models": {"old_users": {"name": "Person"}}}');
-- a join table with a name of its own is a model as well
SELECT count(*) FROM (SELECT array_agg(model) AS names FROM orm.models) m, unnest(m.names) name, orm.unmap(name);
SELECT model_name, action, kind, identity FROM orm.reflect(include => '{posts,tags,posts_tags}', options => '{"models": {"posts_tags": {"name": "Labelling"}}}');

-- accessors
SELECT count(*) FROM (SELECT array_agg(model) AS names FROM orm.models) m, unnest(m.names) name, orm.unmap(name);
CREATE FUNCTION tag_all(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT model_name, action, kind, identity, detail FROM orm.reflect(include => '{posts,tags,posts_tags}', options => '{"accessors": true}') ORDER BY identity COLLATE "C", model_name;
SELECT * FROM post_create(id => 7, title => 't');
SELECT orm.all('Tag');

SET client_min_messages = warning;
DROP SCHEMA reflect_options CASCADE;
SELECT count(*) FROM orm.models;
