--
-- Scopes, filters and orders follow columns that are renamed
--
CREATE SCHEMA scope_renames;
SET search_path = scope_renames, public;

SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'),
	orm.has_many('posts', 'Post', order_by => '["-rank"]', filter => '{"or": [{"rank": {"gt": 0}}, {"not": {"rank": -9}}]}'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true), orm.column('rank', 'integer'),
	orm.column('draft', 'boolean'), orm.column('state', 'text', attribute => 'status'), orm.column('status', 'text', attribute => 'note'),
	orm.belongs_to('author', 'Author', foreign_key => 'author_id'),
	orm.scope('shown', '{"where": {"and": [{"draft": false}, {"$expr": {"=": ["id", "id"]}}]}, "order_by": ["rank", {"by": "draft", "desc": true}, "author.name"]}', is_default => true),
	orm.scope('top', '{"where": {"rank": {"ge": 5}, "status": "x", "author": {"name": "Ana"}}, "order_by": ["-rank"], "limit": 3}'));
SELECT count(*) > 0 AS created FROM orm.create_all();
INSERT INTO authors VALUES (1, 'Ana');
INSERT INTO posts VALUES (1, 5, false, 'x', 'y', 1), (2, 6, true, 'x', 'y', 1), (3, 7, false, 'z', 'y', 1);
SELECT orm.all('Post', '{"select": ["id"]}');
SELECT p.id FROM authors a, posts(a) p ORDER BY p.id;

ALTER TABLE posts RENAME draft TO hidden_draft;
ALTER TABLE posts RENAME rank TO place;
SELECT prosrc FROM pg_proc WHERE oid = 'scope_renames.post_model'::regproc;
SELECT prosrc FROM pg_proc WHERE oid = 'scope_renames.author_model'::regproc;
SELECT orm.all('Post', '{"select": ["id"]}');
SELECT orm.all('Post', '{"scope": "top", "select": ["id"]}');
SELECT orm.all('Author', '{"load": {"posts": {"select": ["id"]}}}');
SELECT p.id FROM authors a, posts(a) p ORDER BY p.id;
SELECT model_name, rule, object FROM orm.lint() WHERE rule LIKE 'broken%' ORDER BY 1, 2, 3;
SELECT count(*) FROM orm.diff('Post');

-- a name that is an attribute's own stays, whatever columns are called
ALTER TABLE posts RENAME status TO remark;
ALTER TABLE posts RENAME state TO condition;
SELECT prosrc LIKE '%"status": "x"%' AS stays FROM pg_proc WHERE oid = 'scope_renames.post_model'::regproc;
SELECT orm.all('Post', '{"scope": "top", "select": ["id", "status", "note"]}');

-- names in expressions and of other models are not followed: they are broken, and orm.lint says so
ALTER TABLE authors RENAME name TO full_name;
SELECT rule, object FROM orm.lint('Post') WHERE rule LIKE 'broken%' ORDER BY 1, 2;
ALTER TABLE authors RENAME full_name TO name;
SELECT rule, object FROM orm.lint('Post') WHERE rule LIKE 'broken%' ORDER BY 1, 2;

-- two renames at once, and in a transaction that is undone
BEGIN;
ALTER TABLE posts RENAME place TO x;
ALTER TABLE posts RENAME x TO y;
SELECT orm.all('Post', '{"select": ["id"]}');
ROLLBACK;
SELECT orm.all('Post', '{"select": ["id"]}');

-- what goes is 42703 at use
ALTER TABLE posts DROP COLUMN place;
SELECT orm.all('Post', '{"scope": "top", "select": ["id"]}');

SET client_min_messages = warning;
DROP SCHEMA scope_renames CASCADE;
