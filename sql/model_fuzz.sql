-- Texts of models that nobody would write: right ones with characters taken out,
-- put in or exchanged, and with a piece of the document replaced by another.
-- Checked when they are created (check_function_bodies on), each is a model or an
-- ordinary error. Created unchecked, it is an error or a function whose every use
-- is one, and no other model, list or tool is hurt by it. ORM_TEST_SEED (0 to 1)
-- and ORM_TEST_ROUNDS in the environment make other rounds.
SET client_min_messages = error;
\set SHOW_CONTEXT never
CREATE SCHEMA model_fuzz;
SET search_path = model_fuzz;
\getenv seed ORM_TEST_SEED
\getenv rounds ORM_TEST_ROUNDS
\if :{?seed} \else \set seed 0.5 \endif
\if :{?rounds} \else \set rounds 1000 \endif
SELECT setseed(:seed) IS NOT NULL AS seeded;

-- A model that must stay well, and one that all texts may name
SELECT orm.model('Well', 'model_fuzz.wells', orm.column('id', 'integer', primary_key => true));
SELECT count(*) FROM orm.create_table('Well') WHERE kind = 'table';
SELECT orm.extend('Well', orm.has_many('fuzzes', 'Fuzz', foreign_key => 'well_id'));
SELECT orm.create('Well', '{}');

CREATE TABLE seeds (n serial, text text);
INSERT INTO seeds (text) VALUES
    ('model Fuzz {"table": "fuzzes", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"column": {"name": "a b", "type": "varchar(20)", "nullable": false, "server_default": "''x''", "comment": "c"}}, {"belongs_to": {"name": "well", "model": "Well", "back_populates": "fuzzes", "on_delete": "cascade"}}]}'),
    ('model Fuzz {"table": "model_fuzz.fuzzes", "elements": [{"column": {"name": "id", "type": "bigint", "identity": "always"}}, {"primary_key": {"columns": ["id"], "name": "pk"}}, {"check": {"name": "c", "expr": "id > 0"}}, {"unique": {"columns": ["id"]}}, {"index": {"columns": ["id"], "where_expr": "id > 1"}}, {"version": {"column_name": "v"}}]}'),
    ('model "Fuzz" {"table": "fuzzes", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"many_to_many": {"name": "wells", "model": "Well"}}, {"has_one": {"name": "next", "model": "Fuzz", "foreign_key": "fuzz_id"}}, {"belongs_to": {"name": "fuzz", "model": "Fuzz"}}, {"accessors": {"prefix": "f", "include": ["all", "find"]}}, {"removed": {"column": "x"}}]}'),
    ('model Fuzz {"table": "wells", "map": true, "elements": [{"primary_key": {"columns": ["id"]}}, {"column": {"name": "id", "attribute": "number"}}, {"has_many": {"name": "fuzzes", "model": "Fuzz", "foreign_key": "id"}}]}'),
    (E'model  Fuzz\n{\n"elements": [{"column": {"type": "integer[]", "name": "id"}}, {"column": {"name": "g", "type": "text", "generated": "upper(''x'')"}}, {"exclude": {"name": "e", "elements": ["id WITH &&"], "method": "gist"}}], "table": "fuzzes"}'),
    ('model Fuzz {"table": "fuzzes", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"column": {"name": "t", "type": "text"}}, {"check": {"name": "c", "expr": "id > 0", "message": "of {attribute}"}}, {"validates": {"attribute": "t", "presence": true, "min_length": 2, "matches": "^x", "within": ["x", "xy"], "message": "m {limit}"}}, {"validates": {"attribute": "id", "at_least": "1"}}, {"on": {"events": "before create, update", "function": "hooked", "when_expr": "NEW.id > 1", "columns": ["t"]}}]}'),
    ('model Fuzz {"table": "fuzzes", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"column": {"name": "a", "type": "text", "deferred": true, "normalizes": "lower(a)"}}, {"column": {"name": "b", "type": "text", "hidden": true, "write_once": true}}, {"column": {"name": "c", "type": "integer", "read_only": true, "renamed_from": "d", "fill": "1", "using_expr": "1"}}, {"computed": {"name": "twice", "type": "integer", "expr": "c * 2", "deferred": true}}, {"timestamps": {"created_at": "made", "updated_at": "changed", "clock": "statement"}}, {"stamp": {"column_name": "by", "setting": "app.user", "events": "create, update"}}]}'),
    ('model Fuzz {"table": "fuzzes", "elements": [{"naming": {"style": "camel"}}, {"column": {"name": "fuzz_id", "type": "integer", "primary_key": true}}, {"column": {"name": "first_name", "type": "text"}}, {"scope": {"name": "short", "query": {"where": {"firstName": {"like": "a%"}, "$expr": {">": ["fuzzId", 1]}}, "order_by": ["-firstName"], "limit": 2, "compute": {"r": {"row_number": [], "over": {"order_by": ["fuzzId"]}}}}}}, {"scope": {"name": "shown", "query": {"where": {"or": [{"fuzzId": {"gt": 0}}, {"well": {"id": 1}}]}, "order_by": ["firstName"]}, "is_default": true}}, {"belongs_to": {"name": "well", "model": "Well", "filter": {"id": {"gt": 0}}}}, {"has_many": {"name": "siblings", "model": "Fuzz", "path": "well.fuzzes", "order_by": ["-firstName", {"by": "fuzzId", "nulls": "last"}], "filter": {"firstName": {"ne": "x"}}}}]}'),
    ('model Fuzz {"table": "fuzzes", "elements": [{"use": {"name": "Fuzzy mixin"}}, {"use": {"name": "Other", "elements": [{"column": {"name": "o", "type": "text"}}, {"validates": {"attribute": "o", "presence": true}}, {"unique": {"columns": ["o"]}}]}}, {"related": {"name": "near", "model": "Well", "function": "near_wells", "one": true, "filter": {"id": 1}}}, {"belongs_to": {"name": "well", "model": "Well", "has_constraint": false}}]}'),
    ('model Fuzz {"table": "fuzzes", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"belongs_to": {"name": "well", "model": "Well"}}, {"position": {"column_name": "n", "relationship": "well"}}, {"position": {"column_name": "m"}}]}'),
    ('model Fuzz {"table": "fuzzes", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"has_many": {"name": "wells", "model": "Well"}}, {"counter": {"column_name": "n", "relationship": "wells", "where_expr": "id > 1"}}, {"counter": {"column_name": "s", "relationship": "wells", "sum_of": "id"}}]}'),
    ('model Fuzz {"table": "fuzzes", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"column": {"name": "t", "type": "text"}}, {"publish": {"channel": "fuzz", "events": "create, truncate", "attributes": ["t", "id"]}}, {"publish": {"channel": "more"}}]}'),
    ('model Fuzz {"table": "fuzzes", "elements": [{"column": {"name": "id", "type": "integer", "primary_key": true}}, {"column": {"name": "t", "type": "text", "is_unique": true}}, {"soft_delete": {"column_name": "gone", "guard": true, "revive": false}}, {"on": {"events": "after delete", "function": "hooked"}}]}'),
    ('mixin Fuzz {"elements": [{"use": {"name": "Fuzzy mixin"}}, {"column": {"name": "o", "type": "text"}}, {"scope": {"name": "s", "query": {"where": {"o": "x"}}}}]}');
