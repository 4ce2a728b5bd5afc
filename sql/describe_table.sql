-- What a table is as a whole comes back: orm.describe, DROP TABLE, orm.create_all; and orm.diff knows it.
-- Oracle: the catalogs, before and after.
\set SHOW_CONTEXT never
CREATE SCHEMA describe_table;
SET search_path = describe_table;
SET client_min_messages = warning;

CREATE FUNCTION whole() RETURNS TABLE (relation name, part text) LANGUAGE sql AS $$
	SELECT c.relname, concat_ws(' ', c.relkind, c.relpersistence, a.amname, c.reltablespace, c.reloptions, t.reloptions, pg_get_partkeydef(c.oid))
	FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
	WHERE c.relnamespace = 'describe_table'::regnamespace AND c.relkind IN ('r', 'p', 'S', 'i')
$$;
CREATE FUNCTION elements(model text) RETURNS SETOF json LANGUAGE sql AS $$
	SELECT e FROM json_array_elements(orm.describe(model)->'elements') e WHERE e::jsonb ?| '{table,statement}'
$$;

CREATE UNLOGGED TABLE fleeting (id serial PRIMARY KEY, number int GENERATED ALWAYS AS IDENTITY, body text, self int REFERENCES fleeting)
	WITH (fillfactor = 70, toast.autovacuum_enabled = off, "user_catalog_table" = true);
CREATE UNLOGGED TABLE fleeting_child (id int PRIMARY KEY REFERENCES fleeting);
CREATE TABLE events (id int, created_at date NOT NULL, "Kind" text, PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
CREATE TABLE hashed (a text, b int) PARTITION BY HASH (lower(a) COLLATE "C" text_pattern_ops, b);
CREATE TABLE plain (id int PRIMARY KEY);
SELECT count(*) >= 0 AS mapped FROM unnest('{fleeting,fleeting_child,events,hashed,plain}'::text[]) AS t,
	orm.map(t, initcap(t), orm.accessors(include => '{}'));
SELECT m, elements(m) FROM unnest('{Fleeting,Fleeting_Child,Events,Hashed,Plain}'::text[]) AS m;

CREATE TABLE public.describe_table_before AS SELECT * FROM whole();
CREATE TABLE public.describe_table_documents AS SELECT model AS name, orm.describe(model) AS document FROM orm.models;
CREATE FUNCTION differences() RETURNS TABLE (which text, relation name, part text) LANGUAGE sql AS $$
	(SELECT 'missing', b.* FROM public.describe_table_before b EXCEPT ALL SELECT 'missing', a.* FROM describe_table.whole() a)
	UNION ALL
	(SELECT 'new', a.* FROM describe_table.whole() a EXCEPT ALL SELECT 'new', b.* FROM public.describe_table_before b)
$$;
SELECT count(*) >= 0 AS unmapped FROM (SELECT orm.unmap(model) FROM orm.models) AS x;
DROP TABLE fleeting, fleeting_child, events, hashed, plain;
SELECT count(orm.model(document)) FROM public.describe_table_documents;
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT * FROM differences();
SELECT name FROM public.describe_table_documents WHERE document::text <> orm.describe(name)::text;
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) > 0 AS made FROM orm.create_all();
SELECT * FROM differences();
SELECT * FROM orm.diff();

-- a difference that can be changed in place is; the others are said
ALTER TABLE fleeting RESET (fillfactor), SET (parallel_workers = 2);
SELECT object, sql, reverse_sql, rewrites FROM orm.diff();
SELECT orm.extend('Plain', orm.table(parameters => 'fillfactor = 50', partition_by => 'LIST (id)'));
SELECT object, sql, reverse_sql, rewrites, note FROM orm.diff('Plain');
SELECT state, sql FROM orm.migrate();
SELECT object, sql, note FROM orm.diff();
SELECT * FROM orm.drop_element('Plain', 'table', NULL);
SELECT object, sql, note FROM orm.diff();
SELECT orm.drop_element('Plain', 'table', NULL);

