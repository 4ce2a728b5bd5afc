-- orm.migrate from every declaration of a column to every other one: no difference afterwards, the rows are kept,
-- and the table is what a new one would be. Then the migration is undone, and all is as before.
-- Oracle: orm.describe of a table that is made from the second declaration.
\set SHOW_CONTEXT never
CREATE SCHEMA migrate_matrix;
SET search_path = migrate_matrix;
SET client_min_messages = warning;

CREATE TABLE variants (n serial PRIMARY KEY, name text, elements jsonb);
INSERT INTO variants (name, elements) VALUES
    ('absent', '[]'),
    ('integer', '[{"column": {"name": "c", "type": "integer", "using_expr": "c::text::numeric::integer"}}]'),
    ('not null', '[{"column": {"name": "c", "type": "integer", "nullable": false, "fill": "id", "using_expr": "c::text::numeric::integer"}}]'),
    ('default', '[{"column": {"name": "c", "type": "integer", "server_default": "7", "using_expr": "c::text::numeric::integer"}}]'),
    ('unique', '[{"column": {"name": "c", "type": "integer", "is_unique": true, "fill": "id", "using_expr": "c::text::numeric::integer"}}]'),
    ('indexed', '[{"column": {"name": "c", "type": "bigint", "indexed": true, "comment": "wide", "using_expr": "c::text::numeric::bigint"}}]'),
    ('text', '[{"column": {"name": "c", "type": "text", "collation": "C", "check_expr": "c <> ''''", "using_expr": "c::text"}}]'),
    ('varchar', '[{"column": {"name": "c", "type": "varchar(20)", "server_default": "''0''", "storage": "external", "using_expr": "c::text"}}, {"check": {"name": "short", "expr": "length(c) < 10"}}]'),
    ('numeric', '[{"column": {"name": "c", "type": "numeric(10,2)", "nullable": false, "server_default": "0", "fill": "id", "using_expr": "c::text::numeric"}}, {"index": {"name": "one_some", "columns": ["c"], "where_expr": "c > 1"}}]'),
    ('identity', '[{"column": {"name": "c", "type": "integer", "identity": "by default", "using_expr": "c::text::numeric::integer"}}]'),
    ('always', '[{"column": {"name": "c", "type": "bigint", "identity": "always", "sequence_options": "CACHE 5 MAXVALUE 1000", "using_expr": "c::text::numeric::bigint"}}]'),
    ('serial', '[{"column": {"name": "c", "type": "integer", "identity": "serial", "using_expr": "c::text::numeric::integer"}}]'),
    ('used', '[{"use": {"name": "Matrix", "elements": [{"column": {"name": "c", "type": "integer", "indexed": true, "using_expr": "c::text::numeric::integer"}}, {"validates": {"attribute": "c", "at_most": "1000000"}}]}}]'),
    ('named', '[{"naming": {"style": "camel"}}, {"column": {"name": "c", "type": "integer", "deferred": true, "using_expr": "c::text::numeric::integer"}}, {"scope": {"name": "s", "query": {"where": {"c": null}, "order_by": ["c"]}}}]'),
    ('generated', '[{"column": {"name": "c", "type": "integer", "generated": "id"}}]'),
    ('reference', '[{"column": {"name": "c", "type": "integer", "foreign_key": "One", "on_delete": "set null", "using_expr": "c::text::numeric::integer"}}]'),
    ('enum', '[{"enum": {"name": "label", "labels": ["1", "2", "3", "4", "6"]}}, {"column": {"name": "c", "type": "label", "using_expr": "c::text::numeric::integer::text::migrate_matrix.label"}}, {"index": {"name": "one_label", "columns": ["-c", "(id + 1)"], "is_unique": true, "where_expr": "c < ''3''"}}]');

-- A declaration of a variant.
CREATE FUNCTION declaration(model text, relation text, elements jsonb) RETURNS orm.document LANGUAGE sql AS $$
    SELECT jsonb_build_object('model', model, 'table', 'migrate_matrix.' || relation, 'elements',
        '[{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"column": {"name": "note", "type": "text"}}]'::jsonb
        || replace(replace(elements::text, '"One"', to_json(model)::text), 'one_', relation || '_')::jsonb)::text::orm.document
$$;

-- What a table is, whatever its name; the column that changes stands last.
CREATE FUNCTION described(model text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(e ORDER BY e::text) FROM jsonb_array_elements(
        replace(replace(orm.describe(model)::text, 'Fresh', 'One'), 'fresh', 'one')::jsonb -> 'elements') e
$$;

-- What is wrong when the latest migration of the table is undone: nothing may be left of it.
CREATE FUNCTION undo_problem(before jsonb, latest bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hash text = (SELECT hash_before FROM orm.migration WHERE id = latest);
    left_over text;
    n bigint;
BEGIN
    IF latest IS NULL THEN
        RETURN NULL;
    END IF;
    BEGIN
        PERFORM count(*) FROM orm.migrate(json_build_object('undo', latest, 'allow_destructive', true)::text::orm.document);
    EXCEPTION WHEN not_null_violation THEN
        RETURN 'not null';
    WHEN invalid_text_representation THEN
        RETURN 'no such value';
    END;
    SELECT string_agg(sql, '; ') INTO left_over FROM orm.diff('One');
    IF left_over IS NOT NULL THEN
        RETURN 'difference after undo: ' || left_over;
    END IF;
    IF migrate_matrix.described('One') <> before THEN
        RETURN concat('not as before: ', migrate_matrix.described('One'), ' <> ', before);
    END IF;
    IF orm.schema_hash('{One}') <> hash THEN
        RETURN 'hash';
    END IF;
    SELECT count(*) INTO n FROM migrate_matrix.one WHERE note IN ('x', 'y', 'z');
    RETURN CASE WHEN n <> 3 THEN 'rows after undo: ' || n END;
END $$;

-- What is wrong with a pair, or NULL.
CREATE FUNCTION problem(a variants, b variants) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    everything CONSTANT orm.document = '{"allow_destructive": true, "not_renamed": true}';
    n bigint;
    left_over text;
    type regtype;
    before jsonb;
    latest bigint;
BEGIN
    PERFORM orm.model(migrate_matrix.declaration('One', 'one', a.elements));
    PERFORM count(*) FROM orm.migrate(everything);
    SELECT atttypid::regtype INTO type FROM pg_attribute
        WHERE attrelid = 'migrate_matrix.one'::regclass AND attname = 'c' AND attidentity = '' AND attgenerated = '';
    IF type IS NULL THEN
        INSERT INTO migrate_matrix.one (note) VALUES ('x'), ('y'), ('z');
    ELSE
        EXECUTE format('INSERT INTO migrate_matrix.one (id, note, c)
            OVERRIDING USER VALUE SELECT i, n, i::text::%s FROM (VALUES (1, ''x''), (2, ''y''), (3, ''z'')) v(i, n)', type);
    END IF;
    before = migrate_matrix.described('One');
    PERFORM orm.model(migrate_matrix.declaration('One', 'one', b.elements));
    SELECT max(migration) INTO latest FROM orm.migrate(everything);
    SELECT string_agg(sql, '; ') INTO left_over FROM orm.diff('One');
    IF left_over IS NOT NULL THEN
        RETURN 'difference: ' || left_over;
    END IF;
    SELECT count(*) INTO n FROM migrate_matrix.one WHERE note IN ('x', 'y', 'z');
    IF n <> 3 THEN
        RETURN 'rows: ' || n;
    END IF;
    PERFORM orm.model(migrate_matrix.declaration('Fresh', 'fresh', b.elements));
    PERFORM count(*) FROM orm.create_table('Fresh');
    IF migrate_matrix.described('One') <> migrate_matrix.described('Fresh') THEN
        RETURN concat('not as new: ', migrate_matrix.described('One'), ' <> ', migrate_matrix.described('Fresh'));
    END IF;
    RETURN migrate_matrix.undo_problem(before, latest);
END $$;

-- The same, undone.
CREATE FUNCTION tried(a variants, b variants) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    BEGIN
        result = migrate_matrix.problem(a, b);
        RAISE EXCEPTION USING ERRCODE = 'ORM00', MESSAGE = coalesce(result, '');
    EXCEPTION WHEN SQLSTATE 'ORM00' THEN
        RETURN nullif(SQLERRM, '');
    WHEN OTHERS THEN
        RETURN SQLSTATE || ' ' || SQLERRM;
    END;
END $$;

CREATE TYPE label AS ENUM ('1', '2', '3', '4', '6');
CREATE TABLE results AS
    SELECT a.name AS before, b.name AS after, tried(a, b) AS problem FROM variants a, variants b;
SELECT before, after, problem FROM results WHERE problem IS NOT NULL AND problem NOT IN ('not null', 'no such value') ORDER BY before, after;
-- a column that may not be null and has gone does not come back to rows; a text may be no label
SELECT before, after, problem FROM results WHERE problem IN ('not null', 'no such value') ORDER BY 1, 2;
SELECT count(*) AS pairs, count(*) FILTER (WHERE problem NOT IN ('not null', 'no such value')) AS problems FROM results;

DROP SCHEMA migrate_matrix CASCADE;
SELECT count(*) FROM orm.models;
