-- Hostile text at every place where text goes in: each call works, with the
-- text being nothing but a name or a value, or is an ordinary error of its own,
-- and nothing half-made stays behind.
\set SHOW_CONTEXT never
CREATE SCHEMA injection;
SET search_path = injection;

-- The prey, and what must be the same before and after.
CREATE TABLE canary (id integer);
CREATE ROLE regress_orm_injection;
CREATE TYPE state AS (relations bigint, functions bigint, types bigint, depends bigint, models bigint, bindings bigint, super boolean);
CREATE FUNCTION state_now() RETURNS state LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_type),
        (SELECT count(*) FROM pg_depend),
        (SELECT count(*) FROM orm.models), (SELECT count(*) FROM orm.binding), (SELECT rolsuper FROM pg_authid WHERE rolname = 'regress_orm_injection')
$$;

-- What a statement is refused with.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    detail = regexp_replace(detail, ' of the referenc(ing|ed) table', '', 'g');     -- said since PostgreSQL 18
    IF SQLSTATE = '42883' THEN      -- PostgreSQL 19 says more
        RETURN SQLSTATE || ' ' || message;
    END IF;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL ' || nullif(detail, ''), 'HINT ' || nullif(hint, ''));
END $$;


-- ---------------------------------------------------------------------------
-- Every builder, every argument, every text, through the whole life of a model
-- ---------------------------------------------------------------------------

CREATE TABLE hostile (kind text, value text);
INSERT INTO hostile SELECT 'any', unnest(ARRAY[
    '', '''', '"', 'a"b''c', '''; DROP TABLE injection.canary; --', '"; DROP TABLE injection.canary; --', '/*', '$$', '\', '%s %n %I %', E'a\nb\t', '(', 'a.b', 'select', 'count', 'id', 'Self', '$x',
    repeat('x', 63), repeat('x', 64), repeat('字', 21)]);
