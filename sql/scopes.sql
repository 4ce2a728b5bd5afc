-- Named scopes: queries that a model has by name.
CREATE SCHEMA scopes;
SET search_path = scopes, orm;
SET client_min_messages = warning;
SET timezone = 'UTC';

SELECT orm.model('ScAuthor', 'sc_authors',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('name', 'text', nullable => false),
    orm.column('active', 'boolean', nullable => false),
    orm.has_many('posts', 'ScPost'),
    orm.scope('active', '{"where": {"active": true}}'));
SELECT orm.model('ScPost', 'sc_posts',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('title', 'text'),
    orm.column('published', 'boolean'),
    orm.column('written', 'timestamptz'),
    orm.column('score', 'integer'),
    orm.belongs_to('author', 'ScAuthor'),
    orm.scope('published', '{"where": {"published": true}}'),
    orm.scope('since', '{"parameters": ["day"], "where": {"written": {"ge": {"$": "day"}}}}'),
    orm.scope('scored', '{"parameters": ["from", "among"], "where": {"or": [{"score": {"ge": {"$": "from"}}}, {"score": {"in": {"$": "among"}}}]}}'),
    orm.scope('top', '{"parameters": ["n"], "scope": ["published"], "order_by": ["-score", "id"], "limit": {"$": "n"}}'),
    orm.scope('doubled', '{"compute": {"double": {"*": ["score", 2]}}, "where": {"double": {"ge": 4}}, "order_by": ["-double"]}'),
    orm.scope('signed', '{"load": {"author": {"select": ["name"], "scope": "active"}}, "where": {"author": {"$scope": "active"}}}'),
    orm.scope('listed', '{"where": {"title": {"in": ["a", "c", "e''"]}}}'));
SELECT count(*) > 0 AS created FROM orm.create_all();

INSERT INTO sc_authors VALUES (1, 'Ana', true), (2, 'Bo', false);
INSERT INTO sc_posts (id, title, published, written, score, author_id) VALUES
    (1, 'a', true, '2026-01-01', 1, 1), (2, 'b', false, '2026-02-01', 2, 1), (3, 'c', true, '2026-03-01', 3, 2),
    (4, 'd', true, '2026-04-01', NULL, 2), (5, 'e''', NULL, '2026-05-01', 5, 1);

-- by name, several, and with arguments
SELECT orm.all('ScPost', '{"scope": "published", "select": ["id"]}');
SELECT orm.all('ScPost', '{"scope": ["published", {"since": {"day": "2026-02-15"}}], "select": ["id"]}');
SELECT orm.all('ScPost', '{"scope": [{"since": {"day": "2026-02-15"}, "scored": {"from": 5, "among": [3, null]}}], "select": ["id"]}');
SELECT orm.all('ScPost', '{"scope": {"since": {"day": {"$": "from"}}}, "select": ["id"]}', '{"from": "2026-04-15"}');
SELECT orm.all('ScPost', '{"scope": "listed", "select": ["id"]}');

-- order and limit of the scope, and the query's own
SELECT orm.all('ScPost', '{"scope": [{"top": {"n": 2}}], "select": ["id"]}');
SELECT orm.all('ScPost', '{"scope": [{"top": {"n": 2}}], "order_by": ["id"], "select": ["id"]}');
SELECT orm.all('ScPost', '{"scope": [{"top": {"n": 2}}], "limit": 1, "select": ["id"]}');
SELECT orm.page('ScPost', '{"scope": [{"top": {"n": 1}}], "select": ["id"], "total": true}')::jsonb - 'next' - 'previous' - 'end' - 'start';
SELECT orm.count('ScPost', '{"scope": [{"top": {"n": 1}}]}');

-- computed names, loads
SELECT orm.all('ScPost', '{"scope": "doubled", "select": ["id"]}');
SELECT orm.all('ScPost', '{"scope": "signed", "select": ["id"]}');
SELECT orm.all('ScPost', '{"scope": "signed", "load": {"author": {"select": ["id"]}}, "select": ["id"]}');

-- at every level
SELECT orm.all('ScAuthor', '{"select": ["id"], "load": {"posts": {"scope": [{"top": {"n": 1}}], "select": ["id"]}}}');
SELECT orm.all('ScAuthor', '{"select": ["id"], "where": {"posts": {"any": {"$scope": ["published", {"since": {"day": "2026-02-15"}}]}}}}');
SELECT orm.all('ScAuthor', '{"select": ["id"], "where": {"posts": {"none": {"$scope": {"scored": {"from": 5, "among": []}}}}}}');
SELECT orm.all('ScPost', '{"select": ["id"], "where": {"or": [{"$scope": "published"}, {"id": 2}]}}');
SELECT orm.aggregate('ScPost', '{"scope": "published", "aggregate": {"n": {"count": "*"}}}');
SELECT orm.exists('ScPost', '{"scope": {"since": {"day": "2027-01-01"}}}');
SELECT orm.get('ScPost', 2, '{"scope": "published"}'), orm.get('ScPost', 1, '{"scope": "published", "select": ["id"]}');
BEGIN;
SELECT orm.update_where('ScPost', '{"scope": [{"top": {"n": 1}}], "where": {}}', '{"title": "first"}');
SELECT orm.delete_where('ScPost', '{"scope": "published", "where": {}}');
SELECT id, title FROM sc_posts ORDER BY id;
ROLLBACK;
SELECT orm.create('ScPost', '{"id": 9, "score": 7}', '{"return": {"select": ["id"], "load": {"author": true}}}');
DELETE FROM sc_posts WHERE id = 9;

