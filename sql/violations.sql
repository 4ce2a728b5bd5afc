-- orm.violations: everything that is wrong, for programs. What it finds is what the write itself raises.
\set SHOW_CONTEXT never
CREATE SCHEMA violations;
SET search_path = violations;
\pset tuples_only on
\pset format unaligned
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('name', 'text', nullable => false),
	orm.column('email', 'text'), orm.column('code', 'text'), orm.column('size', 'positive'), orm.column('low', 'integer'), orm.column('high', 'integer'),
	orm.unique('email'), orm.unique('code', is_deferrable => true, initially_deferred => true),
	orm.validates('email', matches => '@', message => 'is not an e-mail address'), orm.validates('name', min_length => 2),
	orm.check('in_order', 'low < high'), orm.has_many('posts', 'Post', back_populates => 'author'));
SELECT orm.model('Post', 'posts', orm.column('id', 'integer', primary_key => true, identity => 'none'), orm.column('title', 'varchar(5)', nullable => false),
	orm.belongs_to('author', 'Author', back_populates => 'posts'), orm.validates('title', presence => true));
SELECT count(*) > 0 FROM orm.create_all();
SELECT orm.create('Author', '{"id": 1, "name": "Ana", "email": "a@b", "code": "a"}') IS NOT NULL;
CREATE FUNCTION violations(object text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT e::text FROM json_array_elements(orm.violations('Author', object::orm.document)) e $$;
SELECT orm.violations('Author', '{"id": 2, "name": "Eva", "email": "e@b"}');
SELECT orm.violations('Author', '[]');
SELECT * FROM violations('{"id": 2}');
SELECT * FROM violations('{"id": 2, "name": null, "email": "x"}');
SELECT * FROM violations('{"id": 2, "name": "E", "email": "a@b", "code": "a", "size": -1, "low": 2, "high": 1}');
SELECT * FROM violations('{"id": 2, "name": "Eva", "nme": 1, "low": "x", "high": 99999999999}');
SELECT * FROM violations('[{"id": 2, "name": "Eva", "email": "e@b"}, {"id": 3, "name": "Ida", "email": "e@b"}, {"id": 4}]');
SELECT * FROM violations('{"id": 2, "name": "Eva", "posts": [{"id": 1, "title": " "}, {"id": 2}, {"id": 3, "title": "too long"}]}');
SELECT e::text FROM json_array_elements(orm.violations('Post', '{"id": 1, "title": "x", "author_id": 7}')) e;
SELECT * FROM violations('{"id": 2, "name": "Eva", "posts": {"$disconnect": [{"id": 9}]}}');
SELECT orm.validate('Author', '{"id": 2, "name": "E", "email": "x"}');
SELECT count(*) FROM authors;

-- the oracle: SQLSTATE and place of the write of one mistake are those of the only violation
CREATE FUNCTION agree(object text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found json = orm.violations('Author', object::orm.document) -> 0;
	message text;
BEGIN
	PERFORM orm.save('Author', object::orm.document);
	SET CONSTRAINTS ALL IMMEDIATE;
	RETURN CASE WHEN found IS NULL THEN 'agree' ELSE 'not raised: ' || found END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
	RETURN CASE WHEN SQLSTATE = found ->> 'sqlstate' THEN 'agree: ' || SQLSTATE ELSE SQLSTATE || ': ' || message || coalesce(found::text, 'nothing') END;
END
$$;
SELECT object, agree(object) FROM (VALUES ('{"id": 5, "name": "Eva"}'), ('{"id": 6}'), ('{"id": 6, "name": "E"}'), ('{"id": 6, "name": "Eva", "email": "x"}'),
	('{"id": 6, "name": "Eva", "email": "a@b"}'), ('{"id": 6, "name": "Eva", "code": "a"}'), ('{"id": 6, "name": "Eva", "size": 0}'),
	('{"id": 6, "name": "Eva", "low": 3, "high": 2}'), ('{"id": 6, "name": "Eva", "low": "x"}'), ('{"id": 6, "name": "Eva", "nme": "x"}'),
	('{"id": 6, "name": "Eva", "posts": [{"id": 1, "title": ""}]}')) v(object);

-- the option "validate": one error with everything, nothing is written
CREATE FUNCTION all_at_once(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE command;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ': ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;
SELECT all_at_once($$SELECT orm.save('Author', '[{"id": 2, "name": "E", "email": "x"}, {"id": 3, "posts": [{"id": 1, "title": ""}]}]', '{"validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.create('Author', '{"id": 1, "name": "Eva"}', '{"validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.create('Author', '{"id": 2, "name": "E"}', '{"validate": "all", "dry_run": true}')$$);
SELECT all_at_once($$SELECT orm.batch('[["create", "Author", {"id": 2, "name": "E", "low": "x"}, {"validate": "all"}]]')$$);
SELECT all_at_once($$SELECT orm.create('Author', '{"id": 8, "name": "Eva"}', '{"validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.create('Author', '{"id": 9, "name": "Eva"}', '{"validate": "first"}')$$);
SELECT all_at_once($$SELECT orm.create('Author', '{"id": 9, "name": "Eva"}', '{"validate": true}')$$);
SELECT all_at_once($$SELECT orm.update('Author', 1, '{"name": "E", "email": "x"}', '{"validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.update('Author', 1, ' {"id": 1, "name": "E", "posts": [{"id": 7}]}', '{"validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.update('Author', 1, '{"low": 3}', '{"validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.update('Author', 1, '{}', '{"validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.update('Author', 77, '{"low": 3}', '{"validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.upsert('Author', '{"name": "E"}', options => '{"validate": "all"}')$$);
SELECT id FROM authors ORDER BY id;
CREATE FUNCTION author_put(name text, email text) RETURNS void LANGUAGE orm
	AS 'upsert Author {"name": {"$": "name"}, "email": {"$": "email"}} ["email"] {"validate": "all"}';
SELECT all_at_once($$SELECT author_put('E', 'a@b')$$);
CREATE FUNCTION author_set(id integer, name text) RETURNS void LANGUAGE orm AS 'update Author {"name": {"$": "name"}, "low": 9} {"validate": "all"}';
SELECT all_at_once($$SELECT author_set(1, 'E')$$);

-- upserts: the row is the one of the conflict target. The oracle is the write without the option
CREATE FUNCTION upserts(object text, conflict_on text[] = '{}', more json = '{}', model text = 'Author') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	raised text;
	message text;
BEGIN
	BEGIN
		PERFORM orm.upsert(model, object::orm.document, conflict_on, more::text::orm.document);
		SET CONSTRAINTS ALL IMMEDIATE;
		RAISE EXCEPTION USING ERRCODE = 'ORMOK';
	EXCEPTION WHEN OTHERS THEN
		raised = SQLSTATE;
	END;
	BEGIN
		PERFORM orm.upsert(model, object::orm.document, conflict_on, (more::jsonb || '{"validate": "all"}')::text::orm.document);
		SET CONSTRAINTS ALL IMMEDIATE;
		RAISE EXCEPTION USING ERRCODE = 'ORMOK', MESSAGE = 'ok';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = PG_EXCEPTION_DETAIL;
		RETURN NEXT format('%s: %s %s', CASE WHEN raised = SQLSTATE THEN 'agree' ELSE 'write raises ' || raised END, SQLSTATE, SQLERRM);
		IF message ~ '^\[\{' THEN
			RETURN QUERY SELECT format('  %s %s %s %s', e ->> 'path', e ->> 'rule', e ->> 'sqlstate', e ->> 'message') FROM json_array_elements(message::json) e;
		END IF;
	END;
END
$$;
SELECT v.object, v.conflict_on, v.more, u FROM (VALUES
	(1, '{"email": "a@b", "low": 3}', '{email}'::text[], '{}'::json), (2, '{"email": "a@b", "name": "E", "size": -1}', '{}', '{}'),
	(3, '{"email": "new@b", "low": 3}', '{email}', '{}'), (4, '{"email": "new@b", "id": 20, "name": "Eva"}', '{email}', '{}'),
	(5, '{"email": "a@b", "id": 1}', '{}', '{}'), (6, '{"name": "Eva"}', '{email}', '{}'), (7, '{"email": "a@b"}', '{name}', '{}'),
	(8, '[{"email": "a@b", "low": 3}, {"email": "a@b", "low": 4}]', '{email}', '{}'),
	(9, '[{"email": "a@b", "low": 3}, {"email": "n@b", "id": 21, "name": "E"}, {"email": "x", "id": 22}]', '{email}', '{}'),
	(10, '{"email": "a@b", "name": "E"}', '{email}', '{"on_conflict": "ignore"}'), (11, '{"email": "a@b", "name": "E"}', '{email}', '{"where": {"name": "Eva"}}'),
	(12, '{"email": "a@b", "name": "E"}', '{email}', '{"where": {"name": "Ana"}}'), (13, '{"email": "n@b", "id": 23, "name": "E"}', '{email}', '{"where": {"name": "Ana"}}'),
	(14, '{"id": 8, "email": "a@b"}', '{id}', '{}'), (15, '{"id": 8, "low": "x", "name": "Eva"}', '{id}', '{}'), (16, '{"id": "x", "low": "x"}', '{id}', '{}'),
	(17, '{"email": "a@b", "posts": [{"id": 3, "title": ""}, {"id": 4}]}', '{email}', '{}'), (18, '{"email": "a@b", "low": {"$inc": 1}}', '{email}', '{}'),
	(19, '{"email": "n@b", "low": {"$inc": 1}}', '{email}', '{}'), (20, '{"email": "a@b", "$etag": "no"}', '{email}', '{}'),
	(21, '{"email": "a@b", "nme": 1}', '{email}', '{}')) v(n, object, conflict_on, more), upserts(v.object, v.conflict_on, v.more) u ORDER BY n;
SELECT v.object, u FROM (VALUES ('{"id": 31, "title": "x", "author": {"email": "a@b", "id": 40, "name": "Zoe"}}'), ('{"id": 31, "title": " ", "author": {"id": 1}}'),
	('{"id": 31, "title": "x", "author_id": 77}')) v(object), upserts(v.object, '{id}', model => 'Post') u;
-- orm.create with "on_conflict" is one, too
SELECT all_at_once($$SELECT orm.create('Author', '{"email": "a@b", "low": 3}', '{"on_conflict": "update", "validate": "all", "return": {"select": ["id", "low"]}}')$$);
SELECT all_at_once($$SELECT orm.create('Author', '{"id": 30, "name": "Eva", "email": "a@b"}', '{"on_conflict": "ignore", "validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.create('Author', '{"id": 30, "name": "E", "email": "a@b"}', '{"on_conflict": "update", "validate": "all"}')$$);
SELECT all_at_once($$SELECT orm.update_where('Author', '{}', '{"name": "E"}', options => '{"validate": "all"}')$$);
-- a key that is null in a patch is not given: of the call, with "validate" and without
CREATE TABLE wares (shop int, no int, pos int, note text, PRIMARY KEY (shop, no));
INSERT INTO wares VALUES (1, 1, 1, 'a');
SELECT count(*) > 0 FROM orm.map('violations.wares', 'Ware');
SELECT p, all_at_once(format('SELECT orm.update(%L, %L, %L)', 'Ware', '{"shop": 1, "no": 1}', p)), all_at_once(format('SELECT orm.update(%L, %L, %L, %L)', 'Ware', '{"shop": 1, "no": 1}', p, '{"validate": "all"}'))
FROM unnest(ARRAY['{"shop": null, "no": null, "pos": 7}', '{"no": null, "pos": 8, "note": null}', '{"shop": null, "no": 1, "note": "\"\u00e9"}', '{"no": null}', '{}', '{"shop": null, "pos": "x"}']) p;
SELECT id, name, email, low FROM authors ORDER BY id;
SET client_min_messages = warning;
DROP SCHEMA violations CASCADE;
