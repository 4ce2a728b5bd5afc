-- Unique keys of models with orm.soft_delete: partial indexes, upserts, restore, migrations.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA soft_delete_keys;
SET search_path = soft_delete_keys, public;

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
CREATE FUNCTION keys(OUT name name, OUT "constraint" text, OUT predicate text) RETURNS SETOF record LANGUAGE sql AS $$
  SELECT c.relname, pg_get_constraintdef(k.oid), pg_get_expr(i.indpred, i.indrelid)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype <> 'f'
  WHERE i.indrelid = to_regclass('users') ORDER BY 1 $$;

-- A unique key is a partial index, unless a foreign key refers to it, or it is deferrable.
CREATE FUNCTION declare(VARIADIC more orm.document[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT orm.model('User', 'users', VARIADIC ARRAY[orm.column('id', 'integer', primary_key => true),
    orm.column('email', 'text', is_unique => true), orm.column('code', 'text'), orm.column('a', 'integer'),
    orm.column('b', 'integer'), orm.column('c', 'integer'), orm.unique('a', 'b'), orm.unique('code'),
    orm.unique(column_name => 'c', is_deferrable => true)] || more) $$;
SELECT declare(orm.soft_delete());
SELECT orm.model('Ref', 'refs', orm.column('id', 'integer', primary_key => true),
  orm.column('user_code', 'text', foreign_key => 'User.code'));
SELECT count(*) > 0 FROM orm.create_all();
SELECT * FROM keys();
SELECT e FROM json_array_elements(orm.describe('User') -> 'elements') e;
SELECT action, object FROM orm.diff();
SELECT pending FROM orm.models WHERE model = 'User';

SELECT object, message FROM orm.lint('User') WHERE rule = 'key_of_deleted_rows';

-- A deleted row does not hold its key.
SELECT orm.create('User', '{"email": "x", "a": 1, "b": 1}') ->> 'id' AS id;
SELECT try($$SELECT orm.create('User', '{"email": "x"}')$$);
SELECT orm.delete('User', 1);
SELECT orm.create('User', '{"email": "x"}') ->> 'id' IS NOT NULL;
SELECT try($$SELECT orm.restore('User', 1)$$);
SELECT orm.upsert('User', '{"email": "x", "b": 7}', '{email}') ->> 'b' AS b;
SELECT orm.delete_where('User', '{"where": {"email": "x"}}');
SELECT orm.upsert('User', '[{"email": "x", "b": 8}, {"email": "y", "b": 9}]', '{email}') IS NOT NULL;
SELECT email, b, deleted_at IS NOT NULL AS deleted FROM users ORDER BY id;
SELECT orm.create('User', '{"code": "k"}') ->> 'code' AS code;
SELECT orm.delete_where('User', '{"where": {"code": "k"}}');
SELECT try($$SELECT orm.upsert('User', '{"code": "k", "b": 1}', '{code}')$$);
SELECT orm.purge('User', now()) > 0;

-- Without the element the keys are constraints again, and with it indexes; what is declared is all there is.
SELECT declare();
SELECT action, object FROM orm.diff();
SELECT state, action, object FROM orm.migrate('{"allow_destructive": true}');
SELECT * FROM keys();
SELECT count(*) FROM orm.diff();
SELECT action FROM orm.extend('User', orm.soft_delete(revive => true));
SELECT action, object FROM orm.diff();
SELECT migration AS last FROM orm.migrate() LIMIT 1 \gset
SELECT * FROM keys();
SELECT count(*) FROM orm.diff();
SELECT state, action, object FROM orm.migrate(format('{"undo": %s, "allow_destructive": true}', :last)::json);
SELECT * FROM keys();
SELECT count(*) FROM orm.migrate();
SELECT action FROM orm.extend('User', orm.soft_delete(revive => true));
SELECT count(*) > 0 FROM orm.migrate();

-- An upsert revives the row that was deleted last, if none is there.
DELETE FROM users;
SELECT orm.create('User', '{"email": "r", "b": 1}') IS NOT NULL, orm.delete_where('User', '{"where": {}}');
SELECT orm.create('User', '{"email": "r", "b": 2}') IS NOT NULL, orm.delete_where('User', '{"where": {}}');
SELECT orm.upsert('User', '{"email": "r", "a": 5}', '{email}') ->> 'b' AS b;
SELECT orm.upsert('User', '{"email": "r", "a": 6}', '{email}', '{"action": true}') ->> '$action' AS action;
SELECT b, a, deleted_at IS NOT NULL AS deleted FROM users ORDER BY id;
SELECT orm.delete_where('User', '{"where": {}}');
SELECT orm.upsert('User', json_build_object('id', max(id), 'b', 3)::orm.document) ->> 'b' AS b FROM users;
SELECT b, a, deleted_at IS NOT NULL AS deleted FROM users ORDER BY id;

-- On mapped tables constraints stay, and describe says so; a table made of it has them, too.
CREATE TABLE things (id int PRIMARY KEY, name text UNIQUE, n int, m int, gone boolean, UNIQUE (n, m));
CREATE UNIQUE INDEX things_m_key ON things (m) WHERE gone IS NOT TRUE;
SELECT count(*) > 0 FROM orm.map('things', 'Thing', orm.soft_delete('gone'));
SELECT e FROM json_array_elements(orm.describe('Thing') -> 'elements') e;
SELECT orm.create('Thing', '{"id": 1, "name": "a", "m": 1}') IS NOT NULL, orm.delete('Thing', 1);
SELECT try($$SELECT orm.upsert('Thing', '{"id": 2, "name": "a"}', '{name}')$$);
SELECT try($$SELECT orm.upsert('Thing', '{"id": 2, "m": 1}', '{m}')$$);
SELECT orm.describe('Thing') AS described \gset
DROP TABLE things CASCADE;
SELECT orm.declare(json_build_object('models', json_build_array(:'described'::json))::orm.document) IS NOT NULL;
SELECT count(*) > 0 FROM orm.create_table('Thing');
SELECT indexdef FROM pg_indexes WHERE tablename = 'things' ORDER BY 1;
SELECT action, object FROM orm.diff('Thing');

-- An index keeps its name when what it is named after gets another, and so does a constraint that is referred to.
SELECT orm.model('Old', 'olds', orm.column('id', 'integer', primary_key => true), orm.column('email', 'text', is_unique => true),
  orm.column('code', 'text', is_unique => true), orm.soft_delete());
SELECT orm.model('Use', 'uses', orm.column('id', 'integer', primary_key => true), orm.column('old_code', 'text', foreign_key => 'Old.code'));
SELECT count(*) > 0 FROM orm.create_all();
ALTER TABLE olds RENAME COLUMN email TO mail;
ALTER TABLE olds RENAME TO news;
SELECT count(*) FROM orm.diff();
SELECT e FROM json_array_elements(orm.describe('Old') -> 'elements') e WHERE e -> 'unique' IS NOT NULL;
SELECT orm.model('Old', 'people', orm.table_renamed_from('news'), orm.column('id', 'integer', primary_key => true),
  orm.column('post', 'text', is_unique => true, renamed_from => 'mail'),
  orm.column('key', 'text', is_unique => true, renamed_from => 'code'), orm.soft_delete());
SELECT orm.model('Use', 'uses', orm.column('id', 'integer', primary_key => true), orm.column('old_code', 'text', foreign_key => 'Old.key'));
SELECT action, object FROM orm.migrate() WHERE object LIKE '%people%' OR object LIKE '%news%';
SELECT count(*) FROM orm.diff();
SELECT c.relname, i.indpred IS NOT NULL AS partial FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'people'::regclass ORDER BY 1;

DROP SCHEMA soft_delete_keys CASCADE;