-- LANGUAGE orm: an argument left out takes the condition away
CREATE FUNCTION sc_recent(day timestamptz DEFAULT orm.unset(NULL::timestamptz)) RETURNS SETOF sc_posts STABLE LANGUAGE orm
    AS 'all ScPost {"scope": ["published", {"since": {"day": {"$": "day"}}}]}';
SELECT id FROM sc_recent('2026-02-15') ORDER BY id;
SELECT id FROM sc_recent() ORDER BY id;

-- what is sent
SELECT orm.sql('ScPost', '{"scope": ["listed", {"since": {"day": "2026-02-15"}}], "select": ["id"]}');

-- described, and declared again from it
SELECT e -> 'scope' FROM jsonb_array_elements(orm.describe('ScPost')::jsonb -> 'elements') e WHERE e ? 'scope' LIMIT 2;
SELECT * FROM orm.extend('ScPost', orm.scope('published', '{"where": {"published": true, "score": {"ne": null}}}'));
SELECT orm.count('ScPost', '{"scope": "published"}');
SELECT * FROM orm.drop_element('ScPost', 'scope', 'listed');
SELECT orm.count('ScPost', '{"scope": "listed"}');
SELECT * FROM orm.drop_element('ScPost', 'scope', 'listed');

-- bad uses
SELECT orm.all('ScPost', '{"scope": "publishd"}');
SELECT orm.all('ScPost', '{"scope": ["since"]}');
SELECT orm.all('ScPost', '{"scope": {"since": {"days": 1}}}');
SELECT orm.all('ScPost', '{"scope": {"since": {"day": "soon"}}}');
SELECT orm.all('ScPost', '{"scope": {"since": {"day": {"$attribute": "written"}}}}');
SELECT orm.all('ScPost', '{"scope": {"since": 1}}');
SELECT orm.all('ScPost', '{"scope": 1}');
SELECT orm.all('ScPost', '{"unscoped": "published"}');
SELECT orm.all('ScPost', '{"where": {"$scope": "doubled"}}');
SELECT orm.all('ScPost', '{"where": {"$unscoped": true}}');
SELECT orm.all('ScPost', '{"scope": [], "scop": "x"}');

-- bad declarations
SELECT orm.model('ScBad', 'sc_bad', orm.column('id', 'integer', primary_key => true), orm.scope('a', '{"wher": {}}'));
SELECT orm.model('ScBad', 'sc_bad', orm.column('id', 'integer', primary_key => true), orm.scope('a', '[]'));
SELECT orm.model('ScBad', 'sc_bad', orm.column('id', 'integer', primary_key => true), orm.scope('a', '{}'), orm.scope('a', '{}'));
SELECT orm.model('ScBad', 'sc_bad', orm.column('id', 'integer', primary_key => true), orm.scope('a', '{"scope": "b"}'));
SELECT orm.model('ScBad', 'sc_bad', orm.column('id', 'integer', primary_key => true), orm.scope('a', '{"scope": "b"}'), orm.scope('b', '{"scope": ["a"]}'));
SELECT orm.model('ScBad', 'sc_bad', orm.column('id', 'integer', primary_key => true), orm.scope('a', '{"parameters": ["x", "x"]}'));
SELECT * FROM orm.extend('ScPost', orm.scope('a', '{"where": {"titel": "x"}}'));
SELECT * FROM orm.extend('ScPost', orm.scope('a', '{"where": {"title": {"$": "x"}}}'));
-- parameters are looked at before there is a table
SELECT orm.model('ScNone', 'sc_none', orm.column('id', 'integer', primary_key => true), orm.scope('a', '{"where": {"or": [{"id": 1}, {"id": {"gt": {"$": "x"}}}]}}', is_default => true));
SELECT orm.model('ScNone', 'sc_none', orm.column('id', 'integer', primary_key => true), orm.scope('a', '{"where": {"id": {"gt": {"$": "x"}}}, "parameters": ["y"]}'));
SELECT * FROM orm.extend('ScPost', orm.scope('a', '{"where": {"score": "many"}}'));
SELECT * FROM orm.extend('ScPost', orm.scope('a', '{"where": {"$scope": "a"}}'));

-- a column that goes
ALTER TABLE sc_posts DROP COLUMN published;
SELECT orm.all('ScPost', '{"scope": "published"}');
SELECT rule, object, message FROM orm.lint('ScPost') WHERE rule = 'broken_scope';

DROP SCHEMA scopes CASCADE;
