-- What users of other mappers write, and what they are told.
\set SHOW_CONTEXT never
CREATE SCHEMA hints;
SET search_path = hints;

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

CREATE TABLE authors (id int PRIMARY KEY, name text, age int);
CREATE TABLE profiles (id int PRIMARY KEY, author_id int UNIQUE REFERENCES authors, bio text);
CREATE TABLE posts (id int PRIMARY KEY, author_id int REFERENCES authors, title text, likes int);
SELECT count(*) FROM orm.map('authors', 'Author', orm.has_many('posts', 'Post'), orm.has_one('profile', 'Profile'));
SELECT count(*) FROM orm.map('profiles', 'Profile', orm.belongs_to('author', 'Author'));
SELECT count(*) FROM orm.map('posts', 'Post', orm.belongs_to('author', 'Author'));
INSERT INTO authors VALUES (1, 'Ada', 36);

-- a query: conditions at its top, words for its keys
SELECT q, refused(format('SELECT orm.all(''Author'', %L)', q))
FROM unnest(ARRAY['{"name": "Ada"}', '{"posts": true}', '{"take": 5}', '{"skip": 5}', '{"include": ["posts"]}', '{"orderBy": ["name"]}', '{"sort": "name"}',
    '{"filter": {"name": "Ada"}}', '{"attributes": ["name"]}', '{"exclude": ["name"]}', '{"prefetch_related": ["posts"]}', '{"populate": "posts"}', '{"annotate": {}}']) q;
SELECT refused($$SELECT orm.get('Author', 1, '{"name": "Ada"}')$$), refused($$SELECT orm.page('Author', '{"cursor": "x"}')$$),
       refused($$SELECT orm.aggregate('Author', '{"aggregate": {"n": {"average": "age"}}}')$$), refused($$SELECT orm.all('Author', '{"compute": {"n": {"mean": "posts.likes"}}}')$$),
       refused($$SELECT orm.aggregate('Author', '{"group": ["age"]}')$$);

-- conditions
SELECT q, refused(format('SELECT orm.all(''Author'', ''{"where": %s}'')', q))
FROM unnest(ARRAY['{"posts": {"some": {}}}', '{"posts": {"every": {}}}', '{"name": {"startsWith": "A"}}', '{"age": {"gte": 1}}', '{"age": {"isnull": true}}',
    '{"profile__bio": "x"}', '{"age__gte": 1}', '{"posts__author__name": "Ada"}', '{"agee__gte": 1}', '{"profile.bio": "x"}']) q;

-- orders, selections, loads
SELECT q, refused(format('SELECT orm.all(''Post'', %L)', q))
FROM unnest(ARRAY['{"order_by": ["title desc"]}', '{"order_by": ["author.name ASC"]}', '{"order_by": {"title": "desc", "id": "asc"}}', '{"order_by": [{"title": "DESC"}]}',
    '{"order_by": [{"title": "up"}]}', '{"order_by": "title"}', '{"order_by": ["author__name"]}', '{"compute": {"a": "author__name"}}', '{"load": "author"}',
    '{"select": "title"}', '{"omit": "title"}', '{"distinct": "title"}']) q;

-- what is written to relationships
SELECT o, refused(format('SELECT orm.update(''Author'', 1, %L)', o))
FROM unnest(ARRAY['{"posts": {"connect": [1]}}', '{"posts": {"create": [{"id": 1}]}}', '{"posts": {"set": []}}', '{"posts": {"disconnect": [1]}}', '{"posts": {"delete": [1]}}',
    '{"posts": {"connectOrCreate": []}}', '{"posts": {"title": "x"}}', '{"profile": {"connect": 1}}', '{"profile": {"create": {"id": 1}}}', '{"profile": {"biu": 1}}']) o;

-- texts that are no documents
SELECT t, refused(format('SELECT orm.create(''Author'', %L)', t))
FROM unnest(ARRAY['{1,2}', '{a,b}', '{"{\"id\":1}"}', '{"a","b"}', '\x7b7d', '[object Object]', ' {''id'': 1}', '[''a'']', 'Array', '{"id" 1}', 'Ada', '']) t;
SELECT refused($$SELECT orm.create('Author', convert_to('{"id": 2}', 'UTF8')::text::orm.document)$$);

-- a key
SELECT orm.get('Author', '{"id": 1}');

-- a text without its quotes
SELECT d, refused(format('SELECT orm.model(''Task'', ''tasks'', orm.column(''id'', ''int'', primary_key => true), orm.column(''state'', ''text'', server_default => %L))', d))
FROM unnest(ARRAY['pending', 'coalesce(pending, ''x'')', 'authors.name']) d;
BEGIN;
SELECT refused($$SELECT orm.model('Task', 'tasks', orm.column('id', 'int', primary_key => true), orm.column('state', 'text', server_default => '''pending'''))$$),
       refused($$SELECT orm.model('Task', 'tasks', orm.column('id', 'int', primary_key => true), orm.column('day', 'date', server_default => 'CURRENT_DATE'))$$);
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA hints CASCADE;