SELECT orm.mixin('Fuzzy mixin', orm.column('id', 'integer', primary_key => true), orm.timestamps(), orm.scope('new', '{"order_by": ["-created_at"]}'));
CREATE FUNCTION hooked() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

-- Every value in a document, with where it is.
CREATE FUNCTION pieces(document jsonb) RETURNS TABLE (path text[], piece jsonb) LANGUAGE sql AS $$
    WITH RECURSIVE walk(path, piece) AS (
        SELECT '{}'::text[], document
        UNION ALL
        SELECT w.path || c.key, c.value FROM walk w, LATERAL (
            SELECT key, value FROM jsonb_each(CASE jsonb_typeof(w.piece) WHEN 'object' THEN w.piece ELSE '{}' END)
            UNION ALL
            SELECT (ordinality - 1)::text, value FROM jsonb_array_elements(CASE jsonb_typeof(w.piece) WHEN 'array' THEN w.piece ELSE '[]' END)
                WITH ORDINALITY) c)
    SELECT * FROM walk WHERE path <> '{}' $$;
CREATE TABLE parts AS SELECT row_number() OVER () AS n, p.piece, p.path[cardinality(p.path)] AS key
    FROM seeds s, LATERAL pieces(substr(s.text, strpos(s.text, '{'))::jsonb) p;
INSERT INTO parts SELECT row_number() OVER () + (SELECT max(n) FROM parts), piece::jsonb, key
    FROM (VALUES ('null'), ('true'), ('-1'), ('1e400'), ('""'), ('[]'), ('{}'), ('"\\"'), ('"a.b.c"'), ('"pg_catalog.pg_class"'), ('"id); DROP TABLE wells; --"'), ('"nowhere.x"'), ('[null]'), ('[[1]]'), ('{"name": null}')) v(piece),
    (VALUES ('name'), ('table'), ('model'), ('type'), ('columns'), ('expr'), ('map'), ('column'), ('elements'), (''), ('foreign_key'), ('through'), ('constraint'), ('definition'), ('renamed_from')) k(key);

