-- Deferred attributes: left out of every document unless selected by name. Oracle: the same document with the attribute omitted.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA attribute_deferred;
SET search_path = attribute_deferred;
SET client_min_messages = warning;

-- What a statement is refused with: SQLSTATE, message, DETAIL, HINT.
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

-- one model with a table of its own, one on a table that is there, one on a view
SELECT orm.model('Author', 'authors',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('name', 'text', nullable => false),
    orm.column('bio', 'text', deferred => true),
    orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT orm.model('Post', 'posts',
    orm.column('id', 'integer', primary_key => true, identity => 'none'),
    orm.column('title', 'text'),
    orm.column('body', 'text', deferred => true, attribute => 'text'),
    orm.belongs_to('author', 'Author', back_populates => 'posts'));
SELECT count(*) > 0 FROM orm.create_all();
CREATE VIEW views AS SELECT id, name, bio FROM authors;
SELECT count(*) > 0 FROM orm.map('attribute_deferred.views', 'View',
    orm.column('bio', deferred => true), orm.primary_key('id'));

-- what writes return
SELECT orm.create('Author', '{"id": 1, "name": "Ada", "bio": "long", "posts": [{"id": 10, "title": "t", "text": "words"}]}');
SELECT orm.update('Author', '1', '{"bio": "longer"}');
SELECT orm.save('Author', '[{"id": 1, "name": "Ada", "bio": "b"}, {"id": 2, "name": "Bob", "bio": null}]');
SELECT orm.upsert('Author', '{"id": 2, "name": "Bob", "bio": "bob"}');
SELECT orm.update('Author', '2', '{"name": "Bo"}', '{"return": {"select": ["name", "bio"]}}');
SELECT orm.create('Author', '{"id": 3, "name": "Cid", "bio": "c"}', '{"dry_run": true}');
SELECT orm.flush('{"add": [{"model": "Author", "object": {"id": 4, "name": "Dee", "bio": "d"}}]}');
SELECT orm.add('Author', '{"id": 5, "name": "Eve", "bio": "e"}');
SELECT orm.flush();
SELECT orm.delete('Author', '5', '{"return": {}}');
-- a save of what was read leaves it as it is
SELECT orm.save('Author', orm.get('Author', 1)::text::orm.document, '{"action": true}');
SELECT orm.update_where('Author', '{"where": {"bio": "b"}}', '{"bio": "ada"}');

-- what readers return
SELECT orm.get('Author', 1);
SELECT orm.get('Author', 1, '{"select": ["*"]}');
SELECT orm.get('Author', 1, '{"select": ["bio", "*"]}');
SELECT orm.all('Author', '{"order_by": ["id"]}')::jsonb = orm.all('Author', '{"order_by": ["id"], "select": ["*", "bio"], "omit": ["bio"]}')::jsonb;
SELECT orm.all('View', '{"order_by": ["-bio"], "limit": 1}');
SELECT orm.first('Post', '{"load": {"author": {"load": ["posts"]}}}');
SELECT orm.page('Author', '{"order_by": ["bio"], "limit": 2}')::jsonb -> 'items';
SELECT orm.all('Author', '{"where": {"bio": {"contains": "d"}}, "order_by": ["bio"], "compute": {"b": {"upper": ["bio"]}}}');
SELECT orm.aggregate('Author', '{"aggregate": {"n": {"count": "bio"}, "last": {"max": "bio"}}}');
-- an etag covers it
SELECT orm.get('Author', 1, '{"etag": true}')::jsonb ->> '$etag' = orm.etag(a) FROM authors a WHERE id = 1;

-- rows are whole
SELECT * FROM orm.rows(NULL::authors, '{"where": {"id": 1}}');
SELECT * FROM author_find(1);
SELECT * FROM author_create(id => 6, name => 'Fay', bio => 'f');
CREATE FUNCTION author_named(name text) RETURNS SETOF authors LANGUAGE orm STABLE AS 'filter_by Author';
SELECT * FROM author_named('Fay');
CREATE FUNCTION authors_of(n text) RETURNS json LANGUAGE orm STABLE AS 'all Author {"where": {"name": {"$": "n"}}}';
SELECT authors_of('Fay');
CREATE FUNCTION author_make(id int, name text, bio text) RETURNS json LANGUAGE orm AS 'create Author';
SELECT author_make(7, 'Gil', 'g');
CREATE TABLE log (n int);
CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO log VALUES (1); RETURN NULL; END$$;
CREATE TRIGGER logs AFTER INSERT OR UPDATE ON authors FOR EACH ROW EXECUTE FUNCTION logs();
SELECT author_make(8, 'Hal', 'h');
SELECT orm.create('Author', '{"id": 9, "name": "Ida", "bio": "i"}');
DROP TRIGGER logs ON authors;

-- described, and made again from the description
SELECT orm.describe('Author')::jsonb #> '{elements,2}';
SELECT orm.describe('Post')::jsonb #> '{elements,2}';
SELECT orm.describe('View')::jsonb #> '{elements,2}';
ALTER TABLE authors RENAME COLUMN bio TO life;
SELECT orm.get('Author', 1);
SELECT orm.describe('Author')::jsonb #> '{elements,2}';
SELECT orm.get('Author', 1, '{"select": ["life"]}');
-- declared anew without it
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('name', 'text', nullable => false),
    orm.column('life', 'text', deferred => false), orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT orm.get('Author', 1);
SELECT refused($$SELECT orm.model('X', 'x', orm.column('id', 'integer', primary_key => true, identity => 'none')), orm.model('{"model": "X", "table": "x", "elements": [{"column": {"name": "id", "type": "integer", "deferred": "yes"}}]}')$$);
SELECT refused($$SELECT orm.model('X', 'x', orm.column('id', 'integer', primary_key => true, deferred => true))$$);
SELECT refused($$SELECT orm.model('X', 'x', orm.column('id', 'integer'), orm.column('k', 'integer', deferred => true), orm.primary_key('id', 'k'))$$);

DROP SCHEMA attribute_deferred CASCADE;
