-- Computed attributes of tables that are migrated: their functions stay the same objects, with what is built on them.
CREATE SCHEMA migrate_computed;
SET search_path = migrate_computed, public;
SET client_min_messages = warning;

CREATE FUNCTION declared(VARIADIC elements orm.document[]) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN
    PERFORM orm.model('A', 'a', VARIADIC orm.column('id', 'integer', primary_key => true) || elements);
    RETURN QUERY SELECT coalesce(m.sql, m.note) FROM orm.migrate() m WHERE m.action <> 'replace';
    RETURN QUERY SELECT 'left: ' || coalesce(d.sql, d.note) FROM orm.diff() d;
END $$;

SELECT declared(orm.column('t', 'text'), orm.column('n', 'integer'), orm.computed('twice', 'text', 't || t'),
    orm.computed('more', 'integer', 'n + 1'), orm.computed('longer', 'text', 'twice || ''!'''));
INSERT INTO a (t, n) VALUES ('x', 1), ('y', 2);
CREATE INDEX a_twice ON a (twice(a));
CREATE VIEW over_a AS SELECT a.id, a.twice, a.more, longer(a) AS longer FROM a;
CREATE TEMP TABLE before AS SELECT p.oid, p.proname FROM pg_proc p WHERE p.pronamespace = 'migrate_computed'::regnamespace AND p.proname IN ('twice', 'more', 'longer');

-- a column that none of them, one of them and all of them read
SELECT declared(orm.column('t', 'text'), orm.column('n', 'bigint'), orm.computed('twice', 'text', 't || t'),
    orm.computed('more', 'integer', 'n + 1'), orm.computed('longer', 'text', 'twice || ''!'''), orm.column('d', 'timestamptz', server_default => 'clock_timestamp()'));
SELECT declared(orm.column('t', 'varchar(9)', using_expr => 't'), orm.column('n', 'numeric(9,2)', using_expr => 'n'), orm.computed('twice', 'text', 't || t'),
    orm.computed('more', 'integer', 'n + 1'), orm.computed('longer', 'text', 'twice || ''!'''), orm.column('d', 'date', using_expr => 'd::date'));
SELECT p.proname, p.oid = b.oid AS stayed, p.prosqlbody IS NOT NULL AS parsed FROM pg_proc p JOIN before b USING (proname)
    WHERE p.pronamespace = 'migrate_computed'::regnamespace ORDER BY 1;
SELECT * FROM over_a ORDER BY id;
SET enable_seqscan = off;
SELECT id FROM a WHERE twice(a) = 'yy';
RESET enable_seqscan;
SELECT orm.all('A', '{"select": ["id", "twice", "more", "longer"], "order_by": ["id"]}');

-- a column with a constant default, which rewrites nothing
SELECT declared(orm.column('t', 'varchar(9)'), orm.column('n', 'numeric(9,2)'), orm.computed('twice', 'text', 't || t'),
    orm.computed('more', 'integer', 'n + 1'), orm.computed('longer', 'text', 'twice || ''!'''), orm.column('d', 'date'), orm.column('e', 'integer', nullable => false, server_default => '7'));
SELECT * FROM over_a ORDER BY id;

-- one changes with the column, and would not be valid for the former type
SELECT declared(orm.column('t', 'integer', using_expr => 'id'), orm.column('n', 'numeric(9,2)', using_expr => 'n'), orm.computed('twice', 'text', '(t + t)::text'),
    orm.computed('more', 'integer', 'n + 1'), orm.computed('longer', 'text', 'twice || ''!'''), orm.column('d', 'date'), orm.column('e', 'integer', nullable => false, server_default => '7'));
SELECT * FROM over_a ORDER BY id;
SET enable_seqscan = off;
SELECT id FROM a WHERE twice(a) = '4';
RESET enable_seqscan;

-- one that is not valid for the new type stops the migration, with its place
CREATE FUNCTION refused(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE d text; c text; BEGIN
    EXECUTE query;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, c = PG_EXCEPTION_CONTEXT;
    RETURN SQLSTATE || ' ' || SQLERRM || ' ' || substring(d || c FROM 'elements\[\d+\]\.computed\.expr');
END $$;
SELECT refused($query$SELECT declared(orm.column('t', 'boolean', using_expr => 'id > 1'), orm.column('n', 'numeric(9,2)', using_expr => 'n'), orm.computed('twice', 'text', '(t + t)::text'),
    orm.computed('more', 'integer', 'n + 1'), orm.computed('longer', 'text', 'twice || ''!'''), orm.column('d', 'date'), orm.column('e', 'integer', nullable => false, server_default => '7'))$query$);
SELECT * FROM over_a ORDER BY id;

-- undone
SELECT count(*) FROM orm.migrate(json_build_object('undo', (SELECT max(id) FROM orm.migration), 'allow_destructive', true)::text::orm.document);
SELECT pg_typeof(t), twice(a), (SELECT count(*) FROM orm.diff()) AS differences FROM a ORDER BY id;

DROP VIEW over_a;
DROP INDEX a_twice;
SELECT count(*) > 0 AS dropped FROM orm.drop_all();
SELECT count(*) FROM (SELECT orm.unmap(model) FROM orm.models) u;
DROP SCHEMA migrate_computed CASCADE;