-- mapped tables say nothing of it, and a table that exists is left as it is
SELECT count(*) > 0 AS dropped FROM orm.drop_table('Plain');
SELECT count(*) >= 0 AS unmapped FROM orm.unmap('Plain');
CREATE UNLOGGED TABLE plain (id int PRIMARY KEY);
SELECT count(*) >= 0 AS mapped FROM orm.map('plain', 'Plain', orm.accessors(include => '{}'));
SELECT prosrc FROM pg_proc WHERE proname = 'plain_model';
SELECT orm.map('plain', 'Second', orm.table(unlogged => true));
SELECT count(*) >= 0 AS unmapped FROM orm.unmap('Plain');
SELECT orm.model('Plain', 'plain', orm.column('id', 'int', primary_key => true), orm.accessors(include => '{}'));
SELECT count(*) > 0 AS adopted FROM orm.create_all();
SELECT prosrc FROM pg_proc WHERE proname = 'plain_model';
SELECT relation, part FROM whole() WHERE relation = 'plain';

-- what could not be made again as it is stays
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'not refused';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END
$$;
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2000-01-01') TO ('2001-01-01');
CREATE TABLE child () INHERITS (plain);
CREATE VIEW seen AS SELECT * FROM plain;
CREATE TABLE granted (id int PRIMARY KEY, secret text);
CREATE ROLE regress_orm_describe;
GRANT USAGE ON SCHEMA describe_table TO regress_orm_describe;
GRANT SELECT (secret) ON granted TO regress_orm_describe WITH GRANT OPTION;
SET ROLE regress_orm_describe;
GRANT SELECT (secret) ON granted TO PUBLIC;
RESET ROLE;
CREATE TABLE counted (id int PRIMARY KEY, code text);
CREATE SEQUENCE codes OWNED BY counted.code;
ALTER TABLE counted ALTER code SET DEFAULT 'x' || nextval('codes');
SELECT count(*) >= 0 AS mapped FROM unnest('{events_1,child,seen,granted,counted}'::text[]) AS t,
	orm.map(t, initcap(t), orm.accessors(include => '{}'));
SELECT m, refused(format('SELECT orm.drop_table(%L)', m)) FROM unnest('{Events,Events_1,Child,Seen,Granted,Counted,Plain}'::text[]) AS m;
SELECT refused('SELECT orm.drop_all()');
SELECT relname FROM pg_class WHERE relnamespace = 'describe_table'::regnamespace AND relkind IN ('r', 'p', 'v') ORDER BY 1;

-- bad input
SELECT refused(format('SELECT orm.model(''Bad'', ''bad'', %s)', e)) FROM unnest(ARRAY[
	$$orm.table(parameters => 'fillfactor = 50) TABLESPACE x WITH (fillfactor = 50')$$, $$orm.table(parameters => 'fillfactor = 50); DROP TABLE plain; --')$$,
	$$orm.table(parameters => '')$$, $$orm.table(partition_by => 'LIST (a) WITH (fillfactor = 50)')$$, $$orm.table(partition_by => 'LIST (a); DROP TABLE plain')$$,
	$$orm.table(partition_by => 'LIST (a) TABLESPACE x')$$, $$orm.table(tablespace => '')$$, $$orm.table(unlogged => true), orm.table(unlogged => false)$$,
	$$'{"table": {"unlogged": "yes"}}'$$, $$'{"table": {"unloged": true}}'$$]) AS e;

SELECT count(*) >= 0 AS unmapped FROM (SELECT orm.unmap(model) FROM orm.models) AS x;
DROP TABLE public.describe_table_before, public.describe_table_documents;
DROP SCHEMA describe_table CASCADE;
DROP ROLE regress_orm_describe;
SELECT count(*) FROM orm.models;
