-- Queries over the rows of a function: "from" and "arguments". Oracle: SELECT ... FROM function(...).
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA query_from;
SET search_path = query_from;
SET client_min_messages = warning;

SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('name', 'text'),
    orm.column('secret', 'text', hidden => true), orm.column('long', 'text', deferred => true), orm.has_many('posts', 'Post'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('title', 'text'),
    orm.column('tags', 'jsonb'), orm.belongs_to('author', 'Author'));
SELECT count(*) > 0 FROM orm.create_all();
INSERT INTO authors SELECT i, 'author ' || i, 's' || i, 'l' || i FROM generate_series(1, 6) i;
INSERT INTO posts SELECT i, 'post ' || i, jsonb_build_object('n', i), i % 3 + 1 FROM generate_series(1, 9) i;

CREATE FUNCTION between_ids("from" integer, upto integer) RETURNS SETOF authors LANGUAGE sql STABLE AS 'SELECT * FROM query_from.authors WHERE id BETWEEN $1 AND $2';
CREATE FUNCTION with_tag(tag jsonb) RETURNS SETOF posts LANGUAGE sql STABLE AS 'SELECT * FROM query_from.posts WHERE tags @> $1';
CREATE FUNCTION made() RETURNS SETOF authors LANGUAGE sql IMMUTABLE AS $$VALUES (99, 'made', 's', 'l'), (1, 'twice', NULL, NULL)$$;
SELECT orm.allow_function('between_ids(integer, integer)'), orm.allow_function('with_tag(jsonb)'), orm.allow_function('made()');

-- every reader
SELECT orm.all('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 4}, "order_by": ["-id"]}');
SELECT orm.all('Author', '{"from": "query_from.between_ids", "arguments": {"upto": {"$": "u"}, "from": 2}, "where": {"name": {"like": "%3"}}}', '{"u": 4}');
SELECT orm.all('Author', '{"from": "query_from.between_ids", "arguments": {"upto": {"$": "u"}, "from": 1}, "where": {"posts": {"count": 3}}, "load": {"posts": {"select": ["id"], "order_by": ["id"]}}, "select": ["id"], "order_by": ["id"], "limit": 2}', '{"u": 4}');
SELECT orm.first('Author', '{"from": "query_from.between_ids", "arguments": {"from": null, "upto": 4}}') IS NULL;
SELECT orm.one('Author', '{"from": "query_from.between_ids", "arguments": {"from": 4, "upto": 4}, "select": ["*", "long"]}');
SELECT orm.count('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 4}}'), orm.exists('Author', '{"from": "query_from.between_ids", "arguments": {"from": 7, "upto": 8}}');
SELECT orm.aggregate('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 4}, "aggregate": {"n": {"count": "*"}, "posts": {"count": "posts"}}}');
SELECT orm.page('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 5}, "limit": 2, "total": true, "select": ["id"]}')::jsonb - 'next';
SELECT orm.page('Author', json_build_object('from', 'query_from.between_ids', 'arguments', '{"from": 2, "upto": 5}'::json, 'limit', 2, 'select', '["id"]'::json, 'after',
    orm.page('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 5}, "limit": 2, "select": ["id"]}')->'next'))::jsonb - 'next' - 'previous';
SELECT * FROM orm.rows(NULL::authors, '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 3}}') ORDER BY id;
SELECT orm.all('Post', '{"from": "query_from.with_tag", "arguments": {"tag": {"n": 4}}, "load": ["author"], "select": ["title"], "compute": {"who": "author.name"}}');
SELECT orm.all('Post', '{"from": "query_from.with_tag", "arguments": {"tag": {"n": 5}}, "load": ["author"], "select": ["title"], "compute": {"who": "author.name"}}');
SELECT orm.all('Post', '{"from": "query_from.with_tag", "arguments": {"tag": {"$": "t"}}, "select": ["id"]}', '{"t": {"n": 6}}');
SELECT orm.all('Author', '{"from": "query_from.made", "load": {"posts": {"select": ["id"], "limit": 1}}}');
SELECT sql FROM orm.sql('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 4}, "select": ["id"]}');
CREATE FUNCTION upto(last bigint) RETURNS json LANGUAGE orm AS 'all Author {"from": "query_from.between_ids", "arguments": {"from": 5, "upto": {"$": "last"}}, "select": ["id"], "order_by": ["id"]}';
SELECT upto(5), upto(6);

