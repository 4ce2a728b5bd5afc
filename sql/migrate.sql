-- orm.migrate: the difference is run, all or nothing.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA migrate;
SET search_path = migrate;

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

-- what is declared is created; nothing is left to do
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text'),
    orm.column('age', 'text'), orm.column('old', 'text'), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('title', 'text'),
    orm.belongs_to('author', 'Author'), orm.many_to_many('tags', 'Tag'));
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.many_to_many('posts', 'Post'));
SELECT step, model_name, action, object, migration IS NOT NULL AS migration, state FROM orm.migrate();
SELECT * FROM orm.migrate();
SELECT * FROM orm.diff();
SELECT email FROM author_create(email => 'ann@x', age => '1', old => 'x');
INSERT INTO authors (email, age) VALUES ('bob@x', '22'), (NULL, '3');
INSERT INTO posts (title, author_id) VALUES ('t', 1), ('u', 2);

-- a rename, conversions, fills, keys, a new table, a column that goes: destructive steps are refused with their numbers
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column('mail', 'text', renamed_from => 'email', is_unique => true, nullable => false, fill => '''none'' || id'),
    orm.column('age', 'integer', using_expr => 'age::integer', check_expr => 'age > 0', server_default => '7'),
    orm.column('level', 'integer', nullable => false, fill => 'age * 2', server_default => '0'),
    orm.has_many('posts', 'Post'), orm.version('lock'));
SELECT orm.model('Post', 'posts', orm.column('id', 'bigint', primary_key => true),
    orm.column('title', 'varchar(10)', indexed => true),
    orm.belongs_to('author', 'Author', nullable => false, on_delete => 'cascade'), orm.many_to_many('tags', 'Tag'));
SELECT step, sql, destructive, rows_affected FROM orm.diff();
SELECT refused('SELECT * FROM orm.migrate()');
SELECT refused('SELECT * FROM orm.migrate(''{"allow_destructive": ["Author.old"]}'')');
SELECT orm.all('Author', '{"select": ["id", "email"], "order_by": ["id"]}');
SELECT count(*) AS steps, min(state) AS state
    FROM orm.migrate('{"allow_destructive": ["Author.old", "Post.title"], "rehearse": true}');
SELECT count(*) AS still FROM orm.diff();
SELECT count(*) AS steps, min(state) AS state FROM orm.migrate('{"allow_destructive": ["Author.old", "Post.title"]}');
SELECT * FROM orm.diff();
TABLE authors ORDER BY id;
TABLE posts ORDER BY id;
SELECT author_model() ->> 'elements' LIKE '%renamed_from%' AS renamed, author_model() ->> 'elements' LIKE '%fill%' AS fill,
    author_model() ->> 'elements' LIKE '%using_expr%' AS conversion, author_model() ->> 'elements' LIKE '%removed%' AS removed;
SELECT mail, age, level, lock FROM author_create(mail => 'cid@x');
SELECT model, pending FROM orm.models ORDER BY model;

-- a column that could be a renamed one is not dropped by accident
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('a', 'integer'),
    orm.many_to_many('posts', 'Post'));
SELECT count(*) AS steps FROM orm.migrate();
INSERT INTO tags VALUES ('x', 1), ('y', NULL), ('z', NULL);
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('b', 'integer'),
    orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate(''{"allow_destructive": true}'')');
SELECT count(*) AS steps FROM orm.migrate('{"allow_destructive": true, "not_renamed": true}');

-- rows that do not allow a step: their number, and some of them
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('b', 'integer', nullable => false),
    orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate()');
UPDATE tags SET b = 1;
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true),
    orm.column('b', 'integer', is_unique => true), orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate()');
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true),
    orm.column('b', 'integer', check_expr => 'b > 1'), orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate()');
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true),
    orm.column('b', 'integer'), orm.column('c', 'text', nullable => false), orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate()');
UPDATE tags SET b = 99;
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true),
    orm.column('b', 'integer', foreign_key => 'Author'), orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate()');

-- types, renames, dependents
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('b', 'date'),
    orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate(''{"allow_destructive": true}'')');
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true),
    orm.column('d', 'integer', renamed_from => 'nothing'), orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate()');
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('b', 'integer'),
    orm.column('d', 'integer', renamed_from => 'b'), orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate()');
CREATE VIEW v AS SELECT b FROM tags;
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('b', 'bigint'),
    orm.many_to_many('posts', 'Post'));
SELECT refused('SELECT * FROM orm.migrate()');
DROP VIEW v;
SELECT sql FROM orm.migrate('{"models": ["Tag"]}') WHERE action = 'alter';
SELECT * FROM orm.diff();

-- options
SELECT refused('SELECT * FROM orm.migrate(''{"modles": ["Tag"]}'')');
SELECT refused('SELECT * FROM orm.migrate(''{"models": []}'')');
SELECT refused('SELECT * FROM orm.migrate(''{"models": ["Nobody"]}'')');
SELECT refused('SELECT * FROM orm.migrate(''{"lock_timeout": "soon"}'')');
SELECT refused('SELECT * FROM orm.migrate(''{"allow_destructive": 1}'')');
SELECT refused('SELECT * FROM orm.migrate(NULL)');
BEGIN READ ONLY;
SELECT refused('SELECT * FROM orm.migrate()');
COMMIT;

-- a big table: a step over max_lock is refused
SELECT orm.model('Tag', 'tags', orm.column('name', 'text', primary_key => true), orm.column('b', 'integer', using_expr => 'b'),
    orm.many_to_many('posts', 'Post'));
UPDATE pg_class SET relpages = 1000000 WHERE oid = 'tags'::regclass;
SELECT refused('SELECT * FROM orm.migrate()');
SELECT count(*) AS steps FROM orm.migrate('{"max_lock": "1h"}');

-- enum types: labels are added in their places; one that goes makes the type anew, when no row has it
SELECT orm.model('Day', 'days', orm.enum('weather', ARRAY['sun', 'rain']), orm.column('id', 'integer', primary_key => true),
    orm.column('weather', 'weather', server_default => '''sun'''));
SELECT count(*) AS steps FROM orm.migrate();
INSERT INTO days (weather) VALUES ('rain'), ('sun');
SELECT orm.model('Day', 'days', orm.enum('weather', ARRAY['snow', 'sun', 'fog', 'rain']),
    orm.column('id', 'integer', primary_key => true), orm.column('weather', 'weather', server_default => '''sun'''));
SELECT sql FROM orm.migrate();
SELECT orm.model('Day', 'days', orm.enum('weather', ARRAY['fog', 'sun']),
    orm.column('id', 'integer', primary_key => true), orm.column('weather', 'weather', server_default => '''sun'''));
SELECT refused('SELECT * FROM orm.migrate()');
UPDATE days SET weather = 'fog' WHERE weather = 'rain';
SELECT sql FROM orm.migrate();
SELECT * FROM orm.diff();
SELECT enum_range(NULL::weather);

-- what the extension has made it drops
SELECT orm.model('Post', 'posts', orm.column('id', 'bigint', primary_key => true),
    orm.column('title', 'varchar(10)', indexed => true), orm.column('extra', 'text'),
    orm.belongs_to('author', 'Author', nullable => false, on_delete => 'cascade'), orm.many_to_many('tags', 'Tag'));
SELECT count(*) AS steps FROM orm.migrate();
SELECT action, kind, identity FROM orm.drop_all() WHERE kind LIKE '%table';
SELECT count(*) > 10 AS steps FROM orm.migrate();
SELECT * FROM orm.diff();

SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SET client_min_messages = warning;
DROP SCHEMA migrate CASCADE;
SELECT orm.unmap(model) FROM (SELECT model FROM orm.models ORDER BY model OFFSET 0) AS m;
SELECT count(*) FROM orm.models;