-- The characters that count in a text, and some that never should.
CREATE FUNCTION mutated(text text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    characters text[] = ARRAY['{', '}', '[', ']', '"', ':', ',', '\', ' ', E'\n', E'\x01', 'ñ', '€', '0', 'x', '''', '$', '/*', 'null', 'model ', '{"a": 1}'];
    at int; length int; p record; document text; rest text;
BEGIN
    FOR i IN 1 .. 1 + (random() * 2)::int LOOP
        at = 1 + (random() * length(text))::int; length = 1 + (random() ^ 3 * 12)::int;
        CASE (random() * 7)::int
            WHEN 0 THEN text = overlay(text PLACING '' FROM at FOR length);
            WHEN 1 THEN text = overlay(text PLACING characters[1 + (random() * (cardinality(characters) - 1))::int] FROM at FOR 0);
            WHEN 2 THEN text = overlay(text PLACING characters[1 + (random() * (cardinality(characters) - 1))::int] FROM at FOR 1);
            WHEN 3 THEN text = overlay(text PLACING substr(text, 1 + (random() * length(text))::int, length) FROM at FOR 0);
            ELSE
                -- by a piece of another document
                document = substr(text, strpos(text, '{')); rest = left(text, strpos(text, '{') - 1);
                CONTINUE WHEN NOT pg_input_is_json(document);
                SELECT pieces.path INTO p FROM pieces(document::jsonb) ORDER BY random() LIMIT 1;
                CONTINUE WHEN NOT FOUND;
                SELECT p.path AS path, parts.piece, parts.key INTO p FROM parts ORDER BY random() LIMIT 1;
                BEGIN
                text = rest || CASE WHEN random() < 0.6 THEN jsonb_set(document::jsonb, p.path, p.piece)
                    ELSE jsonb_set(document::jsonb, p.path[: cardinality(p.path) - 1] || p.key, p.piece) END;
                EXCEPTION WHEN invalid_text_representation THEN NULL; -- a key in an array
                END;
        END CASE;
    END LOOP;
    RETURN text;
END $$;
CREATE FUNCTION pg_input_is_json(document text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN RETURN jsonb_typeof(document::jsonb) = 'object'; EXCEPTION WHEN OTHERS THEN RETURN false; END $$;

-- What becomes of a statement: nothing of it stays.
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE statement;
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ORM00';
    END;
EXCEPTION
    WHEN SQLSTATE 'ORM00' THEN RETURN 'well';
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TABLE outcomes (text text, checked boolean, verb text, outcome text);

-- What others see while a text is there: the answers that the model "Well" has without it.
CREATE FUNCTION others() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN concat_ws(' ', orm.get('Well', 1), orm.all('Well', '{"where": {"id": 1}}'), orm.describe('Well') ->> 'table',
        (SELECT count(*) FROM orm.models WHERE model = 'Well'), (SELECT count(*) FROM orm.attributes WHERE model = 'Well'),
        (SELECT count(*) FROM orm.relationships WHERE model = 'Well'));
END $$;
CREATE FUNCTION play(text text, checked boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    verb text; said text; seen text;
    verbs text[] = ARRAY['SELECT orm.get(''Fuzz'', 1)', 'SELECT orm.all(''Fuzz'', ''{"load": ["well", "wells", "fuzzes"]}'')', 'SELECT orm.count(''Fuzz'')', 'SELECT orm.create(''Fuzz'', ''{}'')',
        'SELECT orm.save(''Fuzz'', ''{"id": 1}'')', 'SELECT orm.update(''Fuzz'', 1, ''{"id": 2}'')', 'SELECT orm.delete(''Fuzz'', 1)', 'SELECT orm.describe(''Fuzz'')', 'SELECT orm.sync(''Fuzz'')',
        'SELECT orm.add(''Fuzz'', ''{}''), orm.flush()', 'SELECT orm.validate(''Fuzz'', ''{}'')', 'SELECT orm.create_table(''Fuzz'')', 'SELECT orm.drop_table(''Fuzz'')', 'SELECT orm.unmap(''Fuzz'')',
        'SELECT orm.extend(''Fuzz'', orm.has_many(''more'', ''Well''))', 'SELECT orm.model(''Fuzz'', ''model_fuzz.fuzzes'', orm.column(''id'', ''int''))', 'SELECT orm.model(orm.describe(''Fuzz''))', 'SELECT fuzz_model()', 'SELECT * FROM orm.models',
        'SELECT * FROM orm.attributes', 'SELECT * FROM orm.relationships', 'CREATE TABLE fuzzes (id int)', 'ALTER TABLE wells RENAME TO springs', 'ALTER TABLE wells RENAME COLUMN id TO number', 'DROP TABLE wells CASCADE',
        'DROP FUNCTION fuzz_model()', 'SELECT orm.create_table(''Fuzz''); SELECT orm.create(''Fuzz'', ''{}''); SELECT orm.all(''Fuzz'', ''{}''); SELECT orm.describe(''Fuzz'')'];
BEGIN
    PERFORM set_config('check_function_bodies', checked::text, true);
    BEGIN
        BEGIN
            EXECUTE format('CREATE FUNCTION fuzz_model() RETURNS json LANGUAGE orm STABLE AS %L', text);
            said = 'well';
        EXCEPTION WHEN OTHERS THEN said = SQLSTATE || ' ' || SQLERRM;
        END;
        INSERT INTO outcomes VALUES (text, checked, 'CREATE FUNCTION', said);
        IF said = 'well' THEN
            -- each use of some of them, since that takes long
            FOREACH verb IN ARRAY CASE WHEN random() < 0.03 OR NOT EXISTS (SELECT FROM outcomes o WHERE o.checked = play.checked AND o.verb = verbs[2]) THEN verbs ELSE verbs[1 : 1] END LOOP
                INSERT INTO outcomes VALUES (text, checked, verb, outcome(verb));
            END LOOP;
            seen = others();
            IF seen <> current_setting('model_fuzz.others') THEN
                INSERT INTO outcomes VALUES (text, checked, 'others', seen);
            END IF;
            DROP FUNCTION fuzz_model();
        END IF;
    EXCEPTION WHEN OTHERS THEN
        INSERT INTO outcomes VALUES (text, checked, 'others', SQLSTATE || ' ' || SQLERRM);
    END;
END $$;
SELECT others();
SELECT set_config('model_fuzz.others', others(), false) <> '' AS known;

-- the seeds are right, or need what is not there
SELECT count(play(text, checked)) FROM seeds, unnest('{t,f}'::boolean[]) checked;
SELECT s.n, o.checked, o.outcome FROM seeds s JOIN outcomes o USING (text) WHERE o.verb = 'CREATE FUNCTION' ORDER BY 1, 2;
TRUNCATE outcomes;
-- and thousands that are not
CREATE TABLE texts AS SELECT DISTINCT mutated(s.text) AS text FROM generate_series(1, :rounds) i, LATERAL (SELECT text FROM seeds WHERE n = 1 + i % (SELECT count(*) FROM seeds)) s;
SELECT count(*) > 0.9 * :rounds AS as_many_as_wanted FROM texts;
SELECT count(play(text, checked)) > 0 AS played FROM texts, unnest('{t,f}'::boolean[]) checked;
-- some are accepted, most are not
SELECT checked, count(*) FILTER (WHERE outcome = 'well') > 0 AS accepted, count(*) FILTER (WHERE outcome <> 'well') > 0 AS refused FROM outcomes WHERE verb = 'CREATE FUNCTION' GROUP BY 1 ORDER BY 1;
-- none is an internal error, or one that no documentation knows
SELECT DISTINCT ON (verb, left(outcome, 5)) verb, outcome, text FROM outcomes WHERE outcome <> 'well' AND verb <> 'others'
   AND (outcome ~ '^(XX|ORM)' OR left(outcome, 5) <> ALL ('{0A000,22000,22001,22003,22004,22007,22008,22021,22023,22P02,22P03,22P05,23502,23503,23505,23514,25006,2BP01,3F000,42501,42601,42602,42611,42622,42701,42702,42703,42704,42710,42712,42723,42725,42803,42804,42809,42830,42846,42883,42939,42P01,42P02,42P07,42P10,42P13,42P16,42P17,42P18,42P21,42P22,428C9,54000,54001,54011,54023,55000,P0002,09000}'))
 ORDER BY 1, left(outcome, 5), length(text), text;
-- whatever was there, others have not seen it
SELECT DISTINCT ON (outcome) checked, outcome, text FROM outcomes WHERE verb = 'others' ORDER BY outcome, length(text), text LIMIT 5;
SELECT verb, outcome FROM outcomes WHERE verb ~ '^(SELECT . FROM orm|DROP|ALTER)' AND outcome <> 'well' AND outcome !~ '^2BP01' LIMIT 5;
SELECT others() = current_setting('model_fuzz.others') AS as_before;
-- what is checked and accepted is made, or says what it lacks
SELECT DISTINCT left(outcome, 5) AS outcome FROM outcomes WHERE checked AND verb = 'SELECT orm.describe(''Fuzz'')' ORDER BY 1;

DROP SCHEMA model_fuzz CASCADE;
SELECT count(*) FROM orm.models;
