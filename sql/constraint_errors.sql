-- Mistakes in constraints and indexes of a model document: each is an error with its place, and nothing is declared.
\set SHOW_CONTEXT never
CREATE SCHEMA constraint_errors;
SET search_path = constraint_errors;
CREATE FUNCTION refused(VARIADIC elements orm.document[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	PERFORM orm.model('Thing', 'things', VARIADIC ARRAY[orm.column('id', 'integer', primary_key => true), orm.column('name', 'text'),
		orm.column('during', 'tsrange'), orm.column('parent_id', 'integer')] || elements);
	RETURN 'declared';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ': ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;
\pset tuples_only on
\pset format unaligned

-- columns that are not there: plain, descending, in an expression, carried, excluded
SELECT refused(orm.index('nam'));
SELECT refused(orm.index('name', '-durin'));
SELECT refused(orm.index('(lower(nam))'));
SELECT refused(orm.index(ARRAY['name'], include => '{durin}'));
SELECT refused(orm.unique('nam', is_deferrable => true));
SELECT refused(orm.exclude('x', '{"durin WITH &&"}'));
SELECT refused(orm.exclude('x', '{"during WITH &&","(lower(nam)) WITH ="}'));
SELECT refused(orm.constraint('x', 'UNIQUE (nam)'));

-- elements that are more than one, or none
SELECT refused(orm.index('(name'));
SELECT refused(orm.index('(name)) WHERE ((true)'));
SELECT refused(orm.index('(name), during'));
SELECT refused(orm.index('(name)) INCLUDE (during'));
SELECT refused(orm.index('(name)); DROP TABLE x; --'));
SELECT refused(orm.index('-'));
SELECT refused(orm.index(''));
SELECT refused(orm.exclude('x', '{during}'));
SELECT refused(orm.exclude('x', '{}'));
SELECT refused(orm.exclude('x', '{"during WITH &&, name WITH ="}'));
SELECT refused(orm.exclude('x', '{"during WITH &&) WHERE (true"}'));
SELECT refused(orm.exclude('x', '{"during WITH && ) DEFERRABLE, ADD CHECK (true"}'));
SELECT refused(orm.exclude('x', '{"during WITH && -- comment"}'));

-- definitions: one constraint, one index on this table
SELECT refused(orm.constraint('x', 'CHECK (true), DROP COLUMN name'));
SELECT refused(orm.constraint('x', 'CHECK (true); DROP TABLE y'));
SELECT refused(orm.constraint('x', 'CHECK true'));
SELECT refused(orm.constraint('x', 'UNIQUE USING INDEX y'));
SELECT refused(orm.constraint(NULL, 'CHECK (true)'));
SELECT refused('{"constraint": {"name": "x"}}');
SELECT refused('{"constraint": {"name": "x", "definition": "CHECK (true)", "columns": ["id"]}}');
SELECT refused('{"index": {"definition": "CREATE INDEX ON other (id)"}}');
SELECT refused('{"index": {"definition": "CREATE INDEX ON pg_catalog.things (id)"}}') AS "of another schema, once the schema is known";
SELECT refused('{"index": {"definition": "CREATE INDEX CONCURRENTLY ON things (id)"}}');
SELECT refused('{"index": {"definition": "CREATE INDEX ON things (id); DROP TABLE y"}}');
SELECT refused('{"index": {"definition": "DROP TABLE things"}}');
SELECT refused('{"index": {"definition": "CREATE INDEX ON"}}');
SELECT refused('{"index": {"definition": "CREATE INDEX ON things (id)", "columns": ["id"]}}');
SELECT refused('{"index": {}}');
SELECT refused('{"unique": {}}');
SELECT refused('{"unique": {"columns": ["id"], "column_name": "id"}}');

-- options that do not fit
SELECT refused(orm.unique('name', is_deferrable => false, initially_deferred => true));
SELECT refused(orm.index('name', nulls_not_distinct => true));
SELECT refused(orm.index('name', opclass => 'text_patern_ops'));
SELECT refused(orm.index('name', method => 'hash', opclass => 'gist_geometry_ops'));
SELECT refused(orm.index('name', nulls => 'middle'));
SELECT refused(orm.index('name', comment => 'what is its name?'));
SELECT refused(orm.foreign_key('parent_id', 'Thing', match_full => true, comment => 'no name'));
SELECT refused(orm.foreign_key(ARRAY['parent_id'], 'Thing', on_delete => 'cascade', on_delete_columns => '{parent_id}'));
SELECT refused(orm.foreign_key(ARRAY['parent_id'], 'Thing', on_delete => 'set null', on_delete_columns => '{name}'));
SELECT refused('{"check": {"name": "x", "expr": "true", "is_deferrable": true}}');

-- storage and sequences of columns, and the comment on the table
SELECT refused(orm.column('x', 'text', storage => 'toast'));
SELECT refused(orm.column('x', 'text', compression => 'gzip'));
SELECT refused(orm.column('x', 'integer', sequence_name => 's'));
SELECT refused(orm.column('x', 'integer', identity => 'none', sequence_options => 'START 5'));
SELECT refused(orm.column('x', 'integer', identity => 'always', sequence_options => 'START 5) DEFAULT (1'));
SELECT refused(orm.column('x', 'integer', identity => 'always', sequence_options => 'OWNED BY things.id'));
SELECT refused(orm.column('x', 'integer', identity => 'always', sequence_options => 'START 5; DROP TABLE x'));
SELECT refused(orm.column('x', 'text', identity => 'serial'));
SELECT refused(orm.comment_on_table('a'), orm.comment_on_table('b'));
SELECT refused('{"comment_on_table": {}}');

-- names twice: an exclusion constraint has an index
SELECT refused(orm.exclude('x', '{"during WITH &&"}'), orm.index('name', name => 'x'));
SELECT refused(orm.constraint('x', 'CHECK (true)'), orm.check('x', 'true'));

-- of a table that exists the catalogs know all of it
CREATE TABLE existing (id int PRIMARY KEY, during tsrange);
SELECT orm.map('existing', 'Existing', orm.exclude('x', '{"during WITH &&"}'));
SELECT orm.map('existing', 'Existing', orm.primary_key(ARRAY['id'], is_deferrable => true));

SELECT orm.map('existing', 'Existing', orm.comment_on_table('x'));
SELECT orm.map('existing', 'Existing', orm.column('id', storage => 'plain'));

-- the definition of an index names another schema
SELECT orm.model('{"model": "Thing", "table": "things", "elements": [{"column": {"name": "id", "type": "integer"}},
	{"index": {"definition": "CREATE INDEX ON elsewhere.things (id)"}}]}');
SELECT orm.create_table('Thing');
SELECT count(*) FROM pg_class WHERE relname = 'things';
SELECT orm.unmap('Thing');

DROP SCHEMA constraint_errors CASCADE;
SELECT count(*) FROM orm.models;