INSERT INTO hostile SELECT 'name', unnest(ARRAY[' ', '"a"."b"', '--', '$1', 'E''\''', E'\x01', '{"a"}', '.', 'ID', 't', 'x', 'Other', 'none', 'tableoid', 'and', '-x', repeat('x', 62), repeat('ñ', 32), repeat('x', 62) || 'ñ', '🙂', U&'\FEFF']);
INSERT INTO hostile SELECT 'expression', unnest(ARRAY[
    '"a', '""', 'id); DROP TABLE injection.canary; --', 'true) --', 'true); ALTER ROLE regress_orm_injection SUPERUSER; --', 'true /*', 'true -- x', '*/', ';', '$a$', '$0', '((', '[', '1', '1 FROM pg_authid', '1, 2', '(SELECT 1)', 'count(*)', 'row_number() OVER ()', 'generate_series(1, 3)', '1 AS x', '*',
    'injection.canary', 'canary', '1 = 1', 'true', 'NULL', '1; SELECT 2', 'DEFAULT', 'current_user', 'nextval(''none'')', '''x''', '''x', '1::text', 'lower(t)', 'VALUE > 1', 't = ''it''''s''', 't ~ E''\\d''', 'ARRAY[1]', 'ROW(1, 2)', 'id OPERATOR(pg_catalog.+) 1 > 0']);
INSERT INTO hostile SELECT 'type', unnest(ARRAY[
    'integer); DROP TABLE injection.canary; --', 'integer, x integer', 'integer', 'int[]', 'INT4[3][]', 'text collate "C"', 'varchar(5)', 'varchar(0)', 'varchar(-1)', 'varchar(99999999999)', 'numeric(5,2)', 'numeric(1001)', 'numeric(a)', 'serial', 'SETOF integer', 'record', 'anyelement', 'void',
    'unknown', 'cstring', 'internal', 'trigger', 'pg_class', 'none.none', 'injection.canary[]', 'canary.id%TYPE', 'interval year to month', 'timestamp(3) with time zone', 'double precision', 'bit varying(3)', 'char(3)', '"char"', 'time(2) without time zone', 'public.text', 'pg_catalog.int4', 'DEFAULT']);
INSERT INTO hostile SELECT 'word', unnest(ARRAY['', '''', 'id', '"; DROP TABLE injection.canary; --', 'always', 'by default', 'cascade', 'set null', 'SET DEFAULT', 'CASCADE; DROP TABLE injection.canary', 'restrict', 'no action', 'create', 'relationships', 'all, delete-orphan']);
INSERT INTO hostile SELECT 'object', unnest(ARRAY['C', 'POSIX', 'default', 'pg_catalog.C', '"C"', 'btree', 'hash', 'gin', 'brin', 'injection', 'pg_catalog', 'pg_toast', 'orm', 'others', 'injection.others', 'Other.id', 'others.none', 'injection.others.id', 'pg_class', 'orm.model', 'canary', 'canary.id']);

-- One argument of a builder is the text; the others are as they should be.
CREATE TABLE elements (builder text, argument text, others jsonb, kind text DEFAULT 'any');
INSERT INTO elements VALUES
    ('column', 'name', '{"type": "text"}'), ('column', 'type', '{"name": "x"}'), ('column', 'server_default', '{"name": "x", "type": "text"}'),
    ('column', 'server_default', '{"name": "x", "type": "integer"}'),
    ('column', 'identity', '{"name": "x", "type": "integer"}'), ('column', 'generated', '{"name": "x", "type": "text"}'), ('column', 'foreign_key', '{"name": "x", "type": "integer"}'),
    ('column', 'on_delete', '{"name": "x", "type": "integer", "foreign_key": "Other"}'), ('column', 'on_update', '{"name": "x", "type": "integer", "foreign_key": "Other.id"}'),
    ('column', 'check_expr', '{"name": "x", "type": "text"}'), ('column', 'collation', '{"name": "x", "type": "text"}'), ('column', 'attribute', '{"name": "x", "type": "text"}'),
    ('column', 'comment', '{"name": "x", "type": "text"}'), ('primary_key', 'columns', '{}'), ('primary_key', 'name', '{"columns": ["id"]}'), ('unique', 'columns', '{}'),
    ('unique', 'name', '{"columns": ["t"]}'), ('index', 'columns', '{}'), ('index', 'name', '{"columns": ["t"]}'), ('index', 'method', '{"columns": ["t"]}'),
    ('index', 'where_expr', '{"columns": ["t"]}'), ('check', 'name', '{"expr": "true"}'), ('check', 'expr', '{"name": "x"}'), ('foreign_key', 'columns', '{"model": "Other"}'),
    ('foreign_key', 'model', '{"columns": ["n"]}'), ('foreign_key', 'referenced', '{"columns": ["n"], "model": "Other"}'), ('foreign_key', 'name', '{"columns": ["n"], "model": "Other"}'),
    ('foreign_key', 'on_delete', '{"columns": ["n"], "model": "Other"}'), ('foreign_key', 'on_update', '{"columns": ["n"], "model": "Other"}'),
    ('belongs_to', 'name', '{"model": "Other"}'), ('belongs_to', 'model', '{"name": "r"}'), ('belongs_to', 'foreign_key', '{"name": "r", "model": "Other"}'),
    ('belongs_to', 'back_populates', '{"name": "r", "model": "Other"}'), ('belongs_to', 'on_delete', '{"name": "r", "model": "Other"}'), ('belongs_to', 'on_update', '{"name": "r", "model": "Other"}'),
    ('has_many', 'name', '{"model": "Self", "foreign_key": "n"}'), ('has_many', 'model', '{"name": "r"}'), ('has_many', 'foreign_key', '{"name": "r", "model": "Self"}'), ('has_many', 'back_populates', '{"name": "r", "model": "Self", "foreign_key": "n"}'),
    ('has_many', 'cascade', '{"name": "r", "model": "Self", "foreign_key": "n"}'), ('has_one', 'name', '{"model": "Self", "foreign_key": "n"}'), ('has_one', 'model', '{"name": "r"}'), ('has_one', 'foreign_key', '{"name": "r", "model": "Self"}'),
    ('many_to_many', 'name', '{"model": "Other"}'), ('many_to_many', 'model', '{"name": "r"}'), ('many_to_many', 'through', '{"name": "r", "model": "Other"}'),
    ('many_to_many', 'back_populates', '{"name": "r", "model": "Other"}'), ('many_to_many', 'foreign_key', '{"name": "r", "model": "Other"}'),
    ('accessors', 'prefix', '{}'), ('accessors', 'schema', '{}'), ('accessors', 'include', '{}'), ('model', 'model', '{}'), ('model', 'table', '{}'), ('model', 'schema', '{}');
UPDATE elements SET kind = CASE
    WHEN argument IN ('server_default', 'generated', 'check_expr', 'where_expr', 'expr') THEN 'expression'
    WHEN argument = 'type' THEN 'type'
    WHEN argument IN ('identity', 'on_delete', 'on_update', 'include', 'cascade') THEN 'word'
    WHEN argument IN ('collation', 'method', 'schema', 'model', 'table', 'through', 'foreign_key') THEN 'object'
    WHEN argument IN ('name', 'attribute', 'prefix') THEN 'name' ELSE 'any' END;

CREATE TABLE failures (builder text, argument text, value text, problem text);
CREATE TABLE outcomes (builder text, argument text, works boolean);

-- The document of a model with one element more, or with that name or table.
CREATE FUNCTION document_with(builder text, argument text, others jsonb, value text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'model', CASE WHEN argument = 'model' AND builder = 'model' THEN value ELSE 'Self' END,
        'table', CASE WHEN builder = 'model' THEN
            CASE argument WHEN 'table' THEN value WHEN 'schema' THEN value || '.self' ELSE 'injection.self' END ELSE 'injection.self' END,
        'elements', jsonb_build_array(
            jsonb_build_object('column', jsonb_build_object('name', 'id', 'type', 'integer', 'primary_key', builder <> 'primary_key')),
            '{"column": {"name": "t", "type": "text"}}'::jsonb, '{"column": {"name": "n", "type": "integer"}}'::jsonb) ||
            CASE builder WHEN 'accessors' THEN '[]' ELSE '[{"accessors": {"include": ["all", "relationships"]}}]'::jsonb END ||
            CASE WHEN builder = 'model' THEN '[]' ELSE jsonb_build_array(jsonb_build_object(builder, others || jsonb_build_object(argument, value))) END)
$$;

-- Makes it, uses it, drops it and makes it again, and takes all back.
CREATE PROCEDURE live(builder text, argument text, others jsonb, value text) LANGUAGE plpgsql AS $$
DECLARE
    document jsonb := injection.document_with(builder, argument, others, value);
    model text := document ->> 'model';
    first text;
    again text;
    stored json;
    accessor regprocedure;
    problem text;
BEGIN
    BEGIN
        PERFORM orm.model(document);
        PERFORM orm.describe(model);
        PERFORM orm.create_all();
        first := orm.describe(model);
        stored := orm.create(model, '{"t": "it''s \"t\"", "n": null}');
        IF stored ->> 't' IS DISTINCT FROM 'it''s "t"' THEN
            problem := 'stored ' || stored;
        END IF;
        FOR accessor IN SELECT p.oid FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype
            WHERE p.proname LIKE '%\_all' AND t.typrelid = (SELECT c.oid FROM orm.models m JOIN pg_class c ON c.relname = m.table_name AND c.relnamespace::regnamespace::text = quote_ident(m.schema) WHERE m.model = document ->> 'model')
        LOOP
            EXECUTE format('SELECT t FROM %s', accessor) INTO STRICT again;
            IF again IS DISTINCT FROM 'it''s "t"' THEN
                problem := 'read ' || again;
            END IF;
        END LOOP;
        PERFORM orm.sync(model);
        PERFORM orm.drop_table(model);
        PERFORM orm.create_all();
        again := orm.describe(model);
        IF first IS DISTINCT FROM again THEN
            problem := format('%s became %s', first, again);
        END IF;
        RAISE SQLSTATE 'OK000';
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE LIKE 'XX%' THEN
            problem := SQLERRM;
        END IF;
        INSERT INTO injection.outcomes VALUES (builder, argument, SQLSTATE = 'OK000');
    END;
    IF problem IS NOT NULL THEN
        INSERT INTO injection.failures VALUES (builder, argument, value, problem);
    END IF;
END $$;

SELECT orm.model('Other', 'others', orm.column('id', 'integer', primary_key => true));
SELECT count(*) FROM orm.create_all();
SET client_min_messages = warning;
DO $$
DECLARE
    e record;
    h record;
BEGIN
    FOR e IN SELECT * FROM injection.elements LOOP
        FOR h IN SELECT * FROM injection.hostile WHERE kind = e.kind OR (kind = 'any' AND e.kind <> 'word') LOOP
            CALL injection.live(e.builder, e.argument, e.others, h.value);
        END LOOP;
        COMMIT;
    END LOOP;
END $$;
RESET client_min_messages;
SELECT * FROM failures;
SELECT builder, argument FROM outcomes GROUP BY builder, argument HAVING NOT bool_or(works) OR bool_and(works) ORDER BY 1, 2;
SELECT count(*) FROM orm.drop_all();
SELECT orm.unmap('Other');
SELECT * FROM canary;
SELECT (state_now()).super;


-- ---------------------------------------------------------------------------
-- Names
-- ---------------------------------------------------------------------------

-- quotes, dots, spaces, comment marks, formats; and only case between two
SELECT orm.model('A "B"; --', 'injection."t ""1""; DROP TABLE canary; --.x"',
    orm.column('id', 'integer', primary_key => true),
    orm.column('na"me; --', 'text', nullable => false),
    orm.column('%s', 'text', attribute => 'per cent'),
    orm.column('SELECT', 'text', server_default => '''; --$$'''),
    orm.column('select', 'text'),
    orm.column('$1', 'text', attribute => 'one'),
    orm.has_many('Ch"ild; --', 'a "b"; --'),
    orm.accessors(prefix => 'p"; --'));
SELECT orm.model('a "b"; --', 'injection."T ""1""; DROP TABLE canary; --.x"',
    orm.column('id', 'integer', primary_key => true),
    orm.belongs_to('Pa''rent', 'A "B"; --'),
    orm.accessors(prefix => 'P"; --'));
SELECT action, kind, identity FROM orm.create_all();
SELECT orm.create('A "B"; --', '{"na\"me; --": "''; DROP TABLE canary; --", "per cent": "%s%n", "select": "\u0001"}');
SELECT * FROM "p""; --_create"("na""me; --" => '$$', "SELECT" => '$1', one => '"');
SELECT orm.create('a "b"; --', '{"Pa''rent_id": 1}');
SELECT p."na""me; --" FROM "P""; --_all"() c, "Pa'rent"(c) p;
SELECT c.* FROM "p""; --_find"(1) p, "Ch""ild; --"(p) c;
SELECT orm.get('A "B"; --', 2);
SELECT orm.describe('A "B"; --');
SELECT orm.get('A "b"; --', 2);
SELECT * FROM orm.drop_all();
SELECT action, kind FROM orm.create_all() WHERE kind = 'table';
SELECT count(*) FROM orm.drop_all();
SELECT orm.unmap('A "B"; --'), orm.unmap('a "b"; --');

-- 63 bytes are a name, 64 are not, wherever; a character is never cut in two
SELECT x.place, s.n, regexp_replace(refused(format(x.call, repeat('x', s.n))), 'x{60,}', 'x...', 'g') AS refused
  FROM (VALUES ('model', 'SELECT orm.model(%L, ''t'')'), ('table', 'SELECT orm.model(''M'', %L)'), ('schema', 'SELECT orm.model(''M'', %1$L || ''.t'')'),
            ('column', 'SELECT orm.model(''M'', ''t'', orm.column(%L, ''text''))'), ('attribute', 'SELECT orm.model(''M'', ''t'', orm.column(''a'', ''text'', attribute => %L))'),
            ('relationship', 'SELECT orm.model(''M'', ''t'', orm.has_many(%L, ''M''))'), ('target', 'SELECT orm.model(''M'', ''t'', orm.has_many(''r'', %L))'),
            ('prefix', 'SELECT orm.model(''M'', ''t'', orm.accessors(prefix => %L))'), ('constraint', 'SELECT orm.model(''M'', ''t'', orm.check(%L, ''true''))'),
            ('get', 'SELECT orm.get(%L, 1)'), ('unmap', 'SELECT orm.unmap(%L)')) x(place, call), (VALUES (63), (64), (1000)) s(n);
SELECT refused(format('SELECT orm.model(%L, %L, orm.column(%L, ''text''))', repeat('ñ', 32), 't', 'a'));
SELECT orm.unmap('M');
SELECT model FROM orm.models;
SELECT orm.model(repeat('ñ', 31), repeat('ñ', 31), orm.column('id', 'integer', primary_key => true), orm.column(repeat('字', 21), 'text'));
SELECT identity FROM orm.create_table(repeat('ñ', 31));
SELECT orm.create(repeat('ñ', 31), json_build_object(repeat('字', 21), 'v'));
SELECT identity FROM orm.drop_table(repeat('ñ', 31)) WHERE kind = 'table';
SELECT orm.unmap(repeat('ñ', 31));

-- reserved words, and names that are taken
SELECT orm.model('user', 'order', orm.column('table', 'integer', primary_key => true), orm.column('user', 'text'), orm.column('end', 'text'), orm.has_many('select', 'select'));
SELECT orm.model('select', 'from', orm.column('where', 'integer', primary_key => true), orm.belongs_to('order', 'user'));
SELECT identity FROM orm.create_all() WHERE kind = 'table';
SELECT * FROM user_create("user" => 'a', "end" => 'b');
SELECT orm.create('select', '{"order_id": 1}');
SELECT o.* FROM select_all() s, "order"(s) o;
SELECT s.* FROM user_find(1) u, "select"(u) s;
SELECT count(*) FROM orm.drop_all();
SELECT orm.unmap('user'), orm.unmap('select');


-- ---------------------------------------------------------------------------
-- SQL in declarations: one expression and nothing else
-- ---------------------------------------------------------------------------

CREATE FUNCTION declares(element orm.document) RETURNS text LANGUAGE sql AS $$
    SELECT refused(format('SELECT orm.model(''M'', ''injection.m'', orm.column(''id'', ''integer'', primary_key => true), %L::orm.document)', element))
$$;
SELECT e, declares(orm.column('x', 'integer', check_expr => e))
  FROM unnest(ARRAY['true); ALTER ROLE regress_orm_injection SUPERUSER; --', 'true) --', 'true; DROP TABLE canary', '1 FROM pg_authid', '1, 2', '1 AS x', '', ' ', '--', '/*', 'true /*', '1 ORDER BY 1',
    '1 LIMIT 1', '1 UNION SELECT 2', '*', 'canary.*', '1 INTO x', '1 WHERE true', 'DISTINCT 1', 'ALL 1', 'x) NO INHERIT, ADD CHECK (true', '$$', '''', 'E''\''', '(1', '1)', ')(', 'true)) --']) e;
-- what comments out the rest of its line comments out no more
SELECT declares(orm.column('x', 'integer', check_expr => 'x > 0 -- positive', server_default => '1 /* one */'));
SELECT action, kind, identity FROM orm.create_table('M') WHERE kind = 'table';
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'm'::regclass AND contype = 'c';
SELECT count(*) FROM orm.drop_table('M');
-- an expression, but not one for that place: the server's own errors
SELECT e, declares(orm.column('x', 'integer', server_default => e)), refused('SELECT orm.create_table(''M'')')
  FROM unnest(ARRAY['(SELECT 1)', 'count(*)', 'id', 'nada()', 'generate_series(1, 2)', '''text''', '$1', 'DEFAULT']) e;
SELECT e, declares(orm.column('x', 'integer', check_expr => e)), refused('SELECT orm.create_table(''M'')')
  FROM unnest(ARRAY['count(*) > 0', 'none > 1', '1', 'x OPERATOR(injection.%%%) 1']) e;
-- types
SELECT e, declares(orm.column('x', e))
  FROM unnest(ARRAY['integer); DROP TABLE canary; --', 'integer, y integer', 'integer NOT NULL', 'integer DEFAULT 1', 'integer PRIMARY KEY', 'text COLLATE "C"', 'SETOF integer', 'nada', '', 'int4[', 'numeric(', 'numeric(''x'')', 'numeric(1;2)',
    'record', 'anyelement', 'void', 'internal', 'canary.id%TYPE', 'serial', '"integer"', 'INTEGER[3][]', 'pg_catalog."char"']) e;
SELECT orm.unmap('M');


-- ---------------------------------------------------------------------------
-- Keys and values
-- ---------------------------------------------------------------------------

SELECT orm.model('V', 'vs', orm.column('k', 'text', primary_key => true), orm.column('v', 'text'), orm.column('w', 'text'));
SELECT orm.model('Two', 'twos', orm.column('a', 'text'), orm.column('b', 'text'), orm.primary_key('a', 'b'));
SELECT count(*) FROM orm.create_all() WHERE kind = 'table';
-- every text, as a value and as a key, in documents and in typed calls, comes out as it went in
CREATE FUNCTION round_trip(x text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orm.create('V', json_build_object('k', x, 'v', x));
    IF orm.get('V', x) ->> 'v' IS DISTINCT FROM x THEN RETURN 'get'; END IF;
    IF orm.get('V', json_build_object('k', x)) ->> 'k' IS DISTINCT FROM x THEN RETURN 'get by object'; END IF;
    IF (SELECT v FROM v_find(x)) IS DISTINCT FROM x THEN RETURN 'find'; END IF;
    IF (SELECT count(*) FROM v_filter_by(v => x)) <> 1 THEN RETURN 'filter_by'; END IF;
    IF (v_update(x, w => x)).w IS DISTINCT FROM x THEN RETURN 'update'; END IF;
    IF orm.update('V', x, json_build_object('w', x || x)) ->> 'w' IS DISTINCT FROM x || x THEN RETURN 'orm.update'; END IF;
    IF orm.save('V', json_build_object('k', x, 'w', x)) ->> 'w' IS DISTINCT FROM x THEN RETURN 'orm.save'; END IF;
    IF orm.upsert('V', json_build_object('k', x, 'w', 'w'), '{k}') ->> 'w' IS DISTINCT FROM 'w' THEN RETURN 'orm.upsert'; END IF;
    IF NOT orm.delete('V', x) THEN RETURN 'delete'; END IF;
    PERFORM v_create(x, x);
    IF NOT v_delete(x) THEN RETURN 'v_delete'; END IF;
    PERFORM orm.create('Two', json_build_object('a', x, 'b', 'b'));
    IF orm.get('Two', json_build_object('a', x, 'b', 'b')) ->> 'a' IS DISTINCT FROM x THEN RETURN 'composite object'; END IF;
    IF orm.get('Two', ROW(x, 'b'::text)) ->> 'a' IS DISTINCT FROM x THEN RETURN 'row'; END IF;
    IF orm.get('Two', ROW(x, 'b'::text)::text) ->> 'a' IS DISTINCT FROM x THEN RETURN 'row as text'; END IF;
    IF NOT orm.delete('Two', json_build_object('a', x, 'b', 'b')) THEN RETURN 'composite delete'; END IF;
    RETURN NULL;
END $$;
SELECT value, round_trip(value) FROM (SELECT DISTINCT value FROM hostile) h WHERE round_trip(value) IS NOT NULL;
SELECT count(*) FROM vs;
-- keys and values that are nothing but wrong
SELECT refused('SELECT orm.get(''V'', ''{"k": "x", "v": "y"}''::json)');
SELECT refused('SELECT orm.get(''Two'', ''(a,b); DROP TABLE canary'')');
SELECT refused('SELECT orm.get(''Two'', ''(a,"b)'')');
SELECT refused('SELECT orm.get(''Two'', ''a'')');
SELECT refused('SELECT orm.create(''V'', ''{"k": "\u0000"}'')');
SELECT refused('SELECT orm.create(''V'', ''{"k; DROP TABLE canary": 1}'')');
SELECT refused('SELECT orm.create(''V'', ''{"k\" = 1; --": 1}'')');
SELECT refused('SELECT orm.create(''V'', ''{"%s%n": 1}'')');
SELECT refused('SELECT orm.create(''V'', ''{"k": "x"}'', ''{"on_conflict": "ignore; DROP TABLE canary"}'')');
SELECT refused('SELECT orm.upsert(''V'', ''{"k": "x"}'', ARRAY[''k") DO NOTHING; --''])');
SELECT refused('SELECT orm.upsert(''V'', ''{"k": "x"}'', ''{}'', ''{"return": "x; --"}'')');
SELECT refused('SELECT orm.update(''V'', ''x'', ''{"v\"=1;--": 1}'')');
SELECT refused('SELECT orm.map(''canary'', ''C"; --'')');
SELECT orm.unmap('C"; --');
SELECT refused('SELECT orm.drop_all(''nobody"; --'')');

-- bodies of functions in LANGUAGE orm
SELECT left(b, 40) AS body, regexp_replace(refused(format('CREATE FUNCTION f() RETURNS SETOF vs LANGUAGE orm AS %L', b)), 'x{60,}', 'x...', 'g') AS refused
  FROM unnest(ARRAY['', ' ', 'create', 'create ', 'create V; DROP TABLE canary', 'create V --', 'create "V', 'create "V"; --', 'create ""', 'create "V""', 'Create V', 'create v', 'drop V', 'create %s', 'create V V', '"create" V', E'create\nV', 'create $1',
    'create injection.V', 'filter_by V {"where": {}}', '$$', '''', repeat('x', 10000), 'create "' || repeat('x', 10000) || '"']) b;


-- ---------------------------------------------------------------------------
-- Nothing half-made stays behind
-- ---------------------------------------------------------------------------

SELECT count(*) FROM orm.drop_all();
SELECT orm.unmap('V'), orm.unmap('Two');
SELECT orm.model('One', 'ones', orm.column('id', 'integer', primary_key => true), orm.has_many('twos', 'Two'));
SELECT orm.model('Two', 'twos', orm.column('id', 'integer', primary_key => true), orm.belongs_to('one', 'One'));
CREATE TABLE start (state state);
CREATE FUNCTION half_made(model text, VARIADIC elements orm.document[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    PERFORM orm.model('Wrong', model, VARIADIC elements);
    said := injection.refused('SELECT orm.create_all()');
    PERFORM orm.unmap('Wrong');
    IF (SELECT count(*) FROM injection.start s WHERE s.state = injection.state_now()) <> 1 THEN
        RETURN said || E'\n' || injection.state_now();
    END IF;
    RETURN said;
END $$;
INSERT INTO start VALUES (state_now());
-- the last of three tables, a foreign key at the end, a target, an accessor of the last, schemas
SELECT half_made('wrongs', orm.column('id', 'integer', primary_key => true), orm.column('x', 'integer', server_default => 'nada(1)'));
SELECT half_made('wrongs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('one', 'One', foreign_key => 'two_id'), orm.column('two_id', 'text'));
SELECT half_made('wrongs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('two', 'two'));
SELECT half_made('wrongs', orm.column('id', 'integer', primary_key => true), orm.belongs_to('count', 'Two'));
SELECT half_made('wrongs', orm.column('id', 'integer', primary_key => true), orm.accessors('one'));
SELECT half_made('none.wrongs', orm.column('id', 'integer', primary_key => true));
SELECT half_made('pg_catalog.wrongs', orm.column('id', 'integer', primary_key => true));
SELECT half_made('wrongs', orm.column('id', 'integer', primary_key => true), orm.accessors(schema => 'none'));
SELECT half_made('wrongs', orm.column('id', 'integer', primary_key => true), orm.index('id', method => 'gin'));
SELECT half_made('wrongs', orm.column('id', 'integer', primary_key => true), orm.many_to_many('ones', 'One', through => 'canary'));
SELECT state, count(*) FROM orm.models GROUP BY state;
SELECT count(*) FROM orm.create_all();
CREATE TABLE other (id integer);
DELETE FROM start;
INSERT INTO start VALUES (state_now());
SELECT refused(call), start.state = state_now() AS unchanged FROM start, unnest(ARRAY[
    'SELECT orm.map(''other'', ''Other'', orm.belongs_to(''x'', ''One'', foreign_key => ''none''))',
    'SELECT orm.map(''other'', ''Other'', orm.column(''none'', attribute => ''x''))',
    'SELECT orm.map(''other'', ''Other'', orm.primary_key(''none''))',
    'SELECT orm.map(''other'', ''Other'', orm.accessors(''one''))',
    'SELECT orm.map(''other'', ''One'', orm.accessors(''two''))',
    'SELECT orm.map(''other'', ''Other'', orm.has_many(''twos'', ''Two''))',
    'SELECT orm.model(''One'', ''ones'', orm.column(''id'', ''nada''))',
    'SELECT orm.drop_table(''One'')',
    'SELECT orm.unmap(''one'')']) call;
SELECT (state_now()).super;
SELECT * FROM canary;

SET client_min_messages = error;
DROP SCHEMA injection CASCADE;
DROP ROLE regress_orm_injection;
SELECT count(*) FROM orm.models;