-- a function made later is not chosen; two that are exported are ambiguous
CREATE FUNCTION between_ids("from" bigint, upto bigint) RETURNS SETOF authors LANGUAGE sql STABLE AS 'SELECT * FROM query_from.authors';
SELECT orm.count('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 4}, "where": {"id": {"gt": 0}}}');
SELECT orm.allow_function('between_ids(bigint, bigint)');
SELECT orm.count('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 4}, "where": {"id": {"ge": 0}}}');
SELECT orm.allow_function('between_ids(bigint, bigint)', false);

-- default scopes hold
SELECT count(*) > 0 FROM orm.map('query_from.authors', 'Early', orm.column('secret', hidden => true), orm.column('long', deferred => true),
    orm.scope('early', '{"where": {"id": {"lt": 4}}}', is_default => true), orm.accessors(include => '{}'));
SELECT orm.all('Early', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 5}, "order_by": ["-id"]}');
SELECT orm.all('Early', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 5}, "unscoped": true, "select": ["id"], "order_by": ["-id"]}');
SELECT orm.count('Early', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 5}}');

-- hidden attributes, privileges
SELECT orm.all('Author', '{"from": "query_from.made", "select": ["secret"]}');
CREATE ROLE regress_orm_from;
GRANT USAGE ON SCHEMA query_from TO regress_orm_from;
REVOKE EXECUTE ON FUNCTION made() FROM PUBLIC;
SET ROLE regress_orm_from;
SELECT orm.all('Author', '{"from": "query_from.made"}');
SELECT orm.all('Author', '{"from": "query_from.between_ids", "arguments": {"from": 2, "upto": 3}}');
RESET ROLE;
GRANT EXECUTE ON FUNCTION made() TO regress_orm_from;
SET ROLE regress_orm_from;
SELECT orm.all('Author', '{"from": "query_from.made"}');
SELECT orm.all('Author', '{"from": "query_from.made", "load": ["posts"]}');
RESET ROLE;

-- errors
CREATE FUNCTION other() RETURNS SETOF posts LANGUAGE sql STABLE AS 'SELECT * FROM query_from.posts';
CREATE FUNCTION closed() RETURNS SETOF authors LANGUAGE sql STABLE AS 'SELECT * FROM query_from.authors';
CREATE FUNCTION changing() RETURNS SETOF authors LANGUAGE sql VOLATILE AS 'SELECT * FROM query_from.authors';
CREATE FUNCTION single() RETURNS authors LANGUAGE sql STABLE AS 'SELECT * FROM query_from.authors LIMIT 1';
SELECT orm.allow_function('other()'), orm.allow_function('single()');
SELECT orm.allow_function('changing()');
SELECT orm.all('Author', '{"from": "query_from.other"}');
SELECT orm.all('Author', '{"from": "query_from.closed"}');
SELECT orm.all('Author', '{"from": "query_from.changing"}');
SELECT orm.all('Author', '{"from": "query_from.single"}');
SELECT orm.all('Author', '{"from": "query_from.nothing"}');
SELECT orm.all('Author', '{"from": "made"}');
SELECT orm.all('Author', '{"from": "pg_catalog.now"}');
SELECT orm.all('Author', '{"from": 1}');
SELECT orm.all('Author', '{"from": "query_from.made", "arguments": []}');
SELECT orm.all('Author', '{"from": "query_from.made", "arguments": {"x": 1}}');
SELECT orm.all('Author', '{"from": "query_from.between_ids", "arguments": {"from": 1}}');
SELECT orm.all('Author', '{"from": "query_from.between_ids", "arguments": {"from": 1, "upto": 2, "upto": 3}}');
SELECT orm.all('Author', '{"from": "query_from.between_ids", "arguments": {"from": 1, "upto": "x"}}');
SELECT orm.all('Author', '{"from": "query_from.between_ids", "arguments": {"from": 1, "upto": {"$attribute": "id"}}}');
SELECT orm.all('Author', '{"arguments": {}}');
SELECT orm.all('Author', '{"from": "query_from.made", "lock": "update"}');
SELECT orm.all('Author', '{"from": "query_from.made", "etag": true}');
SELECT orm.all('Author', '{"load": {"posts": {"from": "query_from.other"}}}');
SELECT orm.delete_where('Author', '{"from": "query_from.made", "where": {}}');
SELECT orm.get('Author', 1, '{"from": "query_from.made"}');
SELECT orm.all('Author', '{"where": {"$expr": {"query_from.made": []}}}');

DROP SCHEMA query_from CASCADE;
DROP ROLE regress_orm_from;
