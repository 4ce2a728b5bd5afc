-- Generated groups against a sub-select for every group and aggregate.
-- The documents and the SQL come from test/oracle/generator.sql, always the same ones.
\set regression :DBNAME
\getenv source PG_ABS_SRCDIR
\set generator :source '/test/oracle/generator.sql'
\set blog :source '/test/oracle/blog.sql'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_orm_query_oracle_aggregate;
CREATE DATABASE regress_orm_query_oracle_aggregate TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_orm_query_oracle_aggregate
SET client_min_messages = warning;
SET lc_messages = 'C';
\set SHOW_CONTEXT never
CREATE EXTENSION orm;
\set ECHO none
\i :generator
\i :blog
\set ECHO all

CALL o_generate('groups', '{Author,Post,Comment,Sample,Room,Booking,"Línea de pedido",Tag,Nothing}', 'groups', 260, 21);
CALL o_generate('alike', '{Author,Post,Comment,Sample,Booking}', 'groups', 80, 22, 8);

-- By hand: values that are computed stand wherever an attribute may
SELECT o_same('computed', 'Author', '{"compute": {"n": {"count": "posts"}, "twice": "n"}, "where": {"n": {"ge": 2}, "twice": {"le": 9}}, "order_by": ["-twice", "id"], "select": ["id"]}',
    $$SELECT '[' || string_agg(format('{"id":%s,"n":%s,"twice":%2$s}', id, n), ',' ORDER BY n DESC, id) || ']'
    FROM (SELECT id, (SELECT count(*) FROM posts WHERE author_id = a.id) AS n FROM authors a) a WHERE n BETWEEN 2 AND 9$$);
SELECT o_same('computed', 'Tag', '{"compute": {"views": {"sum": "posts.views", "where": {"author": {"active": true}}}}, "order_by": ["name"]}',
    $$SELECT '[' || string_agg(format('{"name":%s,"weight":%s,"views":%s}', to_json(name), o_json(weight), o_json((SELECT sum(views) FROM posts p JOIN posts_tags j ON j.post_id = p.id
    JOIN authors a ON a.id = p.author_id WHERE a.active AND j.tag_id = t.name))), ',' ORDER BY name) || ']' FROM tags t$$);

CREATE FUNCTION grouped(model text, document text, sql text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('oracle.parameters', '', false);
    PERFORM o_compare('by hand', model, 'SELECT orm.aggregate(%s, %s, %s)::text', (document, sql)::o_pair);
END $$;
SELECT grouped('Post', '{"compute": {"month": {"trunc": "month", "of": "published"}}, "where": {"published": {"ne": null}}, "group_by": ["month"],
    "aggregate": {"n": {"count": "*"}, "authors": {"count": "author_id", "distinct": true}}, "order_by": ["month"]}',
    $$SELECT '[' || string_agg(to_json(x)::text, ',' ORDER BY month) || ']' FROM (SELECT date_trunc('month', published) AS month, count(*) AS n, count(DISTINCT author_id) AS authors
    FROM posts WHERE published IS NOT NULL GROUP BY 1) x$$);
SELECT grouped('Comment', '{"group_by": ["post.author.name", "hidden"], "aggregate": {"n": {"count": "*"}, "last": {"max": "written"}}, "having": {"n": {"gt": 2}},
    "order_by": ["-n", "post.author.name", "hidden"], "limit": 7, "offset": 1}',
    $$SELECT '[' || string_agg(to_json(x)::text, ',') || ']' FROM (SELECT a.name AS "post.author.name", hidden, count(*) AS n, max(written) AS last
    FROM comments c LEFT JOIN posts p ON p.id = c.post_id LEFT JOIN authors a ON a.id = p.author_id GROUP BY 1, 2 HAVING count(*) > 2 ORDER BY n DESC, 1, 2 LIMIT 7 OFFSET 1) x$$);
SELECT grouped('Author', '{"aggregate": {"n": {"count": "*"}, "views": {"sum": "posts.views"}, "tags": {"count": "posts.tags.name", "distinct": true}}}',
    $$SELECT format('[{"n":%s,"views":%s,"tags":%s}]', (SELECT count(*) FROM authors), (SELECT sum(views) FROM posts WHERE author_id IS NOT NULL),
    (SELECT count(DISTINCT j.tag_id) FROM posts_tags j JOIN posts p ON p.id = j.post_id WHERE p.author_id IS NOT NULL))$$);
SELECT grouped('Sample', '{"group_by": ["positive"], "aggregate": {"n": {"count": "*"}, "children": {"count": "children"}}, "order_by": ["positive"]}',
    $$SELECT '[' || string_agg(to_json(x)::text, ',' ORDER BY positive) || ']' FROM (SELECT positive, count(DISTINCT s.id) AS n, count(c.id) AS children
    FROM samples s LEFT JOIN children c ON c.sample_id = s.id GROUP BY 1) x$$);
SELECT grouped('Post', '{"group_by": ["author.name"], "order_by": ["author.name"]}',
    $$SELECT '[' || string_agg(to_json(x)::text, ',' ORDER BY x) || ']' FROM (SELECT DISTINCT a.name AS "author.name" FROM posts p LEFT JOIN authors a ON a.id = p.author_id) x$$);

-- The verdict
\pset format unaligned
SELECT * FROM o_verdict;
SELECT * FROM o_never('compute', 'where', 'group_by', 'aggregate', 'having', 'order_by', 'limit', 'count', 'sum', 'avg', 'min', 'max', 'bool_and', 'bool_or',
    'array_agg', 'string_agg', 'distinct', 'separator');
SELECT * FROM o_differences;
\pset format aligned

\c :regression
DROP DATABASE regress_orm_query_oracle_aggregate;
