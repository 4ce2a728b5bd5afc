-- orm.migrate with "keep": columns are renamed instead of dropped, come back when that is undone, and go later.
\set SHOW_CONTEXT never
\pset format unaligned
\pset null <null>
CREATE SCHEMA migrate_keep;
SET search_path = migrate_keep;
SET client_min_messages = warning;

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

-- A text with days as D.
CREATE FUNCTION dayless(value text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(value, '~kept~[0-9]{8}', '~kept~D', 'g') $$;
CREATE FUNCTION undo() RETURNS TABLE (sql text) LANGUAGE sql AS $$
    SELECT migrate_keep.dayless(sql) FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration))::text::orm.document)
$$;

SELECT orm.model('Country', 'countries', orm.column('code', 'text', primary_key => true));
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column('email', 'text', nullable => false, is_unique => true, server_default => '''x''', check_expr => 'email <> ''''', indexed => true),
    orm.column('n', 'integer', identity => 'always'), orm.column('twice', 'integer', generated => 'id * 2'),
    orm.belongs_to('country', 'Country', on_delete => 'cascade'), orm.check('both', 'n > 0 OR email <> ''y'''),
    orm.index('(lower(email))', name => 'authors_lower'));
SELECT count(*) > 0 AS made FROM orm.create_all();
INSERT INTO countries VALUES ('es'), ('cu');
INSERT INTO authors (email, country_id) VALUES ('a@x', 'es'), ('b@x', 'cu');
SELECT orm.describe('Author')::jsonb AS described, orm.schema_hash() AS hash \gset

SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true), orm.column('more', 'text'));
SELECT refused($$SELECT * FROM orm.migrate('{"not_renamed": true}')$$);
SELECT dayless(sql) AS sql, destructive, dayless(note) AS note FROM orm.migrate('{"keep": "30 days", "not_renamed": true}');
SELECT * FROM orm.diff();
SELECT attname = 'email~kept~' || to_char(current_date + 30, 'YYYYMMDD') AS named, attnotnull, atthasdef
    FROM pg_attribute WHERE attrelid = 'authors'::regclass AND attname LIKE 'email%';
SELECT dayless(object) AS unmanaged, note FROM orm.diff(options => '{"strict": true}');
SELECT * FROM orm.migrate('{"accept": ["Author"]}');
SELECT orm.describe('Author')::text LIKE '%kept%' AS described;
SELECT attribute FROM orm.attributes WHERE model = 'Author';
SELECT orm.create('Author', '{"more": "m"}'::orm.document);
SELECT orm.all('Author', '{"order_by": ["id"]}');
SELECT pg_get_function_arguments('author_create'::regproc) LIKE '%kept%' AS arguments;
SELECT id, more FROM author_find(1);
DELETE FROM countries WHERE code = 'cu';
SELECT count(*) FROM authors;
DELETE FROM authors WHERE more = 'm';
INSERT INTO countries VALUES ('cu');

-- they come back with their values
SELECT * FROM undo();
SELECT * FROM orm.diff();
SELECT orm.schema_hash() = :'hash' AS same_declarations,
    (SELECT jsonb_agg(e ORDER BY e::text) FROM jsonb_array_elements(orm.describe('Author')::jsonb -> 'elements') e) =
    (SELECT jsonb_agg(e ORDER BY e::text) FROM jsonb_array_elements(:'described'::jsonb -> 'elements') e) AS same_table;
SELECT e FROM jsonb_array_elements(orm.describe('Author')::jsonb -> 'elements') e EXCEPT SELECT * FROM jsonb_array_elements(:'described'::jsonb -> 'elements');
SELECT id, email, twice, country_id FROM authors ORDER BY id;

-- and go when they are due
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate('{"keep": "1 day"}');
SELECT note FROM orm.migration ORDER BY id DESC LIMIT 1;
SELECT * FROM orm.purge_dropped();
SELECT model_name, dayless(object) AS object, dayless(sql) AS sql, rows_affected FROM orm.purge_dropped(current_date + 1);
SELECT * FROM orm.purge_dropped(current_date + 1);
SELECT dayless(attname) FROM pg_attribute WHERE attrelid = 'authors'::regclass AND attnum > 0 AND NOT attisdropped;
SELECT refused('SELECT undo()');
TRUNCATE authors;
SELECT sql FROM undo();
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate('{"allow_destructive": true}');

-- names that are long or odd
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true),
    orm.column(repeat('ñ', 31), 'text'), orm.column('Od"d name', 'text'));
SELECT count(*) AS steps FROM orm.migrate();
INSERT INTO authors ("Od""d name") VALUES ('kept');
SELECT orm.model('Author', 'authors', orm.column('id', 'integer', primary_key => true));
SELECT count(*) AS steps FROM orm.migrate('{"keep": "1 month"}');
SELECT dayless(attname) FROM pg_attribute WHERE attrelid = 'authors'::regclass AND attname LIKE '%~kept~%' ORDER BY 1;
SELECT * FROM undo();
SELECT "Od""d name" FROM authors;

-- bad input
SELECT refused($$SELECT * FROM orm.migrate('{"keep": "soon"}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"keep": 30}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"keep": "0 days"}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"keep": "1 hour"}')$$);
SELECT refused($$SELECT * FROM orm.migrate('{"keep": "100 years"}')$$);
CREATE ROLE regress_orm_keep;
SET ROLE regress_orm_keep;
SELECT * FROM orm.purge_dropped('infinity');
RESET ROLE;

SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA migrate_keep CASCADE;
DROP ROLE regress_orm_keep;
